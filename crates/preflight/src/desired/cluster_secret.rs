//! What Argo CD's cluster Secret shall say of this cluster: pure.

use argocd::ArgoCdError;
use argocd::cluster_secret::{ClusterSecretChanges, Desired, State};

use crate::inputs::ClusterInputs;
use crate::state::ClusterState;
use diagnostics::Step;

/// What is wanted of it.
pub fn desired<'a>(inputs: &ClusterInputs<'a>, cluster: &'a ClusterState, create: bool) -> Desired<'a> {
    Desired {
        namespace: &inputs.settings.argocd_namespace,
        owner: &cluster.owner,
        env: &inputs.spec.env,
        apps_domain: inputs.spec.apps_domain(),
        region: cluster.region.as_deref(),
        create,
        force: inputs.settings.force_conflicts,
    }
}

/// What it needs. One that is there is marked before the script; one is made after it, which may bring one.
///
/// # Errors
/// It is another cluster's; something else bears its name.
pub fn plan(inputs: &ClusterInputs<'_>, cluster: &ClusterState) -> Result<ClusterSecretChanges, ArgoCdError> {
    if !inputs.scope.has(Step::Argocd) {
        return Ok(ClusterSecretChanges::default());
    }
    let state: &State = &cluster.cluster_secret;
    argocd::cluster_secret::plan(&desired(inputs, cluster, inputs.create_cluster_secret), state)
}
