//! What Argo CD's cluster Secret shall say of this cluster: pure.

use argocd::ArgoCdError;
use argocd::cluster_secret::{ClusterSecretChanges, Desired, State};

use crate::request::Request;
use crate::world::{ClusterWorld, World};
use diagnostics::Step;

/// What is wanted of it.
pub(crate) fn desired<'a>(
    request: &'a Request,
    cluster: &'a ClusterWorld,
    base_domain: &'a str,
    create: bool,
) -> Desired<'a> {
    Desired {
        namespace: &request.settings.cluster.argocd_namespace,
        owner: &cluster.owner,
        env: &request.spec.env,
        base_domain,
        region: cluster.region.as_deref(),
        create,
        force: request.settings.cluster.force_conflicts,
    }
}

/// What it needs. One that is there is marked before the script; one is made after it, which may bring one.
///
/// # Errors
/// It is another cluster's; something else bears its name.
pub(crate) fn plan(request: &Request, world: &World) -> Result<ClusterSecretChanges, ArgoCdError> {
    if !request.scope.has(Step::Argocd) {
        return Ok(ClusterSecretChanges::default());
    }
    let create = request.settings.operator.create_cluster_secret;
    let state: &State = &world.cluster.cluster_secret;
    let base_domain = request.spec.apps_domain();
    argocd::cluster_secret::plan(&desired(request, &world.cluster, &base_domain, create), state)
}
