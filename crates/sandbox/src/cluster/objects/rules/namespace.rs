//! Namespaces carry their name as a label, and three of them stay.

use serde_json::{Value, json};

use crate::cluster::objects::kinds::Kind;

/// The label with the name.
pub(super) fn default(object: &mut Value) {
    object["metadata"]["labels"]["kubernetes.io/metadata.name"] = object["metadata"]["name"].clone();
}

/// Finalizer and phase of a living one.
pub(super) fn settle(object: &mut Value) {
    if object["metadata"]["deletionTimestamp"].is_null() {
        object["spec"]["finalizers"] = json!(["kubernetes"]);
        object["status"]["phase"] = json!("Active");
    }
}

/// Namespaces that nobody may delete.
pub(crate) fn is_indestructible(kind: &Kind, name: &str) -> bool {
    kind.is("", "namespaces") && matches!(name, "default" | "kube-system" | "kube-public")
}
