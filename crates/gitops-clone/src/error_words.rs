//! The variable parts of the texts and hints of [`crate::GitError`].

use std::time::Duration;

use advice::{Advice, shell};
use transport::Settings;

use crate::traffic::Received;

pub(crate) fn host_detail(detail: &Option<String>) -> String {
    detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default()
}

/// Returns the meaning of a status that asks the client to try again later.
pub(crate) fn busy(status: u16) -> &'static str {
    if status == 429 || status == 403 { "the host is busy" } else { "the host is not available" }
}

/// Returns `1 attempt`, `4 attempts`.
pub(crate) fn attempts(count: u32) -> String {
    counted(u64::from(count), "attempt")
}

fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

pub(crate) fn asks_to_wait(wait: Option<Duration>) -> String {
    wait.map(|wait| format!("; the host asks to wait {} s", wait.as_secs())).unwrap_or_default()
}

pub(crate) fn titled(title: &Option<String>) -> String {
    title.as_ref().map(|title| format!(", titled `{title}`")).unwrap_or_default()
}

/// Returns `, after 4 objects and 300 bytes`, or an empty text before the first byte.
pub(crate) fn so_far(received: &Received) -> String {
    match *received {
        Received { objects: 0, bytes: 0 } => String::new(),
        Received { objects, bytes } => {
            format!(", after {} and {}", counted(objects, "object"), counted(bytes, "byte"))
        }
    }
}

pub(crate) fn of_user(user: Option<&str>) -> String {
    user.filter(|user| !user.is_empty()).map(|user| format!(" of user `{user}`")).unwrap_or_default()
}

/// Returns the first 5 paths, and the number of the others.
pub(crate) fn some(paths: &[String]) -> String {
    let shown = paths.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    match paths.len().saturating_sub(5) {
        0 => shown,
        more => format!("{shown}, and {more} more"),
    }
}

pub(crate) fn or_hidden(with_login: bool) -> &'static str {
    match with_login {
        true => ", or not visible with these credentials",
        false => ", or not visible without credentials",
    }
}

/// Returns `; closest names: a, b`, or an empty text for no names.
pub(crate) fn after(names: &[String], what: &str) -> String {
    if names.is_empty() { String::new() } else { format!("{what}: {}", names.join(", ")) }
}

/// Returns the URL of Git's first request to a host.
pub(crate) fn refs(url: &str) -> String {
    format!("{url}/info/refs?service=git-upload-pack")
}

/// Returns the settings of Git that the hints of TLS and proxies name.
pub(crate) fn settings(host: &str) -> Settings {
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    Settings {
        place: if has_port { host.to_owned() } else { format!("{host}:443") },
        authority: Advice::say("trust the CA certificate of the Git host: `")
            .inline(shell!("git config --global {} FILE", format!("http.https://{host}/.sslCAInfo")))
            .and("`, or GIT_SSL_CAINFO=FILE"),
        server_name: "set gitops.repo_url to a host name of the certificate".into(),
        client_certificate: "use an ssh URL, or let the Git host accept clients without a certificate".into(),
        plain: "check scheme and port of gitops.repo_url: the port does not speak TLS".into(),
    }
}
