//! What each look gave, and what stands in the way.

use cluster_access::Cluster;
use vault_access::Vault;

use super::local::Local;
use crate::request::Request;
use crate::world::{ClusterWorld, OperatorWorld, RepositoryWorld, VaultAuthWorld, VaultWorld, World};
use diagnostics::{Failure, Step};

/// Each is there unless something stands in the way of it.
pub(crate) struct Parts {
    /// The cluster, where it answered at all.
    pub reached: Option<Cluster>,
    pub local: Option<Local>,
    pub cluster: Option<ClusterWorld>,
    pub vault: Option<Option<Vault>>,
    pub auth: Option<Option<VaultAuthWorld>>,
    pub repository: Option<Option<RepositoryWorld>>,
    pub operator: Option<Option<OperatorWorld>>,
    /// What Argo CD lacks, as it was told.
    pub lacking: Vec<String>,
    pub failures: Vec<Failure>,
}

impl Parts {
    /// The whole.
    ///
    /// # Errors
    /// All that stands in the way.
    pub(crate) fn into_world(self, request: &Request) -> Result<World, Vec<Failure>> {
        match (self.local, self.cluster, self.vault, self.auth, self.repository, self.operator) {
            (Some(local), Some(cluster), Some(vault), Some(auth), Some(repository), Some(operator))
                if self.failures.is_empty() =>
            {
                let vault = vault.map(|vault| VaultWorld { vault, auth });
                let mount = vault.as_ref().and_then(|vault| vault.auth.as_ref());
                let earlier = local
                    .earlier(&cluster.identity, &renews(request))
                    .or_by_mount(mount.is_some_and(|mount| mount.changes.mount_is_of_another_cluster()));
                Ok(World { cluster, vault, repository, operator, earlier, lacking: self.lacking })
            }
            _ => Err(self.failures),
        }
    }
}

/// The steps of this command that renew a system after a recreate.
fn renews(request: &Request) -> Vec<Step> {
    let of_vault = request.configures_vault().then_some(Step::VaultAuth);
    let of_argocd = request.scope.has(Step::RepoCreds).then_some(Step::RepoCreds);
    of_vault.into_iter().chain(of_argocd).collect()
}
