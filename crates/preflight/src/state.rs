//! What was found before the first write: every system as it stands.

use argocd::Owner;
use argocd::chart::{ChartSubscription, Operators};
use argocd::instance::TargetArgoCd;
use cluster_access::{Chosen, Cluster, Identity};
use credentials::Found;
use diagnostics::{Facts, LoginFacts, VaultFacts};
use gitops_clone::{Commit, Tip};
use vault_access::Vault;

use crate::recreated::PreviousCluster;
use crate::request::Request;
use crate::stale_infra_ids::StaleInfraIds;

/// The state of every system.
pub struct ObservedState {
    /// The cluster.
    pub cluster: ClusterState,
    /// Vault, where it is to be configured.
    pub vault: Option<VaultState>,
    /// The repository, where the command has business with it.
    pub repository: Option<RepositoryState>,
    /// The GitOps operator and Argo CD's own resource, where the command has business with them.
    pub operator: Option<OperatorState>,
    /// What is known of the cluster that bore this name before.
    pub earlier: PreviousCluster,
    /// What Argo CD lacks of the cluster's way to the outside, as it was told.
    pub lacking: Vec<advice::Advice>,
}

/// The cluster as it stands.
pub struct ClusterState {
    /// The kubeconfig, and whether it is to be written.
    pub kubeconfig: Chosen,
    /// The way there.
    pub access: Cluster,
    /// Who we are, and who it is.
    pub identity: Identity,
    /// What of it differs from cluster.yaml, as was allowed.
    pub identity_notes: Vec<String>,
    /// Whose the cluster is: the mark on our objects.
    pub owner: Owner,
    /// Whether Argo CD's namespace is there.
    pub namespace_exists: bool,
    /// Argo CD's repository Secrets; nothing where the command has no business with them.
    pub secrets: argocd::secret::State,
    /// The record of the run before, in the cluster.
    pub record: argocd::record::State,
    /// Argo CD's cluster Secret of this cluster; nothing where the command has no business with it.
    pub cluster_secret: argocd::cluster_secret::State,
    /// Where the cluster runs, where that has a name.
    pub region: Option<String>,
}

/// Vault as it stands.
pub struct VaultState {
    /// The way there.
    pub vault: Vault,
    /// What is wanted of the mount; `None` where it is to be left alone.
    pub auth: Option<VaultAuthState>,
}

/// The auth mount as it stands.
pub struct VaultAuthState {
    /// What is wanted.
    pub desired: vault_auth::Desired,
    /// What will be done.
    pub changes: vault_auth::Changes,
    /// What the mount will hold as far as it can't be read back; unknown while the reviewer has no token. It comes
    /// into the record only after the proof.
    pub fingerprint: Option<vault_auth::Fingerprint>,
    /// The authority that this run left in the mount.
    pub written: Option<vault_auth::Authority>,
}

/// The repository as it stands.
pub struct RepositoryState {
    /// The login and where it came from.
    pub found: Found,
    /// Where the ref is.
    pub tip: Tip,
    /// What becomes of gitops-src; `None` where the command has no business with it.
    pub source: Option<SourceState>,
    /// What will be done to Argo CD's Secret.
    pub secret: argocd::secret::SecretChanges,
}

/// The working copy as it stands.
pub struct SourceState {
    /// What the wanted commit holds.
    pub commit: Commit,
    /// What its charts want.
    pub charts: Charts,
    /// What will be done.
    pub changes: gitops_clone::Changes,
    /// The infraIDs in it that are not this cluster's live one; `None` where this cluster has none.
    pub infra_ids: Option<StaleInfraIds>,
}

/// What the charts of a commit want.
#[derive(Debug, Clone, Default)]
pub struct Charts {
    /// `charts/bootstrap-operators/values.yaml`, where the commit has it.
    pub operators: Option<Operators>,
    /// All Subscriptions that it asks for, the GitOps operator's among them.
    pub subscriptions: Vec<ChartSubscription>,
}

/// The GitOps operator and Argo CD's own resource as they stand.
pub struct OperatorState {
    /// The operator.
    pub part: OperatorPart,
    /// The ArgoCD in question.
    pub argocd: ArgoCdState,
}

/// The operator as it stands.
pub enum OperatorPart {
    /// It is left alone, and why.
    Skipped(String),
    /// What will be done.
    Planned(Box<argocd::operator::Changes>),
}

/// The ArgoCD in question as it stands.
pub struct ArgoCdState {
    /// Which it is.
    pub found: TargetArgoCd,
    /// Whether its ApplicationSet controller is rolled out.
    pub ready: bool,
}

impl ObservedState {
    /// What the charts want of the operator and of Argo CD.
    pub fn operators(&self) -> Option<&Operators> {
        self.repository.as_ref()?.source.as_ref()?.charts.operators.as_ref()
    }

    /// The same as plain data.
    pub fn facts(&self, request: &Request) -> Facts {
        let identity = &self.cluster.identity;
        Facts {
            git_sha: self.git_sha().into(),
            server: self.cluster.access.server.clone(),
            version: identity.version.clone(),
            user: identity.user.clone(),
            cluster_id: identity.cluster_id.clone(),
            infra_id: identity.infra_id.clone(),
            recreated_from: self.earlier.another().cloned(),
            credentials: self.repository.as_ref().map(|repository| LoginFacts {
                source: repository.found.source.name().into(),
                origin: repository.found.origin.clone(),
            }),
            vault: self.vault.as_ref().and_then(|vault| {
                vault.auth.as_ref().map(|auth| VaultFacts {
                    address: vault.vault.address().into(),
                    namespace: vault.vault.namespace().map(String::from),
                    mount: auth.desired.mount.clone(),
                })
            }),
            notes: self.notes(request),
            ..Facts::asked(&request.spec)
        }
    }

    /// The commit, or the one of the run before where the command has no business with the repository.
    pub fn git_sha(&self) -> &str {
        self.repository.as_ref().map_or("", |repository| repository.tip.commit.as_str())
    }

    /// What the wanted commit holds of infraIDs.
    pub fn searched(&self) -> Option<&StaleInfraIds> {
        self.repository.as_ref()?.source.as_ref()?.infra_ids.as_ref()
    }

    /// What is worth saying though nothing is wrong.
    fn notes(&self, request: &Request) -> Vec<String> {
        let mut notes: Vec<String> = self.earlier.describe(&self.cluster.identity).into_iter().collect();
        notes.extend(self.cluster.identity_notes.iter().cloned());
        if let Some(auth) = self.vault.as_ref().and_then(|vault| vault.auth.as_ref()) {
            notes.extend(auth.changes.notes().iter().cloned());
        }
        notes.extend(self.searched().into_iter().flat_map(crate::stale_infra_ids::notes));
        if self.repository.as_ref().is_some_and(|repository| repository.tip.also_tag) {
            let name = request.spec.repo_ref.as_str();
            notes.push(format!("{name} is a branch and a tag: the branch is taken"));
        }
        notes
    }
}
