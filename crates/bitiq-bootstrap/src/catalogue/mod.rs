//! The catalogue of errors, in the order in which a person searches.

mod page;

use advice::{Catalogue as _, Entry};
use bootstrap_core::RunError;
use child_process::{ProcessError, StartProblem, StopError};
use cluster_access::{AccessError, Expired, KubeconfigError, OwnershipConflict};
use cluster_spec::ValueError;
use credentials::{CredentialsError, Unfit, UnknownSource};
use healthcheck::NoAnswer;
use preflight::PreflightError;
use run_lock::LockError;
use settings::SettingError;
use trace::{BadRunId, BadTraceparent, ReadError};
use transport::{PemProblem, ProxyProblem, TlsProblem};
use vault_access::VaultError;
use vault_auth::release::ReleaseRefusal;
use vault_auth::{ProofProblem, Refusal, VaultAuthError};

pub use page::page;

use crate::error::CommandError;

/// The section that also says what clap finds wrong.
const SETTINGS: &str = "Command line and settings";

/// The sections of the page, and the types of the errors in each. The list is closed by a test: each type that derives
/// `Diagnostic` stands in it.
fn sections() -> Vec<(&'static str, Vec<&'static [Entry]>)> {
    vec![
        ("cluster.yaml", cluster_spec::errors()),
        (SETTINGS, vec![CommandError::ENTRIES, SettingError::ENTRIES, UnknownSource::ENTRIES]),
        (
            "This machine: programs and folders",
            vec![ProcessError::ENTRIES, StartProblem::ENTRIES, StopError::ENTRIES],
        ),
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
        ("The run and the release", vec![RunError::ENTRIES]),
        ("Locks", vec![LockError::ENTRIES]),
        (
            "Trace",
            vec![BadTraceparent::ENTRIES, ReadError::ENTRIES, trace::WriteError::ENTRIES, BadRunId::ENTRIES],
        ),
    ]
}

/// The exit code of an error, where it is always the same.
fn exit(entry: &Entry) -> Option<u8> {
    let of_usage = [SettingError::ENTRIES, UnknownSource::ENTRIES, BadRunId::ENTRIES];
    let mut all = cluster_spec::errors().into_iter().chain(of_usage).flatten();
    all.any(|usage| usage == entry).then_some(2)
}

/// What is expected of the values of cluster.yaml.
fn expected() -> Vec<&'static str> {
    let of = |entry: &'static Entry| entry.message.trim_start_matches("expected ");
    let mut all: Vec<&str> = ValueError::ENTRIES.iter().map(of).collect();
    all.sort_unstable();
    all
}
