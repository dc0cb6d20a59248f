//! From `kube`'s errors, which wrap what happened several times over, to what happened.

use std::error::Error as StdError;
use std::time::Duration;

use kube::client::AuthError;
use kube::core::Status;
use transport::{Fault, Proxy, ProxyProblem, TlsProblem, fault};

use crate::exec_plugin;
use crate::kubeconfig::Login;
use crate::{AccessError, Kubeconfig};

/// The way to a cluster, as far as an error has to name it. No secret in it.
pub(crate) struct Way {
    server: String,
    proxy: Option<Proxy>,
    login: String,
    plugin: Option<(String, Option<String>)>,
    valid_until: Option<String>,
    limit: Duration,
}

impl Way {
    pub fn new(kubeconfig: &Kubeconfig, proxy: Option<Proxy>, limit: Duration) -> Self {
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
            proxy,
            login: describe(&kubeconfig.login(), valid_until.as_deref()),
            plugin,
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

    pub fn proxy(&self) -> Option<&Proxy> {
        self.proxy.as_ref()
    }

    /// `problem` of the proxy that stands on the way.
    pub fn proxy_failed(&self, doing: &str, problem: ProxyProblem) -> AccessError {
        let (proxy, origin) = self
            .proxy
            .as_ref()
            .map_or_else(Default::default, |proxy| (proxy.to_string(), proxy.origin().into()));
        AccessError::Proxy { doing: doing.into(), server: self.server.clone(), proxy, origin, problem }
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
        kube::Error::RustlsTls(error) => {
            AccessError::Unusable { doing, detail: of_client_certificate(&innermost(&error)) }
        }
        error => broken(way, doing, &error),
    }
}

/// Why the client certificate of the kubeconfig can't be used.
fn of_client_certificate(said: &str) -> String {
    match said.contains("UnsupportedCertVersion") {
        true => "its client certificate is X.509 version 1, and only version 3 can be used: have it issued again, with \
                 extensions (`openssl x509 -req … -extfile FILE`)"
            .to_owned(),
        false => format!(
            "its client certificate or key is not one in PEM, or the two do not belong together ({said})"
        ),
    }
}

/// An answer that is not the one asked for: a `Status` of the API server, or what something in between says.
pub(crate) fn refused(way: &Way, doing: &str, code: u16, body: &[u8]) -> AccessError {
    match serde_json::from_slice::<Status>(body).ok().filter(|status| status.code != 0) {
        Some(status) => answered(way, doing.to_owned(), status),
        None => page(way, doing.to_owned(), code, &String::from_utf8_lossy(body)),
    }
}

/// What the API server says without a `Status`, and the pages of what stands before it.
fn page(way: &Way, doing: String, code: u16, body: &str) -> AccessError {
    let server = way.server.clone();
    let said = first_words(body);
    match code {
        404 if said == "404 page not found" => AccessError::NotFound { doing, message: said },
        300..=399 => {
            let detail = format!("it redirects elsewhere ({code})");
            AccessError::NotKubernetes { doing, server, detail }
        }
        429 => AccessError::Api { doing, code, reason: String::new(), message: said },
        500..=599 => AccessError::Unavailable { doing, server, code, said },
        _ => {
            let detail = format!("it answers {code} with {}", as_page(&said));
            AccessError::NotKubernetes { doing, server, detail }
        }
    }
}

fn as_page(said: &str) -> String {
    if said.is_empty() { "no words of an API".to_owned() } else { format!("words of its own: {said}") }
}

/// The title of a web page, or the first line of a plain text.
fn first_words(body: &str) -> String {
    let body = body.trim_start_matches('\u{feff}').trim();
    if !body.starts_with('<') {
        return secret::one_line(&short(body)).trim().to_owned();
    }
    let lower = body.to_ascii_lowercase();
    let title = lower.find("<title>").and_then(|at| {
        let begin = at + "<title>".len();
        Some(&body[begin..begin + lower[begin..].find('<')?])
    });
    secret::one_line(&short(title.unwrap_or_default().trim()))
}

fn answered(way: &Way, doing: String, status: Status) -> AccessError {
    let server = way.server.clone();
    match (status.code, status.reason.as_str()) {
        (401, _) => AccessError::Unauthorized { doing, server, login: way.login.clone() },
        (403, _) => AccessError::Forbidden { doing, message: short(&status.message) },
        (404, _) => AccessError::NotFound { doing, message: short(&status.message) },
        (409, "AlreadyExists") => AccessError::AlreadyExists { doing },
        (409, _) => AccessError::Conflict { doing, message: short(&status.message) },
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
            way.plugin_failed(doing, "answered something that is no ExecCredential with a status (nothing else may be on its standard output)".into())
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
    if let Some(auth) = causes(error).iter().find_map(|cause| cause.downcast_ref::<AuthError>()) {
        return login_failed(way, &doing, auth);
    }
    let server = way.server.clone();
    match fault(error, way.proxy.as_ref(), server.starts_with("https:")) {
        Fault::Tls(problem) => tls_failed(way, doing, problem),
        Fault::Proxy(problem) => way.proxy_failed(&doing, problem),
        Fault::Dns => AccessError::Dns { doing, server },
        Fault::Refused => AccessError::Refused { doing, server },
        Fault::TimedOut => AccessError::Timeout { doing, server, limit: way.limit },
        Fault::WantsTls => AccessError::WantsTls { doing, server },
        Fault::Broken { said } => AccessError::Connection { doing, server, detail: said },
    }
}

fn tls_failed(way: &Way, doing: String, problem: TlsProblem) -> AccessError {
    let server = way.server.clone();
    match problem {
        TlsProblem::ClientCertificateRefused { alert } if way.valid_until.is_some() => {
            AccessError::ClientCertificateRefused {
                doing,
                server,
                alert: alert.to_owned(),
                valid_until: way.valid_until.clone(),
            }
        }
        problem => AccessError::Tls { doing, server, problem },
    }
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
    use super::{first_words, of_client_certificate, short};

    #[test]
    fn a_page_is_told_by_its_title_and_a_text_by_its_first_line() {
        assert_eq!(first_words("RBAC: access denied\n"), "RBAC: access denied");
        assert_eq!(
            first_words("<!doctype html>\n<HTML><Title> Application is not available </Title>"),
            "Application is not available"
        );
        for body in ["", "<html>", "<html><title>", "<html><title></title>"] {
            assert_eq!(first_words(body), "");
        }
    }

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

    #[test]
    fn a_client_certificate_that_can_not_be_used_is_told_in_words() {
        let old =
            of_client_certificate("invalid peer certificate: Other(OtherError(UnsupportedCertVersion))");
        assert!(old.contains("version 1") && !old.contains("Unsupported"), "{old}");
        assert!(of_client_certificate("keys differ").ends_with("belong together (keys differ)"));
    }
}
