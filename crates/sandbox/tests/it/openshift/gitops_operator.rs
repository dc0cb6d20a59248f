//! The GitOps operator: its default Argo CD, and what it makes for one.

use std::time::Duration;

use sandbox::Sandbox;
use serde_json::{Value, json};

use super::await_for::{object, there};
use super::{GITOPS, argocd_path, csv_path, deployment_path, path, start, subscription};

const DISABLED: (&str, &str) = ("DISABLE_DEFAULT_ARGOCD_INSTANCE", "true");

async fn with_operator(env: &[(&str, &str)]) -> Sandbox {
    let sandbox = start(|_| ()).await;
    sandbox.cluster.put(&subscription("latest", "Automatic", env)).await.unwrap();
    object(&sandbox, &csv_path(), |csv| csv["status"]["phase"] == "Succeeded").await;
    sandbox
}

fn available(argocd: &Value) -> bool {
    argocd["status"]["phase"] == "Available"
}

fn argocd(spec: Value) -> Value {
    json!({
        "apiVersion": "argoproj.io/v1beta1", "kind": "ArgoCD",
        "metadata": {"name": GITOPS, "namespace": GITOPS}, "spec": spec,
    })
}

#[tokio::test]
async fn the_default_argocd_is_made_with_all_its_parts() {
    let sandbox = with_operator(&[]).await;
    let argocd = object(&sandbox, &argocd_path(), available).await;
    for part in ["server", "repo-server", "applicationset-controller"] {
        there(&sandbox, &deployment_path(GITOPS, &format!("{GITOPS}-{part}"))).await;
    }
    let route =
        there(&sandbox, &path("route.openshift.io/v1", GITOPS, "routes", "openshift-gitops-server")).await;
    assert_eq!(route["spec"]["host"], "openshift-gitops-server-openshift-gitops.apps.demo.example.test");
    assert_eq!(argocd["status"]["host"], route["spec"]["host"]);
    there(&sandbox, &format!("/api/v1/namespaces/{GITOPS}/configmaps/argocd-tls-certs-cm")).await;
    let secrets = sandbox.cluster.objects().await.unwrap();
    let cluster = |one: &Value| one["metadata"]["labels"]["argocd.argoproj.io/secret-type"] == "cluster";
    assert!(!secrets.iter().any(cluster), "the default instance has no Secret of its cluster");
}

#[tokio::test]
async fn a_disabled_default_is_not_made_but_ones_own_is_served() {
    let sandbox = with_operator(&[DISABLED]).await;
    there(&sandbox, &format!("/api/v1/namespaces/{GITOPS}")).await;
    sandbox.cluster.put(&argocd(json!({"server": {"route": {"enabled": true}}}))).await.unwrap();
    object(&sandbox, &argocd_path(), available).await;
    let controller = deployment_path(GITOPS, "openshift-gitops-applicationset-controller");
    assert!(sandbox.cluster.object(&controller).await.unwrap().is_none(), "it did not ask for one");
}

#[tokio::test]
async fn disabling_the_default_deletes_it() {
    let sandbox = with_operator(&[]).await;
    object(&sandbox, &argocd_path(), available).await;
    sandbox.cluster.put(&subscription("latest", "Automatic", &[DISABLED])).await.unwrap();
    object(&sandbox, &argocd_path(), Value::is_null).await;
    object(&sandbox, &deployment_path(GITOPS, "openshift-gitops-server"), Value::is_null).await;
    sandbox.cluster.put(&subscription("latest", "Automatic", &[])).await.unwrap();
    object(&sandbox, &argocd_path(), available).await;
}

#[tokio::test]
async fn an_applicationset_controller_comes_when_it_is_enabled() {
    let sandbox = with_operator(&[DISABLED]).await;
    sandbox.openshift.as_ref().unwrap().change(|options| options.applicationset = Duration::from_millis(300));
    sandbox.cluster.put(&argocd(json!({}))).await.unwrap();
    let running = |argocd: &Value| argocd["status"]["applicationSetController"] == "Running";
    let before = object(&sandbox, &argocd_path(), available).await;
    assert_eq!(before["status"]["applicationSetController"], "Unknown");
    sandbox.cluster.put(&argocd(json!({"applicationSet": {"enabled": true}}))).await.unwrap();
    object(&sandbox, &argocd_path(), running).await;
    sandbox.cluster.put(&argocd(json!({"applicationSet": {"enabled": false}}))).await.unwrap();
    let controller = deployment_path(GITOPS, "openshift-gitops-applicationset-controller");
    object(&sandbox, &controller, Value::is_null).await;
}
