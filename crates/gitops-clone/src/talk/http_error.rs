use std::error::Error;

use rustls::{CertificateError, Error as TlsError};
use secret::Mask;

use super::chain;
use super::endpoint::Endpoint;
use crate::GitError;

/// What the host answered, as far as it says why.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) location: Option<String>,
    pub(super) content_type: String,
    pub(super) body: Vec<u8>,
}

/// Tells the answers apart that are no success.
pub(super) fn of_answer(endpoint: &Endpoint, answer: &Answer, with_login: bool) -> GitError {
    let url = endpoint.shown().to_owned();
    let said = said(answer, endpoint);
    let status = answer.status;
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
        407 => GitError::Proxy {
            host: endpoint.host(),
            proxy: "on the way".to_owned(),
            said: "it wants a login".to_owned(),
        },
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
pub(super) fn of_failure(endpoint: &Endpoint, proxy: Option<String>, error: &reqwest::Error) -> GitError {
    let host = endpoint.host();
    if let Some(error) = tls(&host, error) {
        return error;
    }
    let said = causes(error);
    if let Some(proxy) = proxy.filter(|_| error.is_connect()) {
        return GitError::Proxy { host, proxy, said };
    }
    if error.is_timeout() {
        return GitError::Unreachable { host, said: "no answer in time".to_owned() };
    }
    match io_kind(error) {
        _ if error.is_dns() => GitError::Dns { host },
        Some(std::io::ErrorKind::ConnectionRefused) => GitError::Refused { host },
        _ => GitError::Unreachable { host, said },
    }
}

fn tls(host: &str, error: &(dyn Error + 'static)) -> Option<GitError> {
    let host = host.to_owned();
    Some(match find::<TlsError>(error)? {
        TlsError::InvalidCertificate(CertificateError::UnknownIssuer) => GitError::UnknownAuthority { host },
        TlsError::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => GitError::WrongName { host },
        TlsError::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => GitError::CertificateExpired { host },
        other => GitError::Tls { host, said: other.to_string() },
    })
}

/// The first cause of this type. `io::Error` hides what it was made of from `source`.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    if let Some(found) = error.downcast_ref::<T>() {
        return Some(found);
    }
    let inner = error.downcast_ref::<std::io::Error>().and_then(|io| io.get_ref());
    let inner = inner.and_then(|inner| find::<T>(inner));
    inner.or_else(|| error.source().and_then(|source| find::<T>(source)))
}

fn io_kind(error: &(dyn Error + 'static)) -> Option<std::io::ErrorKind> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(io) = error.downcast_ref::<std::io::Error>().filter(|io| io.get_ref().is_none()) {
            return Some(io.kind());
        }
        next = error.source();
    }
    None
}

/// What stands below reqwest's own words, which repeat the URL.
fn causes(error: &reqwest::Error) -> String {
    error.source().map_or_else(|| "no answer".to_owned(), chain)
}
