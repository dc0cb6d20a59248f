//! The observations of every system together.

use cluster_access::Cluster;
use diagnostics::{Blocked, Check, Failures, Step, failures};
use vault_access::Vault;

use super::machine::Machine;
use super::observation::Observation;
use crate::inputs::Inputs;
use crate::state::{ClusterState, ObservedState, OperatorState, RepositoryState, VaultAuthState, VaultState};

/// Each system, unless something stands in the way of it.
pub struct Observations {
    /// The cluster, where it answered at all.
    pub reached: Option<Cluster>,
    /// This machine.
    pub machine: Observation<Machine>,
    /// The cluster.
    pub cluster: Observation<ClusterState>,
    /// Vault itself.
    pub vault: Observation<Vault>,
    /// The auth mount.
    pub auth: Observation<VaultAuthState>,
    /// The repository.
    pub repository: Observation<RepositoryState>,
    /// The GitOps operator.
    pub operator: Observation<OperatorState>,
    /// What Argo CD lacks of the cluster's way to the outside.
    pub lacking: Vec<advice::Advice>,
    /// The checks of every system, in the order they were made.
    pub checks: Vec<Check>,
}

impl Observations {
    /// All that stands in the way of a run.
    pub fn failures(&self) -> Failures {
        failures(&self.checks)
    }

    /// The state of every system.
    ///
    /// # Errors
    /// All that stands in the way.
    pub fn into_state(self, inputs: &Inputs<'_>) -> Result<ObservedState, Failures> {
        self.failures().into_result()?;
        self.assemble(inputs).map_err(|Blocked| Failures::default())
    }

    fn assemble(self, inputs: &Inputs<'_>) -> Result<ObservedState, Blocked> {
        let (Some(machine), Some(cluster)) = (self.machine.part()?, self.cluster.part()?) else {
            return Err(Blocked);
        };
        let auth = self.auth.part()?;
        let vault = self.vault.part()?.map(|vault| VaultState { vault, auth });
        let (repository, operator) = (self.repository.part()?, self.operator.part()?);
        let mount = vault.as_ref().and_then(|vault| vault.auth.as_ref());
        let earlier = machine
            .earlier(&cluster.identity, &renews(inputs))
            .or_by_mount(mount.is_some_and(|mount| mount.changes.mount_is_of_another_cluster()));
        Ok(ObservedState { cluster, vault, repository, operator, earlier, lacking: self.lacking })
    }
}

/// The steps of this command that renew a system after a recreate.
fn renews(inputs: &Inputs<'_>) -> Vec<Step> {
    let of_vault = inputs.mount.is_written.then_some(Step::VaultAuth);
    let of_argocd = inputs.cluster.scope.has(Step::RepoCreds).then_some(Step::RepoCreds);
    of_vault.into_iter().chain(of_argocd).collect()
}
