//! Whether Argo CD itself can read the repository: its own words, its silence, its absence.

use sandbox::Options;
use sandbox::cluster::User;
use sandbox::git_host::{File, PRIVATE};
use sandbox::gitops_repo::SCRIPT;
use serde_json::{Value, json};

use crate::support::applications::{answers, application, compared, nobody_looks};
use crate::support::objects::{NAMESPACE, argocd_secret, secret};
use crate::support::sandbox::{World, options};

/// The rest of a run, without the script, with this patience.
async fn check(world: &World, timeout: &str, code: i32, says: &[&str]) {
    let run = world.command(&["run", "demo", "--skip-script"]);
    run.env("GITOPS_REPO_ACCESS_TIMEOUT", timeout).ran().await.exits(code).says(says);
}

fn step(world: &World) -> Value {
    let trace = world.trace();
    let steps = trace["steps"].as_array().unwrap();
    steps.iter().find(|step| step["name"] == "repo-access").unwrap().clone()
}

const ERROR: &str = "Failed to load target state: rpc error: code = Unknown desc = authentication required";

#[tokio::test(flavor = "multi_thread")]
async fn a_definite_error_is_told_in_argo_cds_words() {
    let world = nobody_looks().await;
    application(&world, "umbrella", &world.sandbox.repo_url(), json!({})).await;
    let url = world.sandbox.repo_url();
    let says = ["failed to", "umbrella", "ComparisonError", ERROR, &url, "usually the login"];
    let status = compared("Unknown", json!([{"type": "ComparisonError", "message": ERROR}]));
    tokio::join!(check(&world, "180", 1, &says), answers(&world, "umbrella", status));
    let trace = world.trace();
    assert_eq!((&trace["status"], &trace["error"]["step"]), (&json!("failed"), &json!("repo-access")));
    assert_eq!(step(&world)["status"], "failed");
    assert!(trace["error"]["hint"].is_string(), "{}", trace["error"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_error_of_another_repository_is_no_error() {
    let world = nobody_looks().await;
    let conditions = json!({"conditions": [{"type": "ComparisonError", "message": ERROR}]});
    application(&world, "other", "https://git.example.com/other.git", conditions).await;
    check(&world, "0", 0, &["no Application uses this repository"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_was_broken_meanwhile_is_found_out() {
    let world = World::without_vault().await;
    let go = world.sandbox.home().join("go");
    let text = format!(
        "#!/bin/sh\necho at work\nwhile [ ! -e '{}' ]; do sleep 0.05; done\nexec python3 -B scripts/bootstrap.py\n",
        go.display()
    );
    let script = File::executable(SCRIPT, text);
    world.sandbox.git.commit(PRIVATE, &[script], "waits to be let go").await.unwrap();
    let child = world.command(&["run", "demo"]).start();
    world.script_says("at work").await;
    let (username, url) = (world.sandbox.git.login().0, world.sandbox.repo_url());
    let data =
        [("type", "git"), ("url", url.as_str()), ("username", username.as_str()), ("password", "wrong")];
    let broken = argocd_secret("gitops-repo", "repository", &data);
    world.sandbox.cluster.put_as(&broken, "kubectl-edit").await.unwrap();
    fs_err::write(go, "").unwrap();
    let ran = world.command(&[]).finish(child).await.exits(1);
    ran.says(&["bitiq-umbrella-sno", "ComparisonError", "authentication"]);
    assert_eq!(world.steps()["script"], "changed");
    // The next run mends the login.
    world.run(&["repo-creds", "demo"]).await.exits(0);
    assert_eq!(secret(&world, "gitops-repo").await.unwrap()["password"], world.sandbox.git.login().1);
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_is_a_warning_after_the_time_limit() {
    let world = nobody_looks().await;
    application(&world, "umbrella", &world.sandbox.repo_url(), json!({})).await;
    let says = ["warning:", "Argo CD did not report within 1.0s", "umbrella has no status yet"];
    check(&world, "1", 0, &says).await;
    assert_eq!(step(&world)["status"], "unchanged");
    let warnings = world.trace()["warnings"].to_string();
    assert!(warnings.contains("umbrella has no status yet"), "{warnings}");
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_is_a_failure_where_every_warning_is_one() {
    let world = nobody_looks().await;
    let run = world.command(&["run", "demo", "--skip-script", "--strict", "--repo-access-timeout=1"]);
    run.ran().await.exits(1).says(&["PREFLIGHT-025", "--strict"]);
    assert_eq!(world.trace()["status"], "failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_patience_it_looks_once() {
    let world = nobody_looks().await;
    let says =
        ["warning:", "was not asked (GITOPS_REPO_ACCESS_TIMEOUT=0)", "no Application uses this repository"];
    check(&world, "0", 0, &says).await;
    let conditions = json!([]);
    application(&world, "umbrella", &world.sandbox.repo_url(), compared("Synced", conditions)).await;
    check(
        &world,
        "0",
        0,
        &["warning:", "umbrella was last compared at 2999-01-01T00:00:00Z, maybe before this run"],
    )
    .await;
    let conditions = json!([{"type": "ComparisonError", "message": ERROR}]);
    application(&world, "umbrella", &world.sandbox.repo_url(), compared("Unknown", conditions)).await;
    check(&world, "0", 1, &[ERROR, "usually the login"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_of_before_the_run_is_no_proof_and_a_new_one_is() {
    let world = nobody_looks().await;
    let old = json!({"sync": {"status": "Synced"}, "reconciledAt": "2026-01-01T00:00:00Z"});
    application(&world, "umbrella", &world.sandbox.repo_url(), old).await;
    check(&world, "1", 0, &["warning:", "Argo CD did not report within 1.0s"]).await;
    let world = nobody_looks().await;
    application(&world, "umbrella", &world.sandbox.repo_url(), compared("Unknown", json!([]))).await;
    let mut new = compared("Synced", json!([]));
    new["reconciledAt"] = json!("2999-01-01T00:00:01Z");
    let says = ["Argo CD reads the repository (umbrella)"];
    tokio::join!(check(&world, "180", 0, &says), answers(&world, "umbrella", new));
    assert_eq!(world.trace()["warnings"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn argo_cd_is_asked_on_every_run_and_that_is_no_change() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0).says(&["Argo CD reads the repository (bitiq-umbrella-sno)"]);
    let before = world.sandbox.cluster.requests().len();
    world.run(&["run", "demo"]).await.exits(0).says(&["Argo CD reads the repository (bitiq-umbrella-sno)"]);
    let asked = |request: &sandbox::cluster::Request| {
        request.method == "PATCH"
            && request.user_agent.starts_with("bitiq")
            && request.path.contains("/applications/")
    };
    let requests = world.sandbox.cluster.requests();
    assert!(requests[before..].iter().any(asked), "{requests:#?}");
    assert_eq!(world.steps()["repo-access"], "unchanged");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_argo_cd_that_is_said() {
    let world = World::of(Options { vault: false, argocd: false, ..options() }).await;
    check(&world, "180", 0, &["applications.argoproj.io", "Argo CD is not installed yet"]).await;
    assert_eq!(step(&world)["status"], "skipped");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_that_argo_cd_does_not_know_is_told_as_the_cause() {
    let world = World::of(Options { vault: false, argocd: false, ..options() }).await;
    let kubeconfig = world.sandbox.cluster.kubeconfig(&User::Admin).unwrap();
    let without_it = sandbox::argocd::Settings { ca_file: None, ..Default::default() };
    let _argo_cd =
        sandbox::argocd::ArgoCd::start(&kubeconfig, &options().programs, without_it).await.unwrap();
    let ran = world.run(&["run", "demo"]).await.exits(1);
    ran.says(&["ARGOCD-024", "configmap/argocd-tls-certs-cm", "--from-file"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_and_an_authority_that_the_cluster_has_are_pointed_out() {
    let world = nobody_looks().await;
    let schema = json!({"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}});
    let definition = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "proxies.config.openshift.io"},
        "spec": {"group": "config.openshift.io", "scope": "Cluster",
            "names": {"kind": "Proxy", "listKind": "ProxyList", "plural": "proxies", "singular": "proxy"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": schema}]}});
    let cluster = &world.sandbox.cluster;
    cluster.put(&definition).await.unwrap();
    let proxy = json!({"apiVersion": "config.openshift.io/v1", "kind": "Proxy", "metadata": {"name": "cluster"},
        "spec": {"trustedCA": {"name": "user-ca-bundle"}}, "status": {"httpsProxy": "http://proxy.corp:3128"}});
    while cluster.put(&proxy).await.is_err() {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    check(&world, "0", 0, &["no Application uses this repository"]).await;
    assert!(
        !world.trace()["warnings"].to_string().contains("user-ca-bundle"),
        "Argo CD is not installed yet"
    );
    let labels = json!({"app.kubernetes.io/component": "repo-server"});
    let template =
        json!({"metadata": {"labels": labels}, "spec": {"containers": [{"name": "server", "image": "x"}]}});
    let repo_server = json!({"apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "openshift-gitops-repo-server", "namespace": NAMESPACE, "labels": labels},
        "spec": {"selector": {"matchLabels": labels}, "template": template}});
    cluster.put(&repo_server).await.unwrap();
    let says = ["ConfigMap openshift-config/user-ca-bundle", "argocd-tls-certs-cm"];
    world.run(&["plan", "demo"]).await.exits(0).says(&says);
    check(&world, "0", 0, &says).await;
    let warnings = world.trace()["warnings"].to_string();
    assert_eq!(warnings.matches("argocd-tls-certs-cm has no key").count(), 1, "told once: {warnings}");
    application(&world, "umbrella", &world.sandbox.repo_url(), compared("Synced", json!([]))).await;
    world.run(&["plan", "demo"]).await.exits(0).never_says(&says);
}
