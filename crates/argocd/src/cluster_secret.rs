//! Argo CD's cluster Secret of the cluster that it runs in: what it is called, so that an ApplicationSet's cluster
//! generator can tell it to charts.

mod apply;
mod body;
mod in_cluster_server;
mod observe;
mod plan;
mod release;

use cluster_access::{ObjectRef, Right};
use cluster_spec::AppsDomain;

use crate::Owner;

pub use apply::apply;
pub use observe::{State, observe};
pub use plan::{ClusterSecretChanges, plan};
pub use release::{ClusterSecretRelease, apply_release, plan_release};

/// The name of a Secret that we make.
pub const NAME: &str = "in-cluster";

/// Desired state of the cluster Secret.
#[derive(Debug, Clone)]
pub struct Desired<'a> {
    /// `ARGOCD_NAMESPACE`
    pub namespace: &'a str,
    /// Cluster name, cluster id, infraID.
    pub owner: &'a Owner,
    /// `gitops.env`
    pub env: &'a str,
    /// `apps.<name>.<dns.base_domain>`
    pub apps_domain: AppsDomain,
    /// Region of the cluster, if it has a name.
    pub region: Option<&'a str>,
    /// Make one where there is none.
    pub create: bool,
    /// `--force-conflicts`: also over other managers' fields.
    pub force: bool,
}

impl Desired<'_> {
    /// The Secret that we make.
    pub(crate) fn object(&self) -> ObjectRef {
        ObjectRef::secret(self.namespace, NAME)
    }
}

/// Rights to find the Secret, and to make it where that is wanted.
pub fn required_rights(namespace: &str, create: bool) -> Vec<Right> {
    let any = ObjectRef::secret(namespace, "");
    let made = ObjectRef::secret(namespace, NAME);
    let to_make = ["get", "create", "patch", "delete"].iter().filter(|_| create);
    std::iter::once(Right::on("list", &any)).chain(to_make.map(|verb| Right::on(verb, &made))).collect()
}
