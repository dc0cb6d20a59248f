//! What Argo CD's part reports.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sandbox::git_host::{PRIVATE, PUBLIC};
use sandbox::{Options, Sandbox};
use serde_json::{Value, json};

const NAMESPACE: &str = "openshift-gitops";

async fn start() -> Sandbox {
    let options = Options { vault: false, resync: Duration::from_millis(300), ..Options::default() };
    let sandbox = Sandbox::start(options).await.expect("the sandbox starts");
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}});
    sandbox.cluster.put(&namespace).await.unwrap();
    sandbox
}

async fn put_secret(sandbox: &Sandbox, username: &str, password: &str) {
    let data = json!({
        "type": STANDARD.encode("git"),
        "url": STANDARD.encode(sandbox.git.url(PRIVATE)),
        "username": STANDARD.encode(username),
        "password": STANDARD.encode(password),
    });
    let labels = json!({"argocd.argoproj.io/secret-type": "repository"});
    let metadata = json!({"name": "gitops-repo", "namespace": NAMESPACE, "labels": labels});
    let secret =
        json!({"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": metadata, "data": data});
    sandbox.cluster.put(&secret).await.unwrap();
}

async fn put_application(sandbox: &Sandbox, url: &str, revision: &str) {
    let spec = json!({
        "project": "default",
        "source": {"repoURL": url, "targetRevision": revision, "path": "charts/bitiq-umbrella"},
        "destination": {"server": "https://kubernetes.default.svc", "namespace": "bitiq-sno"},
    });
    let metadata = json!({"name": "umbrella", "namespace": NAMESPACE});
    let application = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": spec,
    });
    sandbox.cluster.put(&application).await.unwrap();
}

async fn status_when(sandbox: &Sandbox, wanted: impl Fn(&Value) -> bool) -> Value {
    let path = format!("/apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}/applications/umbrella");
    let since = Instant::now();
    loop {
        let status = sandbox.cluster.object(&path).await.unwrap().unwrap_or_default()["status"].clone();
        if wanted(&status) {
            return status;
        }
        let problem = sandbox.argocd.as_ref().and_then(|argocd| argocd.problem());
        assert!(since.elapsed() < Duration::from_secs(20), "status stays {status}; {problem:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn check_error(sandbox: &Sandbox, expect: &str) {
    let status = status_when(sandbox, |status| status["conditions"][0]["type"] == "ComparisonError").await;
    let said = status["conditions"][0]["message"].as_str().unwrap_or_default();
    let begin = "Failed to load target state: failed to generate manifest for source 1 of 1: \
                 rpc error: code = Unknown desc = ";
    assert_eq!(said.strip_prefix(begin).unwrap_or(said), expect);
    assert_eq!(status["sync"]["status"], "Unknown");
}

#[tokio::test]
async fn a_good_login_is_synced_at_the_commit() {
    let sandbox = start().await;
    let (username, password) = sandbox.git.login();
    put_secret(&sandbox, &username, &password).await;
    put_application(&sandbox, &sandbox.git.url(PRIVATE), "main").await;
    let status = status_when(&sandbox, |status| status["sync"]["status"] == "Synced").await;
    assert_eq!(status["sync"]["revision"], json!(sandbox.git.resolve(PRIVATE, "main").await.unwrap()));
    assert!(status["reconciledAt"].is_string() && status["conditions"].is_null(), "{status}");
}

#[tokio::test]
async fn without_a_login_the_private_repository_is_not_found() {
    let sandbox = start().await;
    put_application(&sandbox, &sandbox.git.url(PRIVATE), "main").await;
    check_error(&sandbox, "failed to list refs: authentication required: Repository not found.").await;
}

#[tokio::test]
async fn a_wrong_login_is_reported_and_its_mending_noticed() {
    let sandbox = start().await;
    put_secret(&sandbox, "gitops-reader", "wrong-password").await;
    put_application(&sandbox, &sandbox.git.url(PRIVATE), "main").await;
    let refused = "Invalid username or token. Password authentication is not supported for Git operations.";
    check_error(&sandbox, &format!("failed to list refs: authentication required: {refused}")).await;
    let (username, password) = sandbox.git.login();
    put_secret(&sandbox, &username, &password).await;
    status_when(&sandbox, |status| status["sync"]["status"] == "Synced").await;
}

#[tokio::test]
async fn an_unknown_revision_is_reported() {
    let sandbox = start().await;
    put_application(&sandbox, &sandbox.git.url(PUBLIC), "nope").await;
    check_error(&sandbox, "unable to resolve 'nope' to a commit SHA").await;
}
