use transport::{Fault, Proxy, ProxyProblem, fault};

use super::endpoint::Endpoint;
use super::http_client::of_proxy;
use crate::GitError;

/// Returns the error for a request without an answer.
pub(super) fn of_failure(endpoint: &Endpoint, proxy: Option<&Proxy>, error: &reqwest::Error) -> GitError {
    let host = endpoint.host();
    match (fault(error, proxy, endpoint.shown().starts_with("https:")), proxy) {
        (Fault::Tls(problem), _) => GitError::Tls { host, problem },
        (_, Some(proxy)) if error.is_timeout() && error.is_connect() => {
            of_proxy(endpoint, proxy, ProxyProblem::TimedOut)
        }
        (Fault::Proxy(problem), Some(proxy)) => of_proxy(endpoint, proxy, problem),
        _ if error.is_timeout() => GitError::Unreachable { host, detail: "no answer in time".to_owned() },
        (Fault::Dns, _) => GitError::Dns { host },
        (Fault::Refused, _) => GitError::Refused { host },
        (Fault::WantsTls, _) => GitError::WantsTls { host },
        (Fault::Broken { said: detail }, _) => GitError::Unreachable { host, detail },
        (Fault::TimedOut | Fault::Proxy(_), _) => {
            GitError::Unreachable { host, detail: "no answer in time".to_owned() }
        }
    }
}
