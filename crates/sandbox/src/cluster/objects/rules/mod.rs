//! What single built-in kinds ask of their objects: defaults filled in, and changes refused.

mod binding;
mod definition;
mod form;
mod name;
mod namespace;
mod secret;

use serde_json::Value;

pub(crate) use form::check as check_form;
pub(crate) use namespace::is_indestructible;
pub(crate) use secret::{TOKEN_OWNER, TOKEN_OWNER_UID, TOKEN_SECRET};

use crate::cluster::http::failure::{Cause, Failure};
use crate::cluster::objects::kinds::{Kind, items};

/// The built-in kinds with rules of their own.
enum Special {
    Binding,
    Definition,
    Namespace,
    Secret,
    None,
}

fn special(kind: &Kind) -> Special {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Secret") => Special::Secret,
        ("", "Namespace") => Special::Namespace,
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => Special::Binding,
        ("apiextensions.k8s.io", "CustomResourceDefinition") => Special::Definition,
        _ => Special::None,
    }
}

/// Fills in what the server fills in, on every write.
pub(crate) fn default(kind: &Kind, object: &mut Value) {
    match special(kind) {
        Special::Binding => binding::default(object),
        Special::Definition => definition::default(object),
        Special::Namespace => namespace::default(object),
        Special::Secret => secret::default(object),
        Special::None => {}
    }
    form::drop_empty(kind, object);
}

/// What the server adds after it has noted who wrote what, so that nobody owns it.
pub(crate) fn settle(kind: &Kind, object: &mut Value) {
    match special(kind) {
        Special::Definition => definition::settle(object),
        Special::Namespace => namespace::settle(object),
        Special::Binding | Special::Secret | Special::None => {}
    }
}

/// Refuses a new object that its kind does not allow.
pub(crate) fn check_new(kind: &Kind, object: &Value) -> Result<(), Failure> {
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    let mut causes = name::check(kind, name);
    match special(kind) {
        Special::Binding => causes.extend(binding::check_new(kind, object)),
        Special::Definition => causes.extend(definition::check_new(object)),
        Special::Secret => causes.extend(secret::check_new(object)?),
        Special::Namespace | Special::None => {}
    }
    refuse(kind, name, &causes)
}

/// Refuses a change that its kind does not allow.
pub(crate) fn check_change(kind: &Kind, old: &Value, new: &Value) -> Result<(), Failure> {
    let name = new["metadata"]["name"].as_str().unwrap_or_default();
    let mut causes = form::check_finalizers(old, new);
    match special(kind) {
        Special::Binding => causes.extend(binding::check_change(old, new)),
        Special::Secret => causes.extend(secret::check_change(old, new)?),
        Special::Definition | Special::Namespace | Special::None => {}
    }
    refuse(kind, name, &causes)
}

fn refuse(kind: &Kind, name: &str, causes: &[Cause]) -> Result<(), Failure> {
    if causes.is_empty() { Ok(()) } else { Err(Failure::invalid(kind, name, causes)) }
}

/// Whether deleting one of these answers with the object instead of a `Status`.
pub(crate) fn deletion_returns_object(kind: &Kind) -> bool {
    kind.group.is_empty() && matches!(kind.kind.as_str(), "Namespace" | "ServiceAccount" | "Pod" | "Service")
}

/// Whether a replace of one of these has to say which revision it replaces.
pub(crate) fn needs_revision(kind: &Kind) -> bool {
    kind.custom || matches!(kind.group.as_str(), "coordination.k8s.io" | "apiextensions.k8s.io")
}

/// Whether the server counts generations of this object: those with a spec that something acts on.
pub(crate) fn has_generation(kind: &Kind, object: &Value) -> bool {
    kind.custom
        || matches!(kind.group.as_str(), "apps" | "batch" | "apiextensions.k8s.io")
            && object["spec"].is_object()
}

/// Whether something still holds the object after its deletion was asked for.
pub(crate) fn is_held(object: &Value) -> bool {
    items(&object["metadata"]["finalizers"]).next().is_some()
}
