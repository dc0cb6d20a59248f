//! All errors, in the order in which a person searches.

use advice::{Catalogue as _, Entry};
use transport::{PemProblem, ProxyProblem, TlsProblem};
use vault_access::VaultError;
use vault_auth::release::ReleaseRefusal;
use vault_auth::{ProofProblem, Refusal};

/// The sections of the page, and the types of the errors in each. The list is closed by a test: each type that derives
/// `Diagnostic` stands in it.
pub fn sections() -> Vec<(&'static str, Vec<&'static [Entry]>)> {
    vec![
        ("cluster.yaml", vec![]),
        ("Command line and settings", vec![settings::SettingError::ENTRIES]),
        ("This machine: programs and folders", vec![]),
        ("Before the first write", vec![preflight::PreflightError::ENTRIES]),
        (
            "TLS and proxies (cluster, Vault, Git host)",
            vec![TlsProblem::ENTRIES, ProxyProblem::ENTRIES, PemProblem::ENTRIES],
        ),
        ("Kubeconfig", vec![]),
        ("Cluster", vec![]),
        ("Release", vec![ReleaseRefusal::ENTRIES]),
        ("Vault", vec![VaultError::ENTRIES, Refusal::ENTRIES, ProofProblem::ENTRIES]),
        ("Repository login", vec![]),
        ("Repository", vec![]),
        (
            "GitOps operator and Argo CD",
            vec![
                argocd::chart::ChartError::ENTRIES,
                argocd::ArgoCdError::ENTRIES,
                argocd::helm::PendingRelease::ENTRIES,
            ],
        ),
        ("The script", vec![]),
        ("Locks", vec![run_lock::LockError::ENTRIES]),
        ("Trace", vec![]),
        ("A bundle for whoever helps", vec![]),
    ]
}
