use std::error::Error;
use std::io;
use std::time::Duration;

use rustls::{AlertDescription, CertificateError, InvalidMessage};

use crate::error::{TlsProblem, VaultError};
use crate::http::CONNECT_LIMIT;

/// What it means that a request did not come through.
pub(crate) fn classify(error: &reqwest::Error, address: &str, limit: Duration) -> VaultError {
    let address = address.to_owned();
    if let Some(problem) = find(error, tls_problem) {
        return VaultError::Tls { address, problem };
    }
    if error.is_timeout() {
        let limit = if error.is_connect() { CONNECT_LIMIT.min(limit) } else { limit };
        return VaultError::Timeout { address, limit };
    }
    let cause = root_cause(error);
    if find(error, |link| (link.to_string() == "dns error").then_some(())).is_some() {
        return VaultError::Dns { address, cause };
    }
    VaultError::Unreachable { address, cause }
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

fn tls_problem(error: &(dyn Error + 'static)) -> Option<TlsProblem> {
    use CertificateError as C;
    Some(match error.downcast_ref::<rustls::Error>()? {
        rustls::Error::InvalidCertificate(invalid) => match invalid {
            C::UnknownIssuer => TlsProblem::UnknownAuthority,
            C::Expired | C::ExpiredContext { .. } => TlsProblem::Expired,
            C::NotValidYet | C::NotValidYetContext { .. } => TlsProblem::NotYetValid,
            C::NotValidForName | C::NotValidForNameContext { .. } => TlsProblem::WrongName,
            other => TlsProblem::Other(other.to_string()),
        },
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => TlsProblem::NoTls,
        rustls::Error::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::CertificateUnknown,
        ) => TlsProblem::ClientCertificate,
        other => TlsProblem::Other(other.to_string()),
    })
}
