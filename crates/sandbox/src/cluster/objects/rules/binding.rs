//! RoleBindings and ClusterRoleBindings: what they bind to is settled once and for all.

use serde_json::{Value, json};

use crate::cluster::http::failure::Cause;
use crate::cluster::objects::kinds::{Kind, text};

const RBAC: &str = "rbac.authorization.k8s.io";

/// The group of role and subjects.
pub(super) fn default(object: &mut Value) {
    if object["roleRef"].is_object() {
        object["roleRef"]["apiGroup"] = json!(RBAC);
    }
    for subject in object["subjects"].as_array_mut().into_iter().flatten() {
        if subject["kind"] != "ServiceAccount" && subject["apiGroup"].is_null() {
            subject["apiGroup"] = json!(RBAC);
        }
    }
}

/// A role of a kind that can be bound here, with a name.
pub(super) fn check_new(kind: &Kind, object: &Value) -> Vec<Cause> {
    let role = &object["roleRef"];
    let allowed: &[&str] = if kind.namespaced { &["ClusterRole", "Role"] } else { &["ClusterRole"] };
    let mut causes = Vec::new();
    if !allowed.iter().any(|one| role["kind"] == *one) {
        let named = text(&role["kind"]);
        causes.push(Cause {
            reason: "FieldValueNotSupported",
            message: format!(
                "Unsupported value: {named:?}: supported values: \"{}\"",
                allowed.join("\", \"")
            ),
            field: "roleRef.kind".to_owned(),
        });
    }
    if role["name"].as_str().is_none_or(str::is_empty) {
        causes.push(Cause::required("roleRef.name", ""));
    }
    causes
}

/// The same role as before.
pub(super) fn check_change(old: &Value, new: &Value) -> Option<Cause> {
    let changed = old["roleRef"] != new["roleRef"];
    changed.then(|| Cause::invalid_value("roleRef", &role_ref(&new["roleRef"]), "cannot change roleRef"))
}

/// As the server prints it.
fn role_ref(role: &Value) -> String {
    json!({"APIGroup": role["apiGroup"], "Kind": role["kind"], "Name": role["name"]}).to_string()
}
