use std::time::Duration;

use advice::Diagnostic;
use thiserror::Error;
use transport::{ProxyProblem, Settings, TlsProblem};

/// What went wrong on the way to the cluster. Each variant says what was being done (`doing`, fit for "failed to …").
#[derive(Debug, Error, Diagnostic)]
pub enum AccessError {
    /// Nothing listens at the server's address.
    #[error("{doing}: {server} refused the connection")]
    #[code("KUBE-001")]
    #[hint(
        "is the cluster up, and is {server} still its address? A recreated cluster has a new kubeconfig: name it with --kubeconfig FILE"
    )]
    Refused {
        /// What was being done.
        doing: String,
        /// The API server's URL.
        server: String,
    },
    /// The server's name has no address.
    #[error("{doing}: the host name of {server} has no address")]
    #[code("KUBE-002")]
    #[hint(
        "check the name in the kubeconfig and this machine's DNS; a deleted cluster's name is gone. A newer kubeconfig is taken with --kubeconfig FILE"
    )]
    Dns {
        /// What was being done.
        doing: String,
        /// The API server's URL.
        server: String,
    },
    /// No answer within the limit.
    #[error("{doing}: {server} did not answer within {} s", limit.as_secs_f32())]
    #[code("KUBE-003")]
    #[hint("is the cluster up, and does this network reach it (VPN, firewall, HTTPS_PROXY, NO_PROXY)?")]
    Timeout {
        /// What was being done.
        doing: String,
        /// The API server's URL.
        server: String,
        /// How long was waited.
        limit: Duration,
    },
    /// The proxy, not the server, is what failed.
    #[error("{doing}: the proxy {proxy} on the way to {server} failed: {problem}")]
    #[code("KUBE-004")]
    #[hint(by(Some(problem.advice(origin, &settings(server)))))]
    #[fix("as the error below it says")]
    Proxy {
        /// What was being done.
        doing: String,
        /// The API server's URL.
        server: String,
        /// The proxy, without its login, and where it came from.
        proxy: String,
        /// The setting that names it.
        origin: Box<str>,
        /// What it did.
        problem: ProxyProblem,
    },
    /// The kubeconfig names it without TLS, and what answers is no HTTP.
    #[error("{doing}: {server} does not answer in HTTP: it seems to speak TLS")]
    #[code("KUBE-005")]
    #[hint(say(
        "`server` in the kubeconfig begins with http://. Where that port speaks TLS, write it so: {}",
        with_tls(server)
    ))]
    WantsTls {
        /// What was being done.
        doing: String,
        /// The API server's URL.
        server: String,
    },
    /// The connection broke in some other way.
    #[error("{doing}: the connection to {server} broke: {detail}")]
    #[code("KUBE-006")]
    #[hint(
        "run again; where it comes back, look at what stands on the way: VPN, firewall, load balancer, HTTPS_PROXY, NO_PROXY"
    )]
    Connection {
        /// What was being done.
        doing: String,
        /// The API server's URL.
        server: String,
        /// The innermost cause.
        detail: String,
    },
    /// The server did not take the client certificate in the TLS handshake.
    #[error(
        "{doing}: {server} refused the client certificate of the kubeconfig: {alert}{}",
        until(valid_until)
    )]
    #[code("KUBE-007")]
    #[hint("take a fresh kubeconfig (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE")]
    ClientCertificateRefused {
        /// What was being done.
        doing: String,
        /// The API server's URL.
        server: String,
        /// The TLS alert.
        alert: String,
        /// The certificate's last moment, RFC 3339.
        valid_until: Option<String>,
    },
    /// The client certificate of the kubeconfig is out of date.
    #[error(
        "{doing}: the client certificate of the kubeconfig has expired: it was valid until {valid_until}"
    )]
    #[code("KUBE-008")]
    #[hint("take a fresh kubeconfig (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE")]
    ClientCertificateExpired {
        /// What was being done.
        doing: String,
        /// Its last moment, RFC 3339.
        valid_until: String,
    },
    /// No TLS connection came about: the server's certificate is not trusted, or the two sides do not agree.
    #[error("{doing}: no secure connection to {server}: {problem}")]
    #[code("KUBE-009")]
    #[hint(by(Some(problem.advice(&settings(server)))))]
    #[fix("as the error below it says")]
    Tls {
        /// What was being done.
        doing: String,
        /// The API server's URL.
        server: String,
        /// Why.
        problem: TlsProblem,
    },
    /// 401: the server does not know who we are.
    #[error("{doing}: {server} does not accept the login of the kubeconfig (401): {login}")]
    #[code("KUBE-010")]
    #[hint("take a fresh kubeconfig (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE")]
    Unauthorized {
        /// What was being done.
        doing: String,
        /// The API server's URL.
        server: String,
        /// What kind of login it was, never the login.
        login: String,
    },
    /// 403: we are known, and may not.
    #[error("{doing}: not allowed (403): {message}")]
    #[code("KUBE-011")]
    #[hint(when(message.contains(ANONYMOUS)), "the kubeconfig's user has no login (token, client certificate or exec plugin): take a fresh kubeconfig (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE")]
    #[hint("use a kubeconfig of a cluster administrator, or have these rights granted")]
    Forbidden {
        /// What was being done.
        doing: String,
        /// The server's own words; they name the user, the verb and the object.
        message: String,
    },
    /// 404 of the kind itself: the cluster has no such kind of object.
    #[error("{doing}: the cluster has no kind {kind}")]
    #[code("KUBE-012")]
    #[hint("install what brings that kind (its operator or CRD), then run again")]
    NoSuchKind {
        /// What was being done.
        doing: String,
        /// The kind and its API version.
        kind: String,
    },
    /// 404 of one object.
    #[error("{doing}: it does not exist (404){}", after_colon(message))]
    #[code("KUBE-013")]
    #[hint("check whether it was deleted meanwhile, then run again: the run makes what belongs to it")]
    NotFound {
        /// What was being done.
        doing: String,
        /// The server's own words; they name what is missing (it may be the namespace).
        message: String,
    },
    /// 409: someone else changed the object in between.
    #[error("{doing}: someone else changed it in between (409): {message}")]
    #[code("KUBE-014")]
    #[hint(
        "run again; if it fails again, find out who else writes to that object: its metadata.managedFields name them"
    )]
    Conflict {
        /// What was being done.
        doing: String,
        /// The server's own words.
        message: String,
    },
    /// 409: it is there already.
    #[error("{doing}: it exists already (409)")]
    #[code("KUBE-015")]
    #[hint("run again: the run looks at what exists before it writes")]
    AlreadyExists {
        /// What was being done.
        doing: String,
    },
    /// Another manager holds a field of ours, found between plan and apply.
    #[error("{doing}: {conflict}")]
    #[code("KUBE-016")]
    #[hint("change it where that manager takes it from, or take the field over with --force-conflicts")]
    Ownership {
        /// What was being done.
        doing: String,
        /// Who holds what.
        conflict: crate::OwnershipConflict,
    },
    /// Any other answer of the server.
    #[error("{doing}: the server answered {code}{}{message}", before_colon(reason))]
    #[code("KUBE-017")]
    #[hint(when(matches!(code, 429 | 500..=599)), "wait until the API server serves requests again, then run again")]
    #[hint("correct what the server's answer names, then run again")]
    Api {
        /// What was being done.
        doing: String,
        /// HTTP status.
        code: u16,
        /// The server's word for it (`Invalid`, `ServiceUnavailable`).
        reason: String,
        /// The server's own words.
        message: String,
    },
    /// What stands before the API server (a load balancer, a router, a proxy) answers in its place.
    #[error("{doing}: {server} is not reachable: what stands before it answers {code}{}", after_colon(said))]
    #[code("KUBE-018")]
    #[hint(
        "wait until the API server is up, or check the load balancer before {server} (port 6443 of the control plane)"
    )]
    Unavailable {
        /// What was being done.
        doing: String,
        /// The API server's URL.
        server: String,
        /// HTTP status, 500 or more.
        code: u16,
        /// Its words, or the title of its page.
        said: String,
    },
    /// Something answers, but not as a Kubernetes API does.
    #[error("{doing}: what answers at {server} is no Kubernetes API: {detail}")]
    #[code("KUBE-019")]
    #[hint(when(server.starts_with("http://")), say("`server` in the kubeconfig begins with http://. Where that port speaks TLS, write it so: {}", with_tls(server)))]
    #[hint("check `server` in the kubeconfig: a web console or a load balancer may stand there")]
    NotKubernetes {
        /// What was being done.
        doing: String,
        /// The API server's URL.
        server: String,
        /// What it answered instead.
        detail: String,
    },
    /// The kubeconfig's exec plugin gave no login.
    #[error("{doing}: the exec plugin {command} of the kubeconfig {problem}")]
    #[code("KUBE-020")]
    #[hint(when(let Some(install_hint) = install_hint), "{install_hint}")]
    #[hint(
        "install the plugin where it is missing, else run it by hand: it must answer without asking anything"
    )]
    ExecPlugin {
        /// What was being done.
        doing: String,
        /// Its name.
        command: String,
        /// What it did.
        problem: String,
        /// The kubeconfig's own advice on installing it.
        install_hint: Option<String>,
    },
    /// The kubeconfig's token file can't be read.
    #[error("{doing}: failed to read the kubeconfig's token file {file}: {detail}")]
    #[code("KUBE-021")]
    #[hint("write the token there again, or take another kubeconfig with --kubeconfig FILE")]
    TokenFile {
        /// What was being done.
        doing: String,
        /// Its path.
        file: String,
        /// Why not.
        detail: String,
    },
    /// Something in the kubeconfig can't be used, found while the client was built.
    #[error("{doing}: the kubeconfig can't be used: {detail}")]
    #[code("KUBE-022")]
    #[hint(
        "correct what is named in the kubeconfig, or take a fresh one (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE"
    )]
    Unusable {
        /// What was being done.
        doing: String,
        /// What, never a value that is secret.
        detail: String,
    },
    /// What was awaited did not come.
    #[error("waited {} s for {waiting_for}, which did not come", limit.as_secs_f32())]
    #[code("KUBE-023")]
    #[hint("check what the run waited for, then run again: it continues where it ended")]
    WaitedTooLong {
        /// What for.
        waiting_for: String,
        /// How long.
        limit: Duration,
    },
    /// The wait was ended from outside.
    #[error("stopped while waiting for {waiting_for}")]
    #[code("KUBE-024")]
    #[hint("run the same command again: it continues where it ended")]
    Stopped {
        /// What for.
        waiting_for: String,
    },
}

