//! How an OpenShift behaves: where it is, what is slow, and what fails.

use std::time::Duration;

use super::olm::packages;

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
    /// For how long OLM resolves from what a catalog said when it was READY for the last time.
    pub cache: Duration,
    /// What comes of it when the image of a bundle is unpacked.
    pub unpacking: Unpacking,
    /// How long the definitions of an operator take to come after its ClusterServiceVersion.
    pub definitions: Duration,
    /// How long the Deployment of an operator takes to roll out.
    pub operators: Duration,
    /// How long the GitOps operator takes to make the Deployment of an ApplicationSet controller.
    pub applicationset: Duration,
    /// A ClusterServiceVersion that fails while it is installed.
    pub failing_csv: Option<FailingCsv>,
    /// An InstallPlan that can't be executed.
    pub failing_plan: Option<FailingPlan>,
    /// A requirement of a ClusterServiceVersion that is not met.
    pub unmet: Option<Unmet>,
    /// How long a Deployment may take before OLM calls its installation failed.
    pub install_timeout: Duration,
    /// For how long OLM tries to execute an InstallPlan.
    pub plan_timeout: Duration,
    /// How long a failure stands that OLM mends by itself.
    pub retry: Duration,
    /// Whether OLM installs an operator a second time right after the first, as it does where a webhook is part of it.
    pub reinstalls: bool,
    /// Channels that the catalogs lack: package and channel.
    pub missing_channels: Vec<(String, String)>,
}

/// What comes of it when the image of a bundle is unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unpacking {
    /// It is unpacked after that time.
    Takes(Duration),
    /// Its image can't be pulled, and the attempt goes on.
    PullFails,
    /// The attempt was given up.
    Fails,
}

/// How the ClusterServiceVersion of a package fails. What OLM does with it follows from its reason: it begins anew after
/// `InstallComponentFailed` and after an `InstallCheckFailed` that is an `install timeout`; the others stand.
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
            cache: Duration::from_secs(300),
            unpacking: Unpacking::Takes(pace),
            definitions: pace,
            operators: pace,
            applicationset: pace,
            failing_csv: None,
            failing_plan: None,
            unmet: None,
            install_timeout: Duration::from_secs(300),
            plan_timeout: Duration::from_secs(60),
            retry: Duration::from_millis(300),
            reinstalls: false,
            missing_channels: Vec::new(),
        }
    }
}

impl FailingCsv {
    /// A package whose Deployment is not ready in OLM's five minutes: OLM begins anew.
    pub fn install_timeout(package: &str) -> Self {
        Self::new(package, "InstallCheckFailed", "install timeout")
    }

    /// A package whose Deployment is past its progress deadline: OLM waits for it, and does no more.
    pub fn progress_deadline(package: &str) -> Self {
        let name = packages::find(package).map_or(package, |found| found.deployment);
        let message = format!(
            "install failed: deployment {name} not ready before timeout: deployment \"{name}\" exceeded its progress \
             deadline"
        );
        Self::new(package, "InstallCheckFailed", &message)
    }

    /// A package whose Deployment the cluster refuses: OLM tries again about once a second.
    pub fn component(package: &str) -> Self {
        let message = "install strategy failed: Deployment.apps is invalid: spec.template.spec.containers: Required value";
        Self::new(package, "InstallComponentFailed", message)
    }

    /// A package that wants rights which can't be given: OLM does not try again.
    pub fn component_for_good(package: &str) -> Self {
        let message = "install strategy failed: rolebindings.rbac.authorization.k8s.io is forbidden";
        Self::new(package, "InstallComponentFailedNoRetry", message)
    }

    fn new(package: &str, reason: &str, message: &str) -> Self {
        Self { package: package.to_owned(), reason: reason.to_owned(), message: message.to_owned() }
    }

    /// Whether OLM begins anew after it.
    pub(super) fn is_retried(&self) -> bool {
        self.is_refused() || self.message == "install timeout"
    }

    /// Whether the Deployment is not even made.
    pub(super) fn is_refused(&self) -> bool {
        self.reason == "InstallComponentFailed"
    }

    /// Whether it fails before anything is awaited.
    pub(super) fn is_early(&self) -> bool {
        self.reason.starts_with("InstallComponentFailed")
    }
}

/// How the InstallPlan that brings a package fails: after its ClusterServiceVersion, before all else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailingPlan {
    /// The package.
    pub package: String,
    /// What OLM says.
    pub message: String,
}

impl FailingPlan {
    /// A package that brings an object of a kind that the cluster does not know.
    pub fn missing_kind(package: &str) -> Self {
        let message = format!(
            "api-server resource not found installing ServiceMonitor {package}: GroupVersionKind \
             monitoring.coreos.com/v1, Kind=ServiceMonitor not found on the cluster. This API may have been deprecated \
             and removed, see https://kubernetes.io/docs/reference/using-api/deprecation-guide/ for more information."
        );
        Self { package: package.to_owned(), message }
    }
}

/// A requirement that is not met: an item of `status.requirementStatus`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// The package whose ClusterServiceVersion wants it.
    pub package: String,
    /// Its kind; of kind ClusterServiceVersion is the one that the version of the cluster has to meet.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// `NotPresent`, `PresentNotSatisfied`.
    pub status: String,
    /// What OLM says.
    pub message: String,
}

impl Unmet {
    /// A package for clusters of a later version.
    pub fn min_kube_version(package: &str) -> Self {
        let message = "CSV version requirement not met: minKubeVersion (9.9.9) > server version (1.33.5)";
        Self {
            package: package.to_owned(),
            kind: "ClusterServiceVersion".to_owned(),
            name: String::new(),
            status: "PresentNotSatisfied".to_owned(),
            message: message.to_owned(),
        }
    }

    /// A package whose definition another one has installed.
    pub fn installed_alongside(package: &str, definition: &str) -> Self {
        Self {
            package: package.to_owned(),
            kind: "CustomResourceDefinition".to_owned(),
            name: definition.to_owned(),
            status: "PresentNotSatisfied".to_owned(),
            message: "CRD installed alongside other CSV(s): openshift-operators/other.v1.0.0".to_owned(),
        }
    }
}
