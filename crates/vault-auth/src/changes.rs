use cluster_access::{ObjectRef, OwnedAction, OwnedPlan, Right};
use serde_json::{Map, Value};
use trace::Change;

use crate::desired::Desired;

/// What `apply` will do. Holds names and references, never the reviewer's token.
#[derive(Debug, Clone)]
pub struct Changes {
    pub(crate) namespace: bool,
    pub(crate) service_account: OwnedPlan,
    pub(crate) secret: SecretPlan,
    pub(crate) binding: OwnedPlan,
    pub(crate) mount: MountPlan,
    /// Whether the cluster's authority was there to decide about the mount. Where it was not, the mount is decided about
    /// again once it is.
    pub(crate) authority_known: bool,
    /// The mount's, for the fingerprint.
    pub(crate) accessor: Option<String>,
    pub(crate) of_another_cluster: bool,
    pub(crate) described: Vec<Change>,
    pub(crate) warnings: Vec<String>,
    pub(crate) notes: Vec<String>,
}

/// What will be done to the Secret of the reviewer's token.
#[derive(Debug, Clone)]
pub enum SecretPlan {
    /// Server-side apply.
    Apply(Box<OwnedPlan>),
    /// It holds the token of a ServiceAccount that is gone: deleted and made anew.
    Recreate,
}

/// What will be done to the mount.
#[derive(Debug, Clone, PartialEq)]
pub enum MountPlan {
    /// Nothing: it holds what it should, as far as that can be known.
    Keep,
    /// It is written, whole and once.
    Write(MountWrite),
}

/// A write to `auth/<mount>/config`, the reviewer's token left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MountWrite {
    /// Fields that the mount holds and that are sent back, and those that are cleared (empty).
    pub others: Map<String, Value>,
    /// Which of them hold something and are kept.
    pub kept: Vec<String>,
    /// Which of them were the old cluster's and are cleared.
    pub cleared: Vec<String>,
    /// What changes: `kubernetes_host`, `kubernetes_ca_cert`, `token_reviewer_jwt`, each with where it comes from, and
    /// an `issuer` that is set to the live one.
    pub fields: Vec<String>,
    /// The `issuer` that is kept since the live one is not known.
    pub unsure_issuer: Option<String>,
}

impl Changes {
    /// The changes in the words of the trace.
    pub fn describe(&self) -> Vec<Change> {
        self.described.clone()
    }

    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.described.is_empty()
    }

    /// What the user should look at.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// What is worth saying though nothing is wrong: a recreate, a renewed authority.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Whether the mount held this API server's address with an authority that has no certificate in common with ours.
    pub fn mount_is_of_another_cluster(&self) -> bool {
        self.of_another_cluster
    }

    /// What has to be allowed in the cluster for these very changes, beyond what [`crate::required_rights`] always are.
    pub fn further_rights(&self, desired: &Desired) -> Vec<Right> {
        let namespace = ObjectRef::namespace(&desired.reviewer.namespace);
        let mut rights = Vec::new();
        rights.extend(self.namespace.then(|| Right::on("create", &namespace)));
        let recreate = matches!(self.secret, SecretPlan::Recreate);
        rights.extend(recreate.then(|| Right::on("delete", &desired.secret_ref())));
        rights
    }

    /// Whether the binding will be written, for which `cluster_access::may_bind` has to agree.
    pub fn writes_binding(&self) -> bool {
        !self.binding.is_unchanged()
    }

    /// What is to be done to the mount.
    pub fn mount(&self) -> &MountPlan {
        &self.mount
    }
}

pub(crate) fn describe(
    desired: &Desired,
    namespace: bool,
    owned: [(&ObjectRef, &OwnedPlan); 2],
    secret: (&ObjectRef, &SecretPlan),
    mount: &MountPlan,
) -> Vec<Change> {
    let mut all = Vec::new();
    if namespace {
        all.push(Change::create(ObjectRef::namespace(&desired.reviewer.namespace).to_string()));
    }
    let [account, binding] = owned;
    all.extend(of_owned(account));
    match secret {
        (object, SecretPlan::Apply(plan)) => all.extend(of_owned((object, plan))),
        (object, SecretPlan::Recreate) => {
            all.push(Change::delete(object.to_string()).fields(["token (of a ServiceAccount that is gone)"]));
            all.push(Change::create(object.to_string()));
        }
    }
    all.extend(of_owned(binding));
    if let MountPlan::Write(write) = mount {
        all.push(of_mount(desired, write));
    }
    all
}

fn of_owned((object, plan): (&ObjectRef, &OwnedPlan)) -> Option<Change> {
    match plan.action {
        OwnedAction::Unchanged => None,
        // That a new object gets all its fields goes without saying.
        OwnedAction::Create => Some(Change::create(object.to_string())),
        OwnedAction::Update => {
            let adopted = plan.adopted.iter().map(|field| format!("{field} (adopted)"));
            let dropped = plan.dropped.iter().map(|field| format!("{field} (removed)"));
            Some(
                Change::update(object.to_string())
                    .fields(plan.fields.iter().cloned().chain(adopted).chain(dropped)),
            )
        }
    }
}

/// The mount's configuration, as a change names it.
pub(crate) fn config(desired: &Desired) -> String {
    format!("Vault auth/{}/config", desired.mount)
}

fn of_mount(desired: &Desired, write: &MountWrite) -> Change {
    let kept = write.kept.iter().map(|field| format!("{field} (kept)"));
    let cleared = write.cleared.iter().map(|field| format!("{field} (cleared: it was the old cluster's)"));
    Change::write(config(desired)).fields(write.fields.iter().cloned().chain(kept).chain(cleared))
}
