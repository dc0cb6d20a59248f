//! How an OpenShift behaves: where it is, what is slow, and what fails.

use std::time::Duration;

/// What an OpenShift is started with. All but the first three can be changed while it runs.
#[derive(Debug, Clone)]
pub struct Options {
    /// `region` of the platform.
    pub region: String,
    /// What `dns.config/cluster` says, where that is not the cluster's own domain: a kubeconfig of another cluster.
    pub base_domain: Option<String>,
    /// The five characters at the end of the infraID of the first life; random ones else.
    pub infra_suffix: Option<String>,
    /// How long every single step of a controller takes.
    pub pace: Duration,
    /// How long the catalogs take from their creation until they are READY.
    pub catalogs: Duration,
    /// How long the definitions of an operator take to come after its ClusterServiceVersion.
    pub definitions: Duration,
    /// How long the Deployment of an operator takes to roll out.
    pub operators: Duration,
    /// How long the GitOps operator takes to make the Deployment of an ApplicationSet controller.
    pub applicationset: Duration,
    /// A ClusterServiceVersion that fails while it is installed.
    pub failing_csv: Option<FailingCsv>,
    /// Channels that the catalogs lack: package and channel.
    pub missing_channels: Vec<(String, String)>,
}

/// How the ClusterServiceVersion of a package fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailingCsv {
    /// The package.
    pub package: String,
    /// `status.reason`.
    pub reason: String,
    /// `status.message`.
    pub message: String,
}

impl Default for Options {
    fn default() -> Self {
        let pace = Duration::from_millis(20);
        Self {
            region: "us-west-2".to_owned(),
            base_domain: None,
            infra_suffix: None,
            pace,
            catalogs: Duration::ZERO,
            definitions: pace,
            operators: pace,
            applicationset: pace,
            failing_csv: None,
            missing_channels: Vec::new(),
        }
    }
}

impl FailingCsv {
    /// A package whose Deployment never becomes ready, in OLM's words.
    pub fn install_timeout(package: &str) -> Self {
        Self {
            package: package.to_owned(),
            reason: "InstallCheckFailed".to_owned(),
            message: "install timeout".to_owned(),
        }
    }
}
