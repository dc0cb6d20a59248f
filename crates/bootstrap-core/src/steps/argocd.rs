//! `argocd`: after the script, Argo CD's cluster Secret says what this cluster is called, and the ApplicationSet controller of the ArgoCD in question is enabled and rolled out.

use argocd::instance::{self, TargetArgoCd};

use super::operator::clock;
use super::{Done, Steps};
use diagnostics::{Failure, Step};
use preflight::state::ObservedState;

impl Steps<'_> {
    /// What the script brought counts, not what was there before it.
    pub(crate) async fn argocd(&self, world: &ObservedState) -> Result<Done, Failure> {
        let create = self.request.settings.operator.create_cluster_secret;
        let mut changes = self.cluster_secret(world, Step::Argocd, create).await?;
        let failed = |error| self.argocd_failure(Step::Argocd, &error);
        let cluster = &world.cluster.access;
        let wanted = world.operators().map(|operators| &operators.instance);
        let namespace = &self.request.settings.cluster.argocd_namespace;
        let object = match instance::find(cluster, wanted, namespace).await.map_err(failed)? {
            TargetArgoCd::One(object, _) => object,
            TargetArgoCd::None(reason) if changes.is_empty() => return Ok(Done::skipped(reason)),
            TargetArgoCd::None(reason) => return Ok(Done::changed(reason, changes)),
        };
        let enabled = instance::enable(cluster, &object).await.map_err(failed)?;
        self.wrote(Step::Argocd, enabled.clone());
        changes.extend(enabled);
        let clock = clock();
        let mut told = |waiting| self.tell_waiting(Step::Argocd, &waiting);
        let mut wrote = |change| self.wrote(Step::Argocd, [change]);
        let mut patience = self.patience(&clock, &mut told, &mut wrote);
        instance::await_controller(cluster, &object, &mut patience).await.map_err(failed)?;
        Ok(Done::by(changes, format!("the ApplicationSet controller of {object} is ready")))
    }
}
