use transport::{Fault, Proxy, ProxyProblem, fault};

use super::endpoint::Endpoint;
use super::http_client::of_proxy;
use crate::GitError;

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
        (Fault::WantsTls, _) => GitError::WantsTls { host },
        (Fault::Broken { said }, _) => GitError::Unreachable { host, said },
        (Fault::TimedOut | Fault::Proxy(_), _) => {
            GitError::Unreachable { host, said: "no answer in time".to_owned() }
        }
    }
}
