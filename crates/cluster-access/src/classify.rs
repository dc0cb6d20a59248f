//! From `kube`'s errors, which wrap what happened several times over, to what happened.

use std::error::Error as StdError;
use std::io::ErrorKind;
use std::time::Duration;

use kube::client::AuthError;
use kube::core::Status;
use rustls::{AlertDescription, CertificateError, Error as TlsError};

use crate::exec_plugin;
use crate::kubeconfig::Login;
use crate::network::Proxy;
use crate::{AccessError, Kubeconfig};

/// The way to a cluster, as far as an error has to name it. No secret in it.
pub(crate) struct Way {
    server: String,
    proxy: Option<String>,
    login: String,
    plugin: Option<(String, Option<String>)>,
    own_authority: bool,
    valid_until: Option<String>,
    limit: Duration,
}

impl Way {
    pub fn new(kubeconfig: &Kubeconfig, proxy: Option<&Proxy>, limit: Duration) -> Self {
        let valid_until = kubeconfig.client_certificate_valid_until().map(|end| end.to_string());
        let plugin = match kubeconfig.login() {
            Login::Exec(plugin) => Some((
                plugin.text("command").unwrap_or_default().into(),
                plugin.text("installHint").map(Into::into),
            )),
            _ => None,
        };
        Self {
            server: kubeconfig.server().into(),
            proxy: proxy.map(ToString::to_string),
            login: describe(&kubeconfig.login(), valid_until.as_deref()),
            plugin,
            own_authority: kubeconfig.ca_pem().is_some(),
            valid_until,
            limit,
        }
    }

    pub fn connecting(&self) -> &'static str {
        "connect to the cluster"
    }

    pub fn unusable(&self, detail: String) -> AccessError {
        AccessError::Unusable { doing: self.connecting().into(), detail }
    }

    pub fn plugin_too_slow(&self) -> AccessError {
        self.plugin_failed(self.connecting(), format!("gave no answer within {} s", self.limit.as_secs_f32()))
    }

    pub fn timeout(&self, doing: &str, limit: Duration) -> AccessError {
        AccessError::Timeout { doing: doing.into(), server: self.server.clone(), limit }
    }

    fn plugin_failed(&self, doing: &str, problem: String) -> AccessError {
        let (command, install_hint) = self.plugin.clone().unwrap_or_default();
        AccessError::ExecPlugin { doing: doing.into(), command, problem, install_hint }
    }
}

fn describe(login: &Login, valid_until: Option<&str>) -> String {
    match login {
        Login::Token(_) => "a token".into(),
        Login::TokenFile(file) => format!("the token in {file}"),
        Login::Basic { username, .. } => format!("user {username} with a password"),
        Login::Exec(plugin) => {
            format!("the token of exec plugin {}", plugin.text("command").unwrap_or_default())
        }
        Login::ClientCertificate => {
            format!("a client certificate, valid until {}", valid_until.unwrap_or("(unknown)"))
        }
        Login::None => "it has none".into(),
    }
}

pub(crate) fn explain(way: &Way, doing: &str, error: kube::Error) -> AccessError {
    let doing = doing.to_owned();
    match error {
        kube::Error::Api(status) => answered(way, doing, *status),
        kube::Error::Auth(error) => login_failed(way, &doing, &error),
        kube::Error::SerdeError(error) => AccessError::NotKubernetes {
            doing,
            server: way.server.clone(),
            detail: format!("its answer is not the JSON expected ({:?} error)", error.classify()),
        },
        kube::Error::RustlsTls(error) => AccessError::Unusable { doing, detail: innermost(&error) },
        error => broken(way, doing, &error),
    }
}

/// An answer that is not the one asked for: usually a `Status`, from something in between also anything else.
pub(crate) fn refused(way: &Way, doing: &str, code: u16, body: &[u8]) -> AccessError {
    let status = serde_json::from_slice::<Status>(body).ok().filter(|status| status.code != 0);
    let status = status.unwrap_or_else(|| Status {
        code,
        message: "(no words of a Kubernetes API)".into(),
        ..Status::default()
    });
    answered(way, doing.to_owned(), status)
}

fn answered(way: &Way, doing: String, status: Status) -> AccessError {
    let server = way.server.clone();
    match (status.code, status.reason.as_str()) {
        (401, _) => AccessError::Unauthorized { doing, server, login: way.login.clone() },
        (403, _) => AccessError::Forbidden { doing, message: short(&status.message) },
        (404, _) => AccessError::NotFound { doing, message: short(&status.message) },
        (409, "AlreadyExists") => AccessError::AlreadyExists { doing },
        (409, _) => AccessError::Conflict { doing, message: short(&status.message) },
        (code @ 300..=399, _) => {
            let detail = format!("it redirects elsewhere ({code})");
            AccessError::NotKubernetes { doing, server, detail }
        }
        (code, _) => {
            AccessError::Api { doing, code, reason: short(&status.reason), message: short(&status.message) }
        }
    }
}

/// How much of the server's words an error repeats.
const LONGEST_WORDS: usize = 500;

/// A page of HTML is no message. It is cut between words: the mask knows no half of a secret that the server repeats.
fn short(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    let Some((end, _)) = line.char_indices().nth(LONGEST_WORDS) else { return line.to_owned() };
    let whole_words = line[..end].rfind(char::is_whitespace).unwrap_or(0);
    format!("{} …", line[..whole_words].trim_end())
}

