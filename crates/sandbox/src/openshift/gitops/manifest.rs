//! What the operator makes for an Argo CD.

use serde_json::{Value, json};

use crate::openshift::condition::{condition, dated};
use crate::openshift::context::{owned_by, place};

const PART_OF: &str = "app.kubernetes.io/part-of";
const NAME: &str = "app.kubernetes.io/name";
const MANAGED_BY: &str = "app.kubernetes.io/managed-by";

fn metadata(argocd: &Value, name: &str) -> Value {
    let (namespace, instance) = place(argocd);
    json!({
        "name": name, "namespace": namespace,
        "labels": {NAME: name, PART_OF: "argocd", MANAGED_BY: instance},
        "ownerReferences": owned_by(argocd, "argoproj.io/v1beta1", "ArgoCD"),
    })
}

/// A Deployment: `server`, `repo-server`, …
pub(super) fn deployment(argocd: &Value, part: &str) -> Value {
    let name = format!("{}-{part}", place(argocd).1);
    let labels = json!({NAME: name});
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata(argocd, &name),
        "spec": {
            "replicas": 1, "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": part, "image": "registry.example.test/argocd:latest"}]},
            },
        },
    })
}

pub(super) fn config_map(argocd: &Value, name: &str, data: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(argocd, name), "data": data})
}

/// The project that Argo CD makes itself.
pub(super) fn project(namespace: &str) -> Value {
    let any = json!([{"group": "*", "kind": "*"}]);
    json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject",
        "metadata": {"name": "default", "namespace": namespace},
        "spec": {
            "clusterResourceWhitelist": any, "destinations": [{"namespace": "*", "server": "*"}],
            "sourceRepos": ["*"],
        },
    })
}

/// The Route to its server, admitted by the router.
pub(super) fn route(argocd: &Value, apps_domain: &str) -> Value {
    let (namespace, name) = place(argocd);
    let server = format!("{name}-server");
    let host = format!("{server}-{namespace}.{apps_domain}");
    let admitted = dated(&Value::Null, vec![condition("Admitted", "True", "", "")]);
    json!({
        "apiVersion": "route.openshift.io/v1", "kind": "Route", "metadata": metadata(argocd, &server),
        "spec": {
            "host": host, "port": {"targetPort": "https"}, "to": {"kind": "Service", "name": server, "weight": 100},
            "tls": {"termination": "reencrypt", "insecureEdgeTerminationPolicy": "Redirect"}, "wildcardPolicy": "None",
        },
        "status": {"ingress": [{
            "host": host, "routerName": "default", "wildcardPolicy": "None",
            "routerCanonicalHostname": format!("router-default.{apps_domain}"), "conditions": admitted,
        }]},
    })
}

/// The cluster itself, for an Argo CD that may only manage some namespaces.
pub(super) fn cluster_secret(argocd: &Value) -> Value {
    let (namespace, name) = place(argocd);
    let mut metadata = metadata(argocd, &format!("{name}-default-cluster-config"));
    metadata["labels"]["argocd.argoproj.io/secret-type"] = json!("cluster");
    json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque",
        "stringData": {
            "config": r#"{"tlsClientConfig":{"insecure":false}}"#, "name": "in-cluster",
            "server": "https://kubernetes.default.svc", "namespaces": namespace,
        },
    })
}
