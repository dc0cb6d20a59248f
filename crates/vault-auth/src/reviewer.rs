use cluster_access::ObjectRef;
use serde_json::{Value, json};

use crate::desired::{Desired, Reviewer};
use crate::rights::AUTH_DELEGATOR;

/// The annotation that names whose token a Secret shall hold.
pub(crate) const OWNER: &str = "kubernetes.io/service-account.name";
/// The type of a Secret that the cluster puts a token into.
pub(crate) const TOKEN_SECRET: &str = "kubernetes.io/service-account-token";
const RBAC: &str = "rbac.authorization.k8s.io";

/// Where the reviewer's objects are.
impl Desired {
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

/// What they shall be.
impl Desired {
    pub(crate) fn service_account(&self) -> Value {
        self.object(&self.service_account_ref(), json!({}))
    }

    pub(crate) fn secret(&self) -> Value {
        let mut secret = self.object(&self.secret_ref(), json!({ "type": TOKEN_SECRET }));
        secret["metadata"]["annotations"] = json!({ OWNER: self.reviewer.service_account });
        secret
    }

    /// Subjects that are in the binding already stay in it: others may use it too.
    pub(crate) fn binding(&self, live: Option<&Value>) -> Value {
        let ours = json!({
            "kind": "ServiceAccount",
            "name": self.reviewer.service_account,
            "namespace": self.reviewer.namespace,
        });
        let mut subjects = live.and_then(|live| live["subjects"].as_array()).cloned().unwrap_or_default();
        if !subjects.iter().any(|subject| is_subject(&self.reviewer, subject)) {
            subjects.push(ours);
        }
        let role = json!({ "apiGroup": RBAC, "kind": "ClusterRole", "name": AUTH_DELEGATOR });
        self.object(&self.binding_ref(), json!({ "roleRef": role, "subjects": subjects }))
    }

    fn object(&self, place: &ObjectRef, mut body: Value) -> Value {
        body["apiVersion"] = place.api_version.as_str().into();
        body["kind"] = place.kind.as_str().into();
        body["metadata"] = json!({ "name": place.name });
        if let Some(namespace) = &place.namespace {
            body["metadata"]["namespace"] = namespace.as_str().into();
        }
        if !self.labels.is_empty() {
            body["metadata"]["labels"] = json!(self.labels);
        }
        body
    }
}

/// Whether a subject of a binding is the reviewer.
pub(crate) fn is_subject(reviewer: &Reviewer, subject: &Value) -> bool {
    subject["kind"] == "ServiceAccount"
        && subject["name"] == reviewer.service_account.as_str()
        && subject["namespace"] == reviewer.namespace.as_str()
}
