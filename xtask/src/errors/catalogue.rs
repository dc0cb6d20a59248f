//! All errors, in the order in which a person searches.

use advice::{Catalogue as _, Entry};
use cluster_access::{AccessError, Expired, KubeconfigError, OwnershipConflict};
use cluster_spec::ValueError;
use credentials::{CredentialsError, Unfit, UnknownSource};
use settings::SettingError;
use trace::{BadRunId, BadTraceparent, ReadError};
use transport::{PemProblem, ProxyProblem, TlsProblem};
use vault_access::VaultError;
use vault_auth::release::ReleaseRefusal;
use vault_auth::{ProofProblem, Refusal};

/// The sections of the page, and the types of the errors in each. The list is closed by a test: each type that derives
/// `Diagnostic` stands in it.
pub fn sections() -> Vec<(&'static str, Vec<&'static [Entry]>)> {
    vec![
        ("cluster.yaml", cluster_spec::errors()),
        ("Command line and settings", vec![SettingError::ENTRIES, UnknownSource::ENTRIES]),
        (
            "This machine: programs and folders",
            vec![child_process::ProcessError::ENTRIES, child_process::StartProblem::ENTRIES],
        ),
        ("Before the first write", vec![preflight::PreflightError::ENTRIES]),
        (
            "TLS and proxies (cluster, Vault, Git host)",
            vec![TlsProblem::ENTRIES, ProxyProblem::ENTRIES, PemProblem::ENTRIES],
        ),
        ("Kubeconfig", vec![KubeconfigError::ENTRIES, Expired::ENTRIES, cluster_access::WriteError::ENTRIES]),
        ("Cluster", vec![AccessError::ENTRIES, OwnershipConflict::ENTRIES]),
        ("Release", vec![ReleaseRefusal::ENTRIES]),
        (
            "Vault",
            vec![
                VaultError::ENTRIES,
                Refusal::ENTRIES,
                ProofProblem::ENTRIES,
                vault_auth::VaultAuthError::ENTRIES,
            ],
        ),
        ("Repository login", vec![CredentialsError::ENTRIES, Unfit::ENTRIES]),
        ("Repository", vec![gitops_clone::GitError::ENTRIES]),
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
        (
            "Trace",
            vec![BadTraceparent::ENTRIES, ReadError::ENTRIES, trace::WriteError::ENTRIES, BadRunId::ENTRIES],
        ),
        ("A bundle for whoever helps", vec![]),
    ]
}

/// The exit code of an error, where it is always the same.
pub fn exit(entry: &Entry) -> Option<u8> {
    let of_usage = [SettingError::ENTRIES, UnknownSource::ENTRIES, BadRunId::ENTRIES];
    let mut all = cluster_spec::errors().into_iter().chain(of_usage).flatten();
    all.any(|usage| usage == entry).then_some(2)
}

/// What is expected of the values of cluster.yaml.
pub fn expected() -> Vec<&'static str> {
    let of = |entry: &'static Entry| entry.message.trim_start_matches("expected ");
    let mut all: Vec<&str> = ValueError::ENTRIES.iter().map(of).collect();
    all.sort_unstable();
    all
}
