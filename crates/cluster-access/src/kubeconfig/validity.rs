use jiff::Timestamp;
use thiserror::Error;

/// A client certificate past its end.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("use the kubeconfig: its client certificate has expired: it was valid until {valid_until}")]
pub struct Expired {
    /// Its last moment.
    pub valid_until: Timestamp,
}

impl Expired {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        Some("take a fresh kubeconfig (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE; check this machine's clock".into())
    }
}
