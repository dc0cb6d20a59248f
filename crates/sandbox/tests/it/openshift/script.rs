//! The script of an OpenShift's repository: as Helm does, on a fresh cluster and again.

use std::path::PathBuf;
use std::process::{Command, Output};

use sandbox::Sandbox;
use sandbox::git_host::PRIVATE;
use serde_json::{Value, json};

use super::await_for::{object, there};
use super::{GITOPS, OPERATORS, argocd_path, csv_path, path, start, subscription, subscription_path};

#[expect(clippy::disallowed_methods, reason = "the test is the user who runs it")]
fn command(sandbox: &Sandbox, program: &str) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(sandbox.env());
    command
}

async fn output(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output()).await.expect("it ran").expect("it is there")
}

async fn clone(sandbox: &Sandbox) -> PathBuf {
    let copy = sandbox.work().join("gitops-src");
    if copy.exists() {
        return copy;
    }
    let (username, password) = sandbox.git.login();
    let url = sandbox.git.url(PRIVATE).replace("https://", &format!("https://{username}:{password}@"));
    let mut git = command(sandbox, "git");
    git.args(["clone", "--quiet", &url]).arg(&copy);
    assert!(output(git).await.status.success());
    copy
}

async fn script(sandbox: &Sandbox) -> (Option<i32>, String) {
    let mut script = command(sandbox, "./scripts/bootstrap.sh");
    script.current_dir(clone(sandbox).await).env("ENV", "sno").env("BASE_DOMAIN", "apps.demo.example.test");
    script.env("TARGET_REV", "main").env("GIT_REPO_URL", sandbox.repo_url());
    script.env("KUBECONFIG", sandbox.kubeconfig()).env("INFRA_ID", "demo-zzzzz");
    let ran = output(script).await;
    (ran.status.code(), String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat()).into_owned())
}

fn env_of(subscription: &Value) -> &Value {
    &subscription["spec"]["config"]["env"][0]["name"]
}

#[tokio::test]
async fn it_hands_a_fresh_cluster_over_and_does_so_again() {
    let sandbox = start(|_| ()).await;
    let (code, said) = script(&sandbox).await;
    assert_eq!(code, Some(0), "{said}");
    let first = there(&sandbox, &subscription_path()).await;
    assert_eq!(env_of(&first), "DISABLE_DEFAULT_ARGOCD_INSTANCE");
    assert_eq!(first["metadata"]["annotations"]["meta.helm.sh/release-name"], "bootstrap-operators");
    let argocd = there(&sandbox, &argocd_path()).await;
    assert_eq!(argocd["spec"]["extraConfig"]["timeout.reconciliation"], "30s");
    assert!(argocd["spec"]["rbac"]["scopes"].as_str().unwrap().contains("preferred_username"));
    // This Argo CD has no ApplicationSet controller: nobody makes the Application, and the script goes on.
    assert!(said.contains("WARNING: bitiq-umbrella-sno not found yet"), "{said}");
    let (code, said) = script(&sandbox).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(env_of(&there(&sandbox, &subscription_path()).await).is_null(), "the chart no longer says so");
    let release = format!("/api/v1/namespaces/{OPERATORS}/secrets/sh.helm.release.v1.bootstrap-operators.v3");
    assert_eq!(there(&sandbox, &release).await["metadata"]["labels"]["status"], "deployed");
}

#[tokio::test]
async fn with_an_applicationset_controller_the_umbrella_is_made() {
    let sandbox = start(|_| ()).await;
    let mut own = subscription("gitops-1.18", "Automatic", &[]);
    adopt(&mut own);
    sandbox.cluster.put(&own).await.unwrap();
    let mut argocd = object(&sandbox, &argocd_path(), |one| one["status"]["phase"] == "Available").await;
    adopt(&mut argocd);
    sandbox.cluster.put(&argocd).await.unwrap();
    let (code, said) = script(&sandbox).await;
    assert_eq!(code, Some(0), "{said}");
    let made =
        there(&sandbox, &path("argoproj.io/v1alpha1", GITOPS, "applications", "bitiq-umbrella-sno")).await;
    let parameters = made["spec"]["source"]["helm"]["parameters"].as_array().unwrap();
    for (name, value) in [("infraID", "demo-zzzzz"), ("env", "sno"), ("bootstrapOperators.enabled", "false")]
    {
        assert!(parameters.contains(&json!({"name": name, "value": value})), "{parameters:?}");
    }
    assert_eq!(made["spec"]["destination"]["namespace"], "bitiq-sno");
}

/// As the hand-over marks what Helm shall take over.
fn adopt(object: &mut Value) {
    object["metadata"]["labels"]["app.kubernetes.io/managed-by"] = json!("Helm");
    let notes = json!({
        "meta.helm.sh/release-name": "bootstrap-operators", "meta.helm.sh/release-namespace": OPERATORS,
    });
    object["metadata"]["annotations"] = notes;
}

#[tokio::test]
async fn what_is_not_helms_is_refused() {
    let sandbox = start(|_| ()).await;
    sandbox.cluster.put(&subscription("gitops-1.18", "Automatic", &[])).await.unwrap();
    object(&sandbox, &csv_path(), |csv| csv["status"]["phase"] == "Succeeded").await;
    let (code, said) = script(&sandbox).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("cannot be imported into the current release: invalid ownership metadata"),
        "{said}"
    );
}

#[tokio::test]
async fn a_release_left_pending_by_a_killed_helm_is_refused() {
    let sandbox = start(|_| ()).await;
    let labels =
        json!({"owner": "helm", "name": "bootstrap-operators", "status": "pending-install", "version": "1"});
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1", "data": {"release": ""},
        "metadata": {"name": "sh.helm.release.v1.bootstrap-operators.v1", "namespace": OPERATORS, "labels": labels},
    });
    sandbox.cluster.put(&secret).await.unwrap();
    let (code, said) = script(&sandbox).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("another operation (install/upgrade/rollback) is in progress"), "{said}");
}
