//! What the repository's charts want: pure. Read from the `values.yaml` files of one commit, before anything is
//! written, and by the same rules by which the charts' templates take them.

mod catalogs;
mod environment;
mod operators;
mod subscriptions;
mod values;

pub use catalogs::{Catalog, MARKETPLACE, catalogs};
pub use environment::{Environment, environments};
pub use operators::{Approval, ArgoInstance, GitOpsOperator, Operators, operators};
pub use subscriptions::{ChartSubscription, subscriptions};

use advice::Diagnostic;

/// The chart that subscribes the operators and makes the ArgoCD resource.
pub const OPERATORS_VALUES: &str = "charts/bootstrap-operators/values.yaml";

/// The chart that makes an Application for each environment.
pub const APPS_VALUES: &str = "charts/argocd-apps/values.yaml";

/// Name and namespace of the ArgoCD resource that the operator makes by itself, and that the chart means where it
/// names none.
pub const DEFAULT_INSTANCE: &str = "openshift-gitops";

/// A `values.yaml` that can't be taken.
#[derive(Debug, thiserror::Error, Diagnostic, PartialEq, Eq)]
#[error("read {file}: {}", problems.join("; "))]
#[code("ARGOCD-001")]
#[hint("mend {file} in the GitOps repository, or point gitops.repo_ref at a commit that has it right")]
pub struct ChartError {
    /// Its path in the repository.
    pub file: &'static str,
    /// Everything that is wrong with it; each names its key.
    pub problems: Vec<String>,
}
