use std::error::Error;
use std::io;
use std::time::Duration;

use transport::{Fault, Proxy, ProxyProblem, fault};

use crate::error::VaultError;

/// What it means that a request did not come through.
pub(crate) fn classify(
    error: &reqwest::Error,
    address: &str,
    proxy: Option<&Proxy>,
    limit: Duration,
) -> VaultError {
    let encrypted = address.to_ascii_lowercase().starts_with("https:");
    match (fault(error, proxy, encrypted), proxy) {
        (Fault::Tls(problem), _) => VaultError::Tls { address: address.to_owned(), problem },
        (_, Some(proxy)) if error.is_timeout() && error.is_connect() => {
            VaultError::of_proxy(address, proxy, ProxyProblem::TimedOut)
        }
        _ if error.is_timeout() => {
            let limit = if error.is_connect() { CONNECT_LIMIT.min(limit) } else { limit };
            VaultError::Timeout { address: address.to_owned(), limit }
        }
        (Fault::Proxy(problem), Some(proxy)) => VaultError::of_proxy(address, proxy, problem),
        (Fault::Dns, _) => VaultError::Dns { address: address.to_owned(), cause: root_cause(error) },
        (Fault::Refused, _) => unreachable(address, "it refused the connection".to_owned()),
        (Fault::TimedOut | Fault::Proxy(_), _) => unreachable(address, "no answer in time".to_owned()),
        (Fault::WantsTls, _) => VaultError::WantsTls { address: address.to_owned() },
        (Fault::Broken { said }, _) => unreachable(address, said),
    }
}

fn unreachable(address: &str, cause: String) -> VaultError {
    VaultError::Unreachable { address: address.to_owned(), cause }
}

/// Whether the connection broke under a request that may be sent again.
pub(crate) fn broke(error: &reqwest::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    find(error, |link| {
        let kind = link.downcast_ref::<io::Error>().map(io::Error::kind);
        let text = || matches!(link.to_string().as_str(), "connection closed before message completed");
        (matches!(kind, Some(ConnectionReset | ConnectionAborted | BrokenPipe | UnexpectedEof)) || text())
            .then_some(())
    })
    .is_some()
}

/// The innermost cause: what the layers above say is only that something failed.
pub(crate) fn root_cause(error: &dyn Error) -> String {
    let mut last = error.to_string();
    let mut link = error.source();
    while let Some(inner) = link {
        last = inner.to_string();
        link = inner.source();
    }
    last
}

/// The first thing `look` sees along the chain. An `io::Error` hides what it was made of from `source()`.
fn find<T>(
    error: &(dyn Error + 'static),
    look: impl Fn(&(dyn Error + 'static)) -> Option<T> + Copy,
) -> Option<T> {
    let mut link = Some(error);
    while let Some(current) = link {
        if let Some(found) = look(current) {
            return Some(found);
        }
        if let Some(inner) = current.downcast_ref::<io::Error>().and_then(io::Error::get_ref)
            && let Some(found) = find(inner, look)
        {
            return Some(found);
        }
        link = current.source();
    }
    None
}

/// How long a connection may take to come about; the limit of the whole request is the caller's.
pub(crate) const CONNECT_LIMIT: Duration = Duration::from_secs(10);