fn until(valid_until: &Option<String>) -> String {
    valid_until.as_ref().map(|end| format!(" (valid until {end})")).unwrap_or_default()
}

fn after_colon(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

fn before_colon(reason: &str) -> String {
    if reason.is_empty() { ": ".to_owned() } else { format!(" {reason}: ") }
}

/// The settings of a kubeconfig that the hints of TLS and proxies name.
fn settings(server: &str) -> Settings {
    let url = url::Url::parse(server).ok();
    let host = url.as_ref().and_then(|url| url.host_str()).unwrap_or("HOST");
    let port = url.as_ref().and_then(url::Url::port_or_known_default).unwrap_or(443);
    Settings {
        place: format!("{host}:{port}"),
        authority: "put the authority's certificate into certificate-authority-data of the kubeconfig, or take a newer \
                    kubeconfig with --kubeconfig FILE"
            .into(),
        server_name: "set tls-server-name in the kubeconfig to a name that the certificate has, or use such a name in \
                      `server`"
            .into(),
        client_certificate: FRESH.into(),
        plain: "check `server` in the kubeconfig: its port does not speak TLS".into(),
    }
}

/// Whom the API server takes us for, where no login is sent.
const ANONYMOUS: &str = "system:anonymous";

fn with_tls(server: &str) -> String {
    server.replacen("http://", "https://", 1)
}

const FRESH: &str =
    "take a fresh kubeconfig (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE";

impl AccessError {
    /// Whether asking again can't help. A name without an address had one when the wait began: a resolver that fails
    /// for a moment ends no wait of twenty minutes.
    pub fn is_lasting(&self) -> bool {
        !matches!(
            self,
            Self::Refused { .. }
                | Self::Dns { .. }
                | Self::Timeout { .. }
                | Self::Connection { .. }
                | Self::Proxy {
                    problem: ProxyProblem::Dns
                        | ProxyProblem::Refused
                        | ProxyProblem::TimedOut
                        | ProxyProblem::NoTunnel { .. }
                        | ProxyProblem::Broken { .. },
                    ..
                }
                | Self::Unavailable { .. }
                | Self::NotFound { .. }
                | Self::Api { code: 410 | 429 | 500..=599, .. }
        )
    }

    /// Whether it was refused for want of any login.
    pub fn is_of_nobody(&self) -> bool {
        matches!(self, Self::Forbidden { message, .. } if message.contains(ANONYMOUS))
    }
}

impl From<crate::Expired> for AccessError {
    fn from(expired: crate::Expired) -> Self {
        Self::ClientCertificateExpired {
            doing: "use the kubeconfig".into(),
            valid_until: expired.valid_until.to_string(),
        }
    }
}
