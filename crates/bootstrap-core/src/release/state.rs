//! What was found before anything is given back.

use argocd::Owner;
use argocd::cluster_secret::ClusterSecretRelease;
use argocd::release::Removal;
use cluster_access::{Cluster, Identity};
use diagnostics::{Facts, VaultFacts};
use trace::Kubernetes;
use vault_access::Vault;
use vault_auth::release::{MountChanges, Release, ReviewerChanges};

use preflight::Request;

/// Everything.
pub(super) struct ReleaseState {
    pub cluster: ClusterSide,
    /// The mount; or why it is left alone.
    pub mount: Result<MountSide, String>,
    /// What the newest run remembers of the cluster.
    pub remembered: Option<Kubernetes>,
    /// The API server's address, from the kubeconfig or the newest run.
    pub server: Option<String>,
}

/// The cluster, as far as it answers.
pub(super) enum ClusterSide {
    Live(Box<Live>),
    /// Why it is taken to be gone.
    Silent(String),
}

/// A cluster that answers, and what of ours is in it.
pub(super) struct Live {
    pub access: Cluster,
    pub identity: Identity,
    pub identity_notes: Vec<String>,
    pub owner: Owner,
    pub namespace: String,
    pub namespace_exists: bool,
    pub reviewer: ReviewerChanges,
    pub cluster_secret: ClusterSecretRelease,
    pub secret: Removal,
    pub record: Removal,
    /// The Lease is there, whoever held it last.
    pub lease_exists: bool,
    /// What the record says was configured, `Vault <address> auth/<mount>`.
    pub configured: Option<(String, String)>,
}

/// The mount, and what becomes of it.
pub(super) struct MountSide {
    pub vault: Vault,
    pub release: Release,
    pub changes: MountChanges,
}

impl ReleaseState {
    pub(super) fn live(&self) -> Option<&Live> {
        match &self.cluster {
            ClusterSide::Live(live) => Some(live),
            ClusterSide::Silent(_) => None,
        }
    }

    /// The same as plain data. Of a cluster that does not answer, what is remembered.
    pub(super) fn facts(&self, request: &Request) -> Facts {
        let remembered = self.remembered.clone().unwrap_or_default();
        let (user, version, cluster_id, infra_id) = match self.live().map(|live| &live.identity) {
            Some(it) => (it.user.clone(), it.version.clone(), it.cluster_id.clone(), it.infra_id.clone()),
            None => (String::new(), remembered.version, remembered.cluster_id, remembered.infra_id),
        };
        Facts {
            server: self.server.clone().unwrap_or_default(),
            version,
            user,
            cluster_id,
            infra_id,
            vault: self.mount.as_ref().ok().map(|mount| VaultFacts {
                address: mount.vault.address().into(),
                namespace: mount.vault.namespace().map(String::from),
                mount: mount.release.mount.clone(),
            }),
            notes: self.notes(),
            ..Facts::asked(&request.spec)
        }
    }

    fn notes(&self) -> Vec<String> {
        let identity = self.live().into_iter().flat_map(|live| live.identity_notes.iter());
        let mount = self.mount.iter().flat_map(|mount| mount.changes.notes());
        identity.chain(mount).cloned().collect()
    }
}

/// What the user asked for beyond a release.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReleaseOptions {
    /// The auth mount itself is removed, where it is the cluster's own.
    pub disable_mount: bool,
}
