use advice::Diagnostic;
use jiff::Timestamp;
use thiserror::Error;

/// A client certificate past its end.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[error("use the kubeconfig: its client certificate has expired: it was valid until {valid_until}")]
#[code("KUBECONFIG-008")]
#[hint(
    "take a fresh kubeconfig (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE; check this machine's clock"
)]
pub struct Expired {
    /// Its last moment.
    pub valid_until: Timestamp,
}
