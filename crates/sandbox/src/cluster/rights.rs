//! Rights for a user, as the roles and bindings that give them.

use serde_json::{Value, json};

use crate::cluster::options::Rule;

const VERSION: &str = "rbac.authorization.k8s.io/v1";

impl Rule {
    /// A role of this name with this one rule, and its binding to `user`.
    pub(super) fn objects(&self, user: &str, name: &str) -> [Value; 2] {
        let prefix = if self.namespace.is_some() { "" } else { "Cluster" };
        let mut rule = json!({"verbs": self.verbs, "apiGroups": self.groups, "resources": self.resources});
        if !self.names.is_empty() {
            rule["resourceNames"] = json!(self.names);
        }
        let mut metadata = json!({"name": name});
        if let Some(namespace) = &self.namespace {
            metadata["namespace"] = json!(namespace);
        }
        let role = json!({
            "apiVersion": VERSION, "kind": format!("{prefix}Role"), "metadata": metadata, "rules": [rule],
        });
        let binding = json!({
            "apiVersion": VERSION, "kind": format!("{prefix}RoleBinding"), "metadata": metadata,
            "subjects": [{"kind": "User", "name": user}],
            "roleRef": {"kind": format!("{prefix}Role"), "name": name},
        });
        [role, binding]
    }
}
