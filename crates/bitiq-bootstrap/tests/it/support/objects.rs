//! Objects of the cluster: read, made and applied.

use std::collections::BTreeMap;

use sandbox::cluster::User;
use serde_json::{Value, json};

use super::sandbox::World;

/// Where Argo CD and all of ours live.
pub const NAMESPACE: &str = "openshift-gitops";

/// A namespace, so that something can be put into it.
pub async fn make_namespace(world: &World, name: &str) {
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    world.sandbox.cluster.put(&namespace).await.unwrap();
}

/// OpenShift's own configuration, as far as the infraID needs it.
pub async fn infrastructure(world: &World, infra_id: &str) {
    let cluster = &world.sandbox.cluster;
    let schema = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    let names = json!({"plural": "infrastructures", "singular": "infrastructure", "kind": "Infrastructure"});
    let version =
        json!({"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}});
    let spec =
        json!({"group": "config.openshift.io", "scope": "Cluster", "names": names, "versions": [version]});
    let approved = json!({"api-approved.kubernetes.io": "https://github.com/openshift/api/pull/470"});
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "infrastructures.config.openshift.io", "annotations": approved}, "spec": spec,
    });
    cluster.put(&definition).await.unwrap();
    let infrastructure = json!({
        "apiVersion": "config.openshift.io/v1", "kind": "Infrastructure", "metadata": {"name": "cluster"},
        "status": {
            "infrastructureName": infra_id,
            "platformStatus": {"type": "AWS", "aws": {"region": "us-west-2"}},
        },
    });
    cluster.put(&infrastructure).await.unwrap();
}

/// An object at its API path.
pub async fn object(world: &World, path: &str) -> Option<Value> {
    world.sandbox.cluster.object(path).await.unwrap()
}

/// What a Secret of Argo CD's namespace holds, decoded.
pub async fn secret(world: &World, name: &str) -> Option<BTreeMap<String, String>> {
    let secret = object(world, &format!("/api/v1/namespaces/{NAMESPACE}/secrets/{name}")).await?;
    let data = secret["data"].as_object().cloned().unwrap_or_default();
    Some(data.iter().map(|(key, value)| (key.clone(), decoded(value))).collect())
}

pub fn decoded(value: &Value) -> String {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(value.as_str().unwrap()).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// A Secret by which Argo CD logs in.
pub fn argocd_secret(name: &str, kind: &str, data: &[(&str, &str)]) -> Value {
    let data: BTreeMap<_, _> = data.iter().copied().collect();
    let labels = json!({"argocd.argoproj.io/secret-type": kind});
    let metadata = json!({"name": name, "namespace": NAMESPACE, "labels": labels});
    json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "stringData": data})
}

pub async fn live_secret(world: &World, name: &str) -> Value {
    object(world, &format!("/api/v1/namespaces/{NAMESPACE}/secrets/{name}")).await.unwrap()
}

/// As an administrator would: with kubectl, or document by document where there is none.
#[expect(clippy::disallowed_methods, reason = "tests paste what is printed as a user does")]
pub async fn apply(world: &World, manifest: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (admin, file) = (folder.path().join("admin"), folder.path().join("manifest.yaml"));
    fs_err::write(&admin, world.sandbox.cluster.kubeconfig(&User::Admin).unwrap()).unwrap();
    fs_err::write(&file, manifest).unwrap();
    let mut kubectl = tokio::process::Command::new("kubectl");
    kubectl
        .arg("--kubeconfig")
        .arg(admin)
        .args(["apply", "--validate=false", "-f"])
        .arg(file)
        .env("HOME", folder.path());
    match kubectl.output().await {
        Ok(ran) => assert!(ran.status.success(), "{}\n{manifest}", String::from_utf8_lossy(&ran.stderr)),
        Err(_) => {
            let list: Value = serde_saphyr::from_str(manifest).unwrap();
            for object in list["items"].as_array().unwrap() {
                world.sandbox.cluster.put(object).await.unwrap();
            }
        }
    }
}
