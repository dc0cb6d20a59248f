use secret::Mask;
use transport::{Fault, Proxy, ProxyProblem, fault};

use super::endpoint::Endpoint;
use super::http_client::of_proxy;
use crate::GitError;

/// What the host answered, as far as it says why.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) location: Option<String>,
    pub(super) content_type: String,
    pub(super) body: Vec<u8>,
}

/// Tells the answers apart that are no success.
pub(super) fn of_answer(
    endpoint: &Endpoint,
    proxy: Option<&Proxy>,
    answer: &Answer,
    with_login: bool,
) -> GitError {
    let url = endpoint.shown().to_owned();
    let said = said(answer, endpoint);
    let status = answer.status;
    if let (407, Some(proxy)) = (status, proxy) {
        return of_proxy(endpoint, proxy, ProxyProblem::WantsLogin);
    }
    match status {
        300..=399 => {
            GitError::Redirected { url, to: place(endpoint, answer.location.as_deref().unwrap_or_default()) }
        }
        401 | 403 if !with_login => GitError::NoLogin { url, said },
        401 | 403 => {
            let user = endpoint.login().and_then(|login| login.username()).map(str::to_owned);
            GitError::LoginRefused { url, host: endpoint.host(), user, status, said }
        }
        404 | 410 => GitError::NotFound { url, with_login, said },
        _ => GitError::Http { url, status, said },
    }
}

/// The host's own words: the first line of a plain text, no web page. Masked before they are cut: nobody knows half a
/// password again.
fn said(answer: &Answer, endpoint: &Endpoint) -> Option<String> {
    if !answer.content_type.starts_with("text/plain") && !answer.content_type.is_empty() {
        return None;
    }
    let mask = Mask::new();
    if let Some(login) = endpoint.login() {
        mask.add(login.secret());
    }
    let text = mask.text(&String::from_utf8_lossy(&answer.body));
    let line: String = text.trim().lines().next()?.chars().filter(|c| !c.is_control()).take(200).collect();
    (!line.is_empty() && !line.starts_with('<')).then_some(line)
}

/// The repository that a redirect points at, without login, query and the part that Git added.
fn place(endpoint: &Endpoint, location: &str) -> String {
    let base = url::Url::parse(endpoint.shown());
    let Ok(mut to) = base.and_then(|base| base.join(location)) else { return "an unknown place".to_owned() };
    let login_dropped = to.set_username("").and_then(|()| to.set_password(None));
    if login_dropped.is_err() {
        return "an unknown place".to_owned();
    }
    to.set_query(None);
    to.set_fragment(None);
    let text = to.to_string();
    text.strip_suffix("/info/refs").map_or(text.clone(), str::to_owned)
}

/// Tells the reasons apart why no answer came.
pub(super) fn of_failure(endpoint: &Endpoint, proxy: Option<&Proxy>, error: &reqwest::Error) -> GitError {
    let host = endpoint.host();
    match (fault(error, proxy, endpoint.shown().starts_with("https:")), proxy) {
        (Fault::Tls(problem), _) => GitError::Tls { host, problem },
        (_, Some(proxy)) if error.is_timeout() && error.is_connect() => {
            of_proxy(endpoint, proxy, ProxyProblem::TimedOut)
        }
        (Fault::Proxy(problem), Some(proxy)) => of_proxy(endpoint, proxy, problem),
        _ if error.is_timeout() => GitError::Unreachable { host, said: "no answer in time".to_owned() },
        (Fault::Dns, _) => GitError::Dns { host },
        (Fault::Refused, _) => GitError::Refused { host },
        (Fault::Broken { said }, _) => GitError::Unreachable { host, said },
        (Fault::TimedOut | Fault::Proxy(_), _) => {
            GitError::Unreachable { host, said: "no answer in time".to_owned() }
        }
    }
}
