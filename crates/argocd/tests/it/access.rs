use std::time::{Duration, Instant};

use argocd::ArgoCdError;
use argocd::access::{Access, Progress, watch_access};
use cluster_access::AccessError;
use sandbox::cluster::{Cluster, User};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::cluster::{connected, start};
use crate::secret_plan::URL;

const NAMESPACE: &str = "openshift-gitops";
const LONG: Duration = Duration::from_secs(60);

async fn with_crd() -> Cluster {
    let cluster = start().await;
    let crd = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "applications.argoproj.io"},
        "spec": {"group": "argoproj.io", "scope": "Namespaced",
            "names": {"kind": "Application", "listKind": "ApplicationList", "plural": "applications", "singular": "application"},
            "versions": [{"name": "v1alpha1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}]}});
    cluster.put(&crd).await.unwrap();
    let deadline = Instant::now() + LONG;
    while cluster.put(&application("warm-up", "https://elsewhere", json!({}))).await.is_err() {
        assert!(Instant::now() < deadline, "the definition is never served");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    cluster
}

fn application(name: &str, url: &str, status: Value) -> Value {
    json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"source": {"repoURL": url}}, "status": status})
}

async fn watch(
    cluster: &Cluster,
    limit: Duration,
    stop: &CancellationToken,
) -> (Result<Access, ArgoCdError>, Vec<Progress>) {
    let cluster = connected(cluster, &User::Admin).await;
    let mut told = Vec::new();
    let seen = watch_access(&cluster, NAMESPACE, URL, limit, stop, &mut |progress| told.push(progress)).await;
    (seen, told)
}

async fn once(cluster: &Cluster) -> Result<Access, ArgoCdError> {
    watch(cluster, Duration::ZERO, &CancellationToken::new()).await.0
}

#[tokio::test]
async fn without_the_kind_there_is_nothing_to_watch() {
    let sandbox = start().await;
    assert_eq!(once(&sandbox).await.unwrap(), Access::NoCrd);
    let (seen, _) = watch(&sandbox, LONG, &CancellationToken::new()).await;
    assert_eq!(seen.unwrap(), Access::NoCrd);
}

#[tokio::test]
async fn a_limit_of_nothing_looks_once() {
    let sandbox = with_crd().await;
    assert_eq!(once(&sandbox).await.unwrap(), Access::Silent { applications: vec![], last: None });
    sandbox.put(&application("apps", URL, json!({"sync": {"status": "Synced"}}))).await.unwrap();
    assert_eq!(once(&sandbox).await.unwrap(), Access::Readable { applications: vec!["apps".into()] });
}

#[tokio::test]
async fn an_application_that_comes_and_is_compared_ends_the_wait() {
    let sandbox = with_crd().await;
    let stop = CancellationToken::new();
    let changing = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        sandbox.put(&application("apps", URL, json!({}))).await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        sandbox.put(&application("apps", URL, json!({"sync": {"status": "OutOfSync"}}))).await.unwrap();
    };
    let ((seen, told), ()) = tokio::join!(watch(&sandbox, LONG, &stop), changing);
    assert_eq!(seen.unwrap(), Access::Readable { applications: vec!["apps".into()] });
    let waited: Vec<&str> = told.iter().map(|progress| progress.waiting_for.as_str()).collect();
    insta::assert_snapshot!(waited.join("\n"), @r#"
    an Application of https://git.example.com/org/gitops.git
    Application apps to be compared
    "#);
}

#[tokio::test]
async fn a_definite_error_ends_the_wait_in_argo_cds_own_words() {
    let sandbox = with_crd().await;
    let stop = CancellationToken::new();
    let failing = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let status = json!({"sync": {"status": "Unknown"}, "conditions": [
            {"type": "ComparisonError", "message": "rpc error: authentication required: Repository not found."}]});
        sandbox.put(&application("apps", URL, status)).await.unwrap();
    };
    let ((seen, _), ()) = tokio::join!(watch(&sandbox, LONG, &stop), failing);
    insta::assert_snapshot!(seen.unwrap_err(), @"read https://git.example.com/org/gitops.git with Argo CD: Application apps reports ComparisonError: rpc error: authentication required: Repository not found.");
}

#[tokio::test]
async fn silence_is_no_error_and_keeps_the_last_words() {
    let sandbox = with_crd().await;
    let status = json!({"conditions": [{"type": "OrphanedResourceWarning", "message": "3 of them"}]});
    sandbox.put(&application("apps", URL, status)).await.unwrap();
    let (seen, told) = watch(&sandbox, Duration::from_millis(500), &CancellationToken::new()).await;
    let last = Some("OrphanedResourceWarning: 3 of them".to_owned());
    assert_eq!(seen.unwrap(), Access::Silent { applications: vec!["apps".into()], last: last.clone() });
    assert_eq!(told, [Progress { waiting_for: "Application apps to be compared".into(), last }]);
}

#[tokio::test]
async fn a_wait_ends_at_once_when_it_is_stopped() {
    let sandbox = with_crd().await;
    let stop = CancellationToken::new();
    let stopping = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        stop.cancel();
    };
    let ((seen, _), ()) = tokio::join!(watch(&sandbox, LONG, &stop), stopping);
    assert!(matches!(seen, Err(ArgoCdError::Cluster(AccessError::Stopped { .. }))));
}
