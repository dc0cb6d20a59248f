//! The settings of each part of a command.

use std::path::PathBuf;
use std::time::Duration;

use credentials::{EnvLogin, Source};

/// Settings of the way to the cluster.
pub struct ClusterSettings {
    /// `--kubeconfig`.
    pub kubeconfig: Option<PathBuf>,
    /// Namespace of Argo CD.
    pub argocd_namespace: String,
    /// Take over fields of other managers.
    pub force_conflicts: bool,
    /// The cluster's DNS domain may be another than that of cluster.yaml.
    pub allow_identity_mismatch: bool,
    /// Proxies of this machine.
    pub network: cluster_access::Network,
}

/// Settings of the repository and its login.
pub struct RepositorySettings {
    /// `--credentials-from`.
    pub from: Option<Source>,
    /// What the environment holds.
    pub login: EnvLogin,
    /// KV path of the login.
    pub vault_path: String,
    /// Name of the repository Secret.
    pub secret_name: String,
    /// How long Argo CD may take to read the repository.
    pub access_timeout: Duration,
    /// How long the Git host may send nothing; zero: for ever.
    pub fetch_timeout: Duration,
    /// Logins over plain http.
    pub allow_insecure_http: bool,
    /// `--commit`.
    pub commit: Option<String>,
}

/// Whether there is a Vault to configure.
pub enum VaultChoice {
    /// Neither address nor token, or one without the other.
    Absent,
    /// Both.
    Present(Box<VaultSettings>),
}

/// Settings of Vault and the auth mount.
pub struct VaultSettings {
    /// The way to Vault.
    pub access: vault_access::VaultSettings,
    /// Leave the mount alone, use Vault for the login alone.
    pub skip_auth: bool,
    /// The mount.
    pub mount: String,
    /// API address for Vault.
    pub kubernetes_host: Option<String>,
    /// File with the CA for Vault.
    pub kubernetes_ca_file: Option<PathBuf>,
    /// Take over another API server's mount.
    pub replace_host: bool,
    /// The reviewer's names.
    pub reviewer: vault_auth::Reviewer,
    /// Proof by login: role and (namespace, name) of the ServiceAccount.
    pub login_proof: Option<vault_auth::LoginProof>,
    /// Write whatever the fingerprint says.
    pub force: bool,
}

/// Settings of the GitOps operator and of Argo CD's own resources.
pub struct OperatorSettings {
    /// In place of the limit of each wait.
    pub timeout: Option<Duration>,
    /// Approve the operator's InstallPlan.
    pub approve_install_plan: bool,
    /// `disableDefaultInstance` may delete the default ArgoCD.
    pub allow_argocd_delete: bool,
    /// Make Argo CD's cluster Secret where there is none.
    pub create_cluster_secret: bool,
}

/// Settings of the script.
pub struct ScriptSettings {
    /// Leave it out.
    pub skip: bool,
    /// Its time limit; `None`: no limit.
    pub limit: Option<Duration>,
    /// After so much silence it is said what it may be waiting for; `None`: never.
    pub watch_after: Option<Duration>,
    /// Logins it may see.
    pub pass_env: Vec<String>,
    /// Tools it needs on PATH.
    pub tools: Vec<String>,
}
