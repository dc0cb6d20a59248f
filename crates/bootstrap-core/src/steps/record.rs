//! `record`: ConfigMap `bitiq-bootstrap`, by which the next run, from whatever machine, knows what this one did.

use argocd::record::Record;

use super::{Done, Steps};
use diagnostics::{Failure, FailureKind, Step};
use preflight::desired::cluster_secret;
use preflight::desired::record::desired;
use preflight::plan::plan_record;
use preflight::state::ObservedState;

impl Steps<'_> {
    pub(crate) async fn record(&self, world: &ObservedState) -> Result<Done, Failure> {
        let mut changes = self.write_record(world, &desired(&self.request.spec, world)).await?;
        if !world.cluster.cluster_secret.local.is_empty() {
            changes.extend(self.cluster_secret(world, Step::Record, false).await?);
        }
        Ok(Done::by(changes, "ConfigMap updated"))
    }

    /// Argo CD's cluster Secret says what this cluster is called; `create`: one is made where there is none.
    pub(super) async fn cluster_secret(
        &self,
        world: &ObservedState,
        step: Step,
        create: bool,
    ) -> Result<Vec<trace::Change>, Failure> {
        let inputs = self.request.inputs().cluster;
        let desired = cluster_secret::desired(&inputs, &world.cluster, create);
        let mut wrote = |change| self.wrote(step, [change]);
        argocd::cluster_secret::apply(&world.cluster.access, &desired, &mut wrote)
            .await
            .map_err(|error| Failure::of(FailureKind::Step, step, &error))
    }

    /// After a failed proof: the next run must write the mount again. That this fails too would be no news.
    pub(crate) async fn forget_fingerprint(&self, world: &ObservedState) {
        let Some(mut record) = world.cluster.record.record() else { return };
        if let Some(vault) = record.vault.as_mut().filter(|vault| vault.fingerprint.is_some()) {
            vault.fingerprint = None;
            self.write_record(world, &record).await.ok();
        }
    }

    async fn write_record(
        &self,
        world: &ObservedState,
        desired: &Record,
    ) -> Result<Vec<trace::Change>, Failure> {
        let failed = |error: argocd::ArgoCdError| Failure::of(FailureKind::Step, Step::Record, &error);
        let changes = plan_record(&self.request.settings.cluster, world, desired).map_err(failed)?;
        argocd::record::apply(&world.cluster.access, &changes).await.map_err(failed)?;
        self.wrote(Step::Record, changes.describe());
        Ok(changes.describe())
    }
}
