//! What differs in the text of an error, and in what to do about it.

use std::time::Duration;

use advice::{Advice, shell};
use transport::Settings;

use crate::traffic::Received;

pub(crate) fn said_by_host(said: &Option<String>) -> String {
    said.as_ref().map(|said| format!(": {said}")).unwrap_or_default()
}

/// What a host means by its status.
pub(crate) fn busy(status: u16) -> &'static str {
    if status == 429 || status == 403 { "the host is busy" } else { "the host can't answer now" }
}

pub(crate) fn times(count: u32) -> &'static str {
    if count == 1 { "time" } else { "times" }
}

pub(crate) fn asks_to_wait(wait: Option<Duration>) -> String {
    wait.map(|wait| format!("; it asks to wait {} s", wait.as_secs())).unwrap_or_default()
}

pub(crate) fn titled(title: &Option<String>) -> String {
    title.as_ref().map(|title| format!(", titled `{title}`")).unwrap_or_default()
}

pub(crate) fn what_came(received: &Received) -> String {
    match received {
        Received { objects: 0, bytes: 0 } => String::new(),
        Received { objects, bytes } => format!(", after {objects} objects and {bytes} bytes"),
    }
}

pub(crate) fn of_user(user: Option<&str>) -> String {
    user.filter(|user| !user.is_empty()).map(|user| format!(" of user `{user}`")).unwrap_or_default()
}

/// The first few of many.
pub(crate) fn some(paths: &[String]) -> String {
    let shown = paths.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    match paths.len().saturating_sub(5) {
        0 => shown,
        more => format!("{shown}, and {more} more"),
    }
}

pub(crate) fn or_none(with_login: bool) -> &'static str {
    match with_login {
        true => ", or none that this login may see",
        false => ", or none that may be seen without a login",
    }
}

/// `; not used here: a, b`; nothing where there are none.
pub(crate) fn after(names: &[String], what: &str) -> String {
    if names.is_empty() { String::new() } else { format!("{what}: {}", names.join(", ")) }
}

/// What Git asks a host for first.
pub(crate) fn refs(url: &str) -> String {
    format!("{url}/info/refs?service=git-upload-pack")
}

/// The settings of Git that the hints of TLS and proxies name.
pub(crate) fn settings(host: &str) -> Settings {
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    Settings {
        place: if has_port { host.to_owned() } else { format!("{host}:443") },
        authority: Advice::say("trust its authority: `")
            .inline(shell!("git config --global {} FILE", format!("http.https://{host}/.sslCAInfo")))
            .and("`, or GIT_SSL_CAINFO=FILE"),
        server_name: "use a name that the certificate has in gitops.repo_url".into(),
        client_certificate: "take ssh, or have the Git host accept a login without a client certificate"
            .into(),
        plain: "check scheme and port of gitops.repo_url: that port does not speak TLS".into(),
    }
}