fn login_failed(way: &Way, doing: &str, error: &AuthError) -> AccessError {
    match error {
        AuthError::AuthExecRun { out, .. } => way.plugin_failed(doing, exec_plugin::problem(out, way.limit)),
        AuthError::AuthExecStart(error) => way.plugin_failed(doing, format!("could not be started: {error}")),
        AuthError::AuthExecParse(_) | AuthError::ExecPluginFailed => {
            way.plugin_failed(doing, "answered something that is no ExecCredential with a status".into())
        }
        AuthError::MalformedTokenExpirationDate(_) | AuthError::UnrefreshableTokenResponse => {
            way.plugin_failed(doing, "answered with an expiry or a kind of login that can't be used".into())
        }
        AuthError::ReadTokenFile(error, file) => AccessError::TokenFile {
            doing: doing.into(),
            file: file.display().to_string(),
            detail: error.to_string(),
        },
        AuthError::InvalidBearerToken(_) | AuthError::InvalidBasicAuth(_) => AccessError::Unusable {
            doing: doing.into(),
            detail: "its login has a line break or another character in it that no HTTP header may have"
                .into(),
        },
        _ => AccessError::Unusable {
            doing: doing.into(),
            detail: "its login is of a kind that is not supported".into(),
        },
    }
}

/// The connection broke: the innermost cause that we know tells how.
fn broken(way: &Way, doing: String, error: &(dyn StdError + 'static)) -> AccessError {
    let server = way.server.clone();
    let causes = causes(error);
    if let Some(tls) = causes.iter().find_map(|cause| cause.downcast_ref::<TlsError>()) {
        return tls_failed(way, doing, tls);
    }
    if let Some(auth) = causes.iter().find_map(|cause| cause.downcast_ref::<AuthError>()) {
        return login_failed(way, &doing, auth);
    }
    let detail = innermost(error);
    if let Some(proxy) = way.proxy.clone().filter(|_| !after_connecting(&causes)) {
        return AccessError::Proxy { doing, server, proxy, detail };
    }
    let kinds: Vec<ErrorKind> = causes
        .iter()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .map(|it| it.kind())
        .collect();
    if causes.iter().any(|cause| cause.to_string() == "dns error") {
        AccessError::Dns { doing, server }
    } else if kinds.contains(&ErrorKind::ConnectionRefused) {
        AccessError::Refused { doing, server }
    } else if kinds.contains(&ErrorKind::TimedOut) {
        AccessError::Timeout { doing, server, limit: way.limit }
    } else {
        AccessError::Connection { doing, server, detail }
    }
}

/// Whether the way to the server had been opened already.
fn after_connecting(causes: &[&(dyn StdError + 'static)]) -> bool {
    !causes
        .iter()
        .any(|cause| cause.to_string().contains("(Connect)") || cause.to_string().starts_with("tunnel error"))
}

fn tls_failed(way: &Way, doing: String, error: &TlsError) -> AccessError {
    let server = way.server.clone();
    match error {
        TlsError::InvalidCertificate(CertificateError::Expired) => {
            AccessError::ServerCertificateExpired { doing, server, valid_until: None }
        }
        TlsError::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. }) => {
            let end = jiff::Timestamp::from_second(not_after.as_secs() as i64).ok();
            AccessError::ServerCertificateExpired {
                doing,
                server,
                valid_until: end.map(|end| end.to_string()),
            }
        }
        TlsError::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature) => {
            AccessError::UnknownAuthority { doing, server, own_authority: way.own_authority }
        }
        TlsError::InvalidCertificate(CertificateError::NotValidForName) => {
            AccessError::WrongName { doing, server, names: Vec::new() }
        }
        TlsError::InvalidCertificate(CertificateError::NotValidForNameContext { presented, .. }) => {
            AccessError::WrongName {
                doing,
                server,
                names: presented.iter().map(|name| plain(name)).collect(),
            }
        }
        TlsError::AlertReceived(alert) if is_about_us(*alert) => AccessError::ClientCertificateRefused {
            doing,
            server,
            alert: format!("{alert:?}"),
            valid_until: way.valid_until.clone(),
        },
        TlsError::InvalidMessage(_) => {
            AccessError::NotKubernetes { doing, server, detail: "it does not speak TLS".into() }
        }
        other => AccessError::Tls { doing, server, detail: other.to_string() },
    }
}

/// `DnsName("kubernetes")` → `kubernetes`
fn plain(name: &str) -> String {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
    inner.trim_matches('"').to_owned()
}

/// Alerts by which a server rejects a client's certificate.
fn is_about_us(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
            | AlertDescription::CertificateRequired
    )
}

/// The error and everything under it. `io::Error` hides the error it wraps from `source()`: it is asked for it.
fn causes<'a>(error: &'a (dyn StdError + 'static)) -> Vec<&'a (dyn StdError + 'static)> {
    const DEEPEST: usize = 32;
    let mut all = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next.filter(|_| all.len() < DEEPEST) {
        all.push(error);
        next = match error.downcast_ref::<std::io::Error>().and_then(|io| io.get_ref()) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    all
}

fn innermost(error: &(dyn StdError + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn no_half_of_a_word_is_repeated() {
        assert_eq!(short("no\nmore"), "no");
        let secret = "hunter22-".repeat(20);
        for before in [0, 400, 480, 499, 600] {
            let said = short(&format!("{} {secret} end", "x".repeat(before)));
            assert!(said.contains(&secret) || !said.contains("hunter22"), "{before}: {said}");
        }
        assert_eq!(short(&"ä".repeat(501)), " …");
        assert_eq!(short(&"ä".repeat(500)), "ä".repeat(500));
    }
}
