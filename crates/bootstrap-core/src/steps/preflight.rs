//! `preflight`: the kubeconfig in `.work/`, and the Namespace that everything of ours lives in.

use cluster_access::{AccessError, ObjectRef};
use serde_json::json;

use super::{Done, Steps};
use diagnostics::{Failure, FailureKind, Intent, RunPlan, Step};
use preflight::plan::KUBECONFIG;
use preflight::state::ObservedState;

impl Steps<'_> {
    /// Writes the kubeconfig, which the script needs, and the Namespace, which the Lease needs.
    pub(crate) async fn before_the_lease(&self, world: &ObservedState) -> Result<(), Failure> {
        let cluster = &world.cluster;
        let folder = &self.request.folder;
        let planned = preflight::plan::preflight(&self.request.inputs().cluster, cluster);
        let (on_disk, in_cluster): (Vec<_>, Vec<_>) =
            planned.into_iter().partition(|change| change.object == KUBECONFIG);
        cluster_access::write(&cluster.kubeconfig, &folder.kubeconfig(), &folder.kubeconfig_backup())
            .map_err(|error| Failure::of(FailureKind::Step, Step::Preflight, &error))?;
        self.wrote(Step::Preflight, on_disk);
        if cluster.namespace_exists {
            return Ok(());
        }
        let object = ObjectRef::namespace(&self.request.settings.cluster.argocd_namespace);
        let body = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": object.name } });
        let make = async {
            match cluster_access::create(&cluster.access, &object, &body).await {
                // Made by someone else in between: as good as ours.
                Ok(_) | Err(AccessError::AlreadyExists { .. }) => Ok(()),
                Err(error) => Err(Failure::of(FailureKind::Step, Step::Preflight, &error)),
            }
        };
        self.context.stop.unless_stopped(Step::Preflight, make).await?;
        self.wrote(Step::Preflight, in_cluster);
        Ok(())
    }
}

/// What the step came to, once the Lease is held. What it wrote on this machine may be a surprise.
pub(crate) fn preflight(plan: &RunPlan) -> Done {
    let detail = "all preflight checks passed; cluster locked for this run";
    let Some(Intent::Change { changes }) = plan.intent(Step::Preflight) else {
        return Done::unchanged(detail);
    };
    let written = changes.iter().filter(|change| change.object == KUBECONFIG);
    let written = written.map(|change| format!("; wrote {KUBECONFIG}: {}", change.fields.join(", ")));
    Done::changed(written.fold(detail.to_owned(), |detail, written| detail + &written), changes.clone())
}
