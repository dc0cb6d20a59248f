//! What each code stands for: an error, a check or an exit code. The order is the one in which a person searches.

mod checks;
mod errors;
mod topic;

use advice::{Catalogue as _, Entry};
use bootstrap_core::RunError;
use child_process::{ProcessError, StartProblem, StopError};
use cluster_access::{AccessError, Expired, KubeconfigError, OwnershipConflict};
use credentials::{CredentialsError, Unfit};
use disk::DiskError;
use healthcheck::NoAnswer;
use preflight::PreflightError;
use run_lock::LockError;
use settings::SettingError;
use trace::{BadRunId, BadTraceparent, ReadError};
use transport::{PemProblem, ProxyProblem, TlsProblem};
use vault_access::VaultError;
use vault_auth::release::ReleaseRefusal;
use vault_auth::{ProofProblem, Refusal, VaultAuthError};

pub use checks::page as checks_page;
pub use errors::page as errors_page;
pub use topic::{Topic, all, find, nearest};

use crate::error::CommandError;

/// The section that also says what clap finds wrong.
const SETTINGS: &str = "Command line and settings";

/// The sections of the page, and the types of the errors in each. The list is closed by a test: each type that derives
/// `Diagnostic` stands in it.
fn sections() -> Vec<(&'static str, Vec<&'static [Entry]>)> {
    vec![
        ("cluster.yaml", cluster_spec::errors()),
        (SETTINGS, vec![CommandError::ENTRIES, SettingError::ENTRIES]),
        ("Programs of this machine", vec![ProcessError::ENTRIES, StartProblem::ENTRIES, StopError::ENTRIES]),
        ("Files and folders of this machine", vec![DiskError::ENTRIES]),
        ("Before the first write", vec![PreflightError::ENTRIES]),
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
                VaultAuthError::ENTRIES,
                NoAnswer::ENTRIES,
            ],
        ),
        ("Repository credentials", vec![CredentialsError::ENTRIES, Unfit::ENTRIES]),
        ("Repository", vec![gitops_clone::GitError::ENTRIES]),
        (
            "GitOps operator and Argo CD",
            vec![
                argocd::chart::ChartError::ENTRIES,
                argocd::ArgoCdError::ENTRIES,
                argocd::helm::PendingRelease::ENTRIES,
            ],
        ),
        ("The run and the release", vec![RunError::ENTRIES]),
        ("Locks", vec![LockError::ENTRIES]),
        (
            "Trace",
            vec![BadTraceparent::ENTRIES, ReadError::ENTRIES, trace::WriteError::ENTRIES, BadRunId::ENTRIES],
        ),
    ]
}

/// All entries, in the order of the page.
fn entries() -> impl Iterator<Item = &'static Entry> {
    sections().into_iter().flat_map(|(_, types)| types).flatten()
}

/// The exit code of an error, where it is always the same.
fn exit(entry: &Entry) -> Option<u8> {
    let of_usage = [SettingError::ENTRIES, BadRunId::ENTRIES];
    let mut all = cluster_spec::errors().into_iter().chain(of_usage).flatten();
    all.any(|usage| usage == entry).then_some(2)
}
