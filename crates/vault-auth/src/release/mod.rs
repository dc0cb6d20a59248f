//! The way back, for the teardown: Vault no longer trusts this cluster, and the reviewer's objects go.

mod apply;
mod mount;
mod observe;
mod refusal;
mod reviewer;

use cluster_access::{ObjectRef, Right};
use serde_json::Value;
use trace::Change;
use vault_access::{ConfigLookup, MountLookup, RolesLookup};

use crate::desired::Reviewer;
use crate::host::same_server;

pub use apply::{apply_mount, apply_reviewer};
pub use mount::plan_mount;
pub use observe::{observe_mount, observe_reviewer};
pub use refusal::ReleaseRefusal;
pub use reviewer::plan_reviewer;

/// What a mount points at once it was given back: a host that no resolver knows (RFC 6761). Vault takes neither an
/// empty host nor the deletion of a configuration.
pub const RELEASED_HOST: &str = "https://released.invalid";

/// Whether a mount's `kubernetes_host` says that it was given back.
pub fn is_released(host: &str) -> bool {
    same_server(host, RELEASED_HOST)
}

/// What shall be given back.
#[derive(Debug, Clone)]
pub struct Release {
    /// The cluster's name.
    pub cluster: String,
    /// The auth mount, without `auth/`.
    pub mount: String,
    /// The API server's address as Vault knows it; none where nothing here remembers it.
    pub host: Option<String>,
    /// Remove the mount itself.
    pub disable: bool,
}

impl Release {
    /// What a mount of this cluster's own is called, here and in the hints of `vault-auth`.
    pub(crate) fn own_name(&self) -> String {
        format!("kubernetes-{}", self.cluster)
    }
}

/// The mount as it stands.
#[derive(Debug, Clone)]
pub struct MountState {
    /// The mount.
    pub mount: MountLookup,
    /// Its configuration.
    pub config: ConfigLookup,
    /// What the token may do to it, in the words of policies; none where it may not ask.
    pub capabilities: Option<Vec<String>>,
    /// What the token may do to the mount itself, likewise.
    pub mount_capabilities: Option<Vec<String>>,
    /// Its roles.
    pub roles: RolesLookup,
}

/// What becomes of the mount.
#[derive(Debug, Clone, PartialEq)]
pub enum MountRelease {
    /// Nothing: it was given back before, or there is none.
    Keep,
    /// Its configuration is written with these fields, and no reviewer's token.
    GiveBack(serde_json::Map<String, Value>),
    /// It is removed.
    Disable,
}

/// What will be done to the mount.
#[derive(Debug, Clone, PartialEq)]
pub struct MountChanges {
    /// What becomes of it.
    pub release: MountRelease,
    pub(crate) described: Vec<Change>,
    pub(crate) notes: Vec<String>,
}

impl MountChanges {
    /// In the words of the trace.
    pub fn describe(&self) -> Vec<Change> {
        self.described.clone()
    }

    /// What is worth saying though nothing is wrong.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// The reviewer's objects as they stand. The Secret holds a token: it has no `Debug`.
#[derive(Clone, Default)]
pub struct ReviewerState {
    /// The ServiceAccount.
    pub service_account: Option<Value>,
    /// The Secret of its token.
    pub secret: Option<Value>,
    /// The ClusterRoleBinding.
    pub binding: Option<Value>,
}

/// What will be done to the reviewer's objects.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReviewerChanges {
    /// Goes as a whole, or loses our subject.
    pub(crate) binding: Option<BindingRelease>,
    pub(crate) service_account: bool,
    pub(crate) secret: bool,
    pub(crate) reviewer: Reviewer,
    pub(crate) left: Vec<String>,
}

/// What becomes of the ClusterRoleBinding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BindingRelease {
    /// The reviewer was its only subject.
    Delete,
    /// Others use it too.
    DropSubject,
}

impl ReviewerChanges {
    /// In the words of the trace.
    pub fn describe(&self) -> Vec<Change> {
        let binding = self.binding.map(|release| match release {
            BindingRelease::Delete => Change::delete(self.binding_ref().to_string()),
            BindingRelease::DropSubject => {
                Change::update(self.binding_ref().to_string()).fields(["subjects (without the reviewer)"])
            }
        });
        let account = self.service_account.then(|| Change::delete(self.service_account_ref().to_string()));
        let secret = self.secret.then(|| Change::delete(self.secret_ref().to_string()));
        binding.into_iter().chain(account).chain(secret).collect()
    }

    /// What is there and not ours, and so stays.
    pub fn left(&self) -> &[String] {
        &self.left
    }

    /// What has to be allowed in the cluster for these changes.
    pub fn rights(&self) -> Vec<Right> {
        let binding = self.binding.map(|release| match release {
            BindingRelease::Delete => Right::on("delete", &self.binding_ref()),
            BindingRelease::DropSubject => Right::on("patch", &self.binding_ref()),
        });
        let account = self.service_account.then(|| Right::on("delete", &self.service_account_ref()));
        let secret = self.secret.then(|| Right::on("delete", &self.secret_ref()));
        binding.into_iter().chain(account).chain(secret).collect()
    }

    pub(crate) fn service_account_ref(&self) -> ObjectRef {
        ObjectRef::service_account(&self.reviewer.namespace, &self.reviewer.service_account)
    }

    pub(crate) fn secret_ref(&self) -> ObjectRef {
        ObjectRef::secret(&self.reviewer.namespace, &self.reviewer.secret)
    }

    pub(crate) fn binding_ref(&self) -> ObjectRef {
        ObjectRef::cluster_role_binding(&self.reviewer.binding)
    }
}

/// What a release may have to do to the reviewer's objects, whatever of them it finds.
pub fn rights_to_release(reviewer: &Reviewer) -> Vec<Right> {
    let changes = ReviewerChanges { reviewer: reviewer.clone(), ..ReviewerChanges::default() };
    let objects = [changes.service_account_ref(), changes.secret_ref(), changes.binding_ref()];
    let delete = objects.iter().map(|object| Right::on("delete", object));
    delete.chain([Right::on("patch", &changes.binding_ref())]).collect()
}

/// What has to be allowed to look at the reviewer's objects.
pub fn rights_to_look(reviewer: &Reviewer) -> Vec<Right> {
    let changes = ReviewerChanges { reviewer: reviewer.clone(), ..ReviewerChanges::default() };
    let objects = [changes.service_account_ref(), changes.secret_ref(), changes.binding_ref()];
    objects.iter().map(|object| Right::on("get", object)).collect()
}
