//! A cluster that the old script bootstrapped.

use sandbox::git_host::{File, PRIVATE};
use serde_json::{Value, json};

use crate::support::home::git;
use crate::support::objects::{NAMESPACE, live_secret, make_namespace, secret};
use crate::support::sandbox::World;

const OLD: &str = "kubectl-client-side-apply";
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Puts an object as `oc apply` does, its copy in the annotation included.
async fn oc_apply(world: &World, object: Value) {
    let mut with_copy = object.clone();
    with_copy["metadata"]["annotations"][LAST_APPLIED] = json!(object.to_string());
    world.sandbox.cluster.put_as(&with_copy, OLD).await.unwrap();
}

/// What the old script left: repository Secret, reviewer, working copy on a branch, and a trace of seven keys.
async fn left_by_the_old_script(world: &World) -> String {
    make_namespace(world, NAMESPACE).await;
    let (username, password) = world.sandbox.git.login();
    let labels = json!({"argocd.argoproj.io/secret-type": "repository"});
    oc_apply(
        world,
        json!({
            "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": {"name": "gitops-repo", "namespace": NAMESPACE, "labels": labels},
            "stringData": {"url": world.sandbox.repo_url(), "username": username, "password": password},
        }),
    )
    .await;
    let reviewer = json!({"name": "vault-token-reviewer", "namespace": NAMESPACE});
    oc_apply(world, json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": reviewer})).await;
    let mut token = json!({"apiVersion": "v1", "kind": "Secret", "metadata": reviewer,
        "type": "kubernetes.io/service-account-token"});
    token["metadata"]["annotations"]["kubernetes.io/service-account.name"] = json!("vault-token-reviewer");
    oc_apply(world, token).await;
    oc_apply(world, json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
        "metadata": {"name": "vault-token-reviewer-auth-delegator"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:auth-delegator"},
        "subjects": [{"kind": "ServiceAccount", "name": "vault-token-reviewer", "namespace": NAMESPACE}],
    })).await;
    let (url, work) = (world.sandbox.repo_url(), world.sandbox.work());
    let helper =
        format!("credential.helper=!f() {{ echo username={username}; echo password={password}; }}; f");
    git(world, &work, &["-c", &helper, "clone", "--quiet", &url, "gitops-src"]);
    let sha = git(world, &work.join("gitops-src"), &["rev-parse", "HEAD"]);
    let trace = json!({
        "cluster": "demo", "env": "sno", "base_domain": "apps.demo.example.test", "repo_url": url,
        "repo_ref": "main", "git_sha": sha, "timestamp": "2025-11-23T19:33:00Z",
    });
    fs_err::write(work.join("gitops-bootstrap.json"), trace.to_string()).unwrap();
    sha
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_the_old_script_bootstrapped_is_taken_over() {
    let test = "a_cluster_that_the_old_script_bootstrapped_is_taken_over";
    let Some(world) = World::with_vault(test).await else { return };
    left_by_the_old_script(&world).await;
    let token = live_secret(&world, "vault-token-reviewer").await["data"]["token"].clone();
    let before = secret(&world, "gitops-repo").await;
    world
        .run(&["run", "demo"])
        .await
        .exits(0)
        .says(&["the login of Secret openshift-gitops/gitops-repo lay open in its annotation", "rotate it"]);
    // adopted, the copy of the login gone, all else as it was
    let live = live_secret(&world, "gitops-repo").await;
    assert_eq!(live["metadata"]["annotations"][LAST_APPLIED], Value::Null);
    let mut after = secret(&world, "gitops-repo").await.unwrap();
    assert_eq!(after.remove("type").as_deref(), Some("git"));
    assert_eq!(Some(after), before);
    let managers = live["metadata"]["managedFields"].as_array().unwrap();
    assert!(
        managers.iter().any(|entry| entry["manager"] == "bitiq-bootstrap" && entry["operation"] == "Apply")
    );
    assert_eq!(
        live_secret(&world, "vault-token-reviewer").await["data"]["token"],
        token,
        "the reviewer's token stays"
    );
    // the working copy is used as it is
    assert_eq!(world.steps()["gitops-src"], "unchanged");
    world.run(&["run", "demo"]).await.exits(0).never_says(&["rotate it"]);
    for (step, status) in world.steps() {
        let expect = match step.as_str() {
            "script" => "changed",
            "operator" | "argocd" => "skipped",
            _ => "unchanged",
        };
        assert_eq!(status, expect, "{step}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_scripts_working_copy_goes_to_the_new_commit_deleted_files_included() {
    let world = World::without_vault().await;
    let old = left_by_the_old_script(&world).await;
    let new = [File::new("new.yaml", "new"), File::deleted("README.md")];
    let new = world.sandbox.git.commit(PRIVATE, &new, "onwards").await.unwrap();
    world.run(&["run", "demo"]).await.exits(0);
    let copy = world.sandbox.work().join("gitops-src");
    assert_eq!(git(&world, &copy, &["rev-parse", "HEAD"]), new);
    assert_eq!(git(&world, &copy, &["status", "--porcelain"]), "");
    assert_eq!(git(&world, &copy, &["rev-parse", "refs/heads/main"]), old, "branches of the user stay");
    assert!(!copy.join("README.md").exists() && copy.join("new.yaml").exists());
    assert_eq!(world.trace()["git_sha"], json!(new));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_trace_is_carried_as_the_last_success() {
    let world = World::without_vault().await;
    let sha = left_by_the_old_script(&world).await;
    world.command(&["run", "demo"]).env("SANDBOX_SCRIPT", "fail=7").ran().await.exits(1).says(&["code 7"]);
    let trace = world.trace();
    assert_eq!(trace["status"], "failed");
    assert_eq!(trace["last_success"]["git_sha"], json!(sha));
    assert_eq!(trace["last_success"]["timestamp"], "2025-11-23T19:33:00Z");
}
