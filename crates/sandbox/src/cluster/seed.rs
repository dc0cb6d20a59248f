//! What a new cluster holds: its namespaces, and the roles every cluster has.

use serde_json::{Value, json};

use crate::cluster::objects::internal;
use crate::cluster::objects::store::Store;

const MANAGER: &str = "kube-apiserver";

const NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

const READ: [&str; 3] = ["get", "list", "watch"];

const WRITE: [&str; 8] = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// Puts the first objects into an empty store.
pub(super) fn seed(store: &mut Store) {
    for namespace in NAMESPACES {
        internal::put(
            store,
            &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}),
            MANAGER,
        );
    }
    for (name, rules) in roles() {
        let labels = json!({"kubernetes.io/bootstrapping": "rbac-defaults"});
        let role = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
            "metadata": {"name": name, "labels": labels}, "rules": rules,
        });
        internal::put(store, &role, MANAGER);
    }
    for (name, role, groups) in bindings() {
        let subjects: Vec<_> = groups.iter().map(|group| json!({"kind": "Group", "name": group})).collect();
        let binding = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name},
            "roleRef": {"kind": "ClusterRole", "name": role}, "subjects": subjects,
        });
        internal::put(store, &binding, MANAGER);
    }
}

fn roles() -> Vec<(&'static str, Value)> {
    let authentication =
        json!({"apiGroups": ["authentication.k8s.io"], "resources": ["tokenreviews"], "verbs": ["create"]});
    let authorization = json!({"apiGroups": ["authorization.k8s.io"], "resources": ["subjectaccessreviews"], "verbs": ["create"]});
    let myself = json!({
        "apiGroups": ["authorization.k8s.io"],
        "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"], "verbs": ["create"],
    });
    let who = json!({"apiGroups": ["authentication.k8s.io"], "resources": ["selfsubjectreviews"], "verbs": ["create"]});
    let health = ["/healthz", "/livez", "/readyz", "/version", "/version/"];
    let about = [
        "/api",
        "/api/*",
        "/apis",
        "/apis/*",
        "/healthz",
        "/livez",
        "/openapi",
        "/openapi/*",
        "/readyz",
        "/version",
        "/version/",
    ];
    let issuer = [
        "/.well-known/openid-configuration",
        "/.well-known/openid-configuration/",
        "/openid/v1/jwks",
        "/openid/v1/jwks/",
    ];
    let paths = |paths: &[&str]| json!({"nonResourceURLs": paths, "verbs": ["get"]});
    vec![
        (
            "cluster-admin",
            json!([
                {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
                {"nonResourceURLs": ["*"], "verbs": ["*"]},
            ]),
        ),
        ("admin", json!([namespaced(&WRITE, true), roles_rule()])),
        ("edit", json!([namespaced(&WRITE, true)])),
        ("view", json!([namespaced(&READ, false)])),
        ("system:auth-delegator", json!([authentication, authorization])),
        ("system:basic-user", json!([myself, who])),
        ("system:discovery", json!([paths(&about)])),
        ("system:public-info-viewer", json!([paths(&health)])),
        ("system:service-account-issuer-discovery", json!([paths(&issuer)])),
    ]
}

/// What people work with inside a namespace. Secrets are for those who may write.
fn namespaced(verbs: &[&str], secrets: bool) -> Value {
    let mut resources = vec!["configmaps", "endpoints", "events", "pods", "services", "serviceaccounts"];
    if secrets {
        resources.push("secrets");
    }
    resources.extend(["deployments", "daemonsets", "replicasets", "statefulsets", "jobs", "cronjobs"]);
    json!({"apiGroups": ["", "apps", "batch"], "resources": resources, "verbs": verbs})
}

fn roles_rule() -> Value {
    json!({"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles", "rolebindings"], "verbs": WRITE})
}

fn bindings() -> [(&'static str, &'static str, Vec<&'static str>); 5] {
    let everybody = vec!["system:authenticated", "system:unauthenticated"];
    [
        ("cluster-admin", "cluster-admin", vec!["system:masters"]),
        ("system:basic-user", "system:basic-user", vec!["system:authenticated"]),
        ("system:discovery", "system:discovery", vec!["system:authenticated"]),
        ("system:public-info-viewer", "system:public-info-viewer", everybody),
        (
            "system:service-account-issuer-discovery",
            "system:service-account-issuer-discovery",
            vec!["system:serviceaccounts"],
        ),
    ]
}
