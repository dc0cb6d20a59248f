use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use cluster_spec::RepoUrl;
use secret::SecretString;
use serde_json::Value;
use vault_access::Vault;

/// The variables that sources read, as the environment holds them. An empty value counts as unset.
pub type Variables = BTreeMap<&'static str, SecretString>;

/// What is looked for, and where.
pub struct Query<'a> {
    /// `gitops.repo_url`, as written.
    pub repo_url: &'a RepoUrl,
    /// What the environment held.
    pub variables: Variables,
    /// `None` unless both VAULT_ADDR and VAULT_TOKEN are set.
    pub vault: Option<VaultPath<'a>>,
    /// `None` where the cluster's Secrets were not read.
    pub cluster: Option<ClusterSecrets<'a>>,
    /// `None` where there is no `git` on PATH.
    pub git: Option<GitHelper>,
}

/// A path in Vault's key-value store.
pub struct VaultPath<'a> {
    /// The Vault to ask.
    pub vault: &'a Vault,
    /// As `vault kv get` takes it.
    pub path: &'a str,
    /// Under SKIP_VAULT_K8S_AUTH_CONFIG: a Vault that can't be asked is a warning, not an error.
    pub may_fail: bool,
}

/// The Secrets of Argo CD's namespace that carry its label.
pub struct ClusterSecrets<'a> {
    /// Their namespace.
    pub namespace: &'a str,
    /// The one that is ours (`GITOPS_REPO_SECRET_NAME`).
    pub secret_name: &'a str,
    /// Those of type `repository` and `repo-creds`, already listed.
    pub secrets: &'a [Value],
}

/// How to ask the user's git credential helper.
#[derive(Debug, Clone)]
pub struct GitHelper {
    /// The `git` program.
    pub git: PathBuf,
    /// The environment the helper gets (`HOME`, `PATH`, what a keychain needs); what prevents prompts is set over it.
    pub env: BTreeMap<OsString, OsString>,
    /// How long it may take.
    pub limit: Duration,
}
