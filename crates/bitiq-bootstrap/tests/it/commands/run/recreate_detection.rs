//! A cluster that was made anew, recognised by the history or by the mount.

use serde_json::{Value, json};

use crate::support::clock::another_second;
use crate::support::objects::{NAMESPACE, decoded, live_secret, object, secret};
use crate::support::process::Run;
use crate::support::sandbox::{World, vault};

async fn reviewer_jwt(world: &World) -> String {
    decoded(&live_secret(world, "vault-token-reviewer").await["data"]["token"])
}

pub async fn record(world: &World) -> Value {
    let path = format!("/api/v1/namespaces/{NAMESPACE}/configmaps/bitiq-bootstrap");
    object(world, &path).await.unwrap()["data"].clone()
}

/// After a recreate this command ends well, says so, and everything of the old cluster is renewed.
async fn check_recreated(world: &mut World, command: &str) {
    world.run(&[command, "demo"]).await.exits(0);
    let old = (reviewer_jwt(world).await, record(world).await);
    world.sandbox.recreate().await.unwrap();
    another_second().await;
    let run: Run = world.command(&[command, "demo"]).secret(&old.0);
    run.ran().await.exits(0).says(&["the cluster was recreated: its id was"]);
    let new = (reviewer_jwt(world).await, record(world).await);
    assert_ne!(old.0, new.0, "the reviewer's token");
    assert_ne!(old.1["cluster_id"], new.1["cluster_id"]);
    let recreated = world.newest_trace()["kubernetes"]["recreated_from"].clone();
    assert_eq!(recreated, json!({"cluster_id": old.1["cluster_id"], "infra_id": null, "seen_in": "trace"}));
    assert_ne!(old.1["vault_fingerprint"], new.1["vault_fingerprint"]);
    let config = vault(world).api("GET", "auth/kubernetes/config", None).await.unwrap();
    assert_eq!(
        config["data"]["kubernetes_ca_cert"].as_str().unwrap().trim(),
        world.sandbox.cluster.ca_pem().trim()
    );
    another_second().await;
    run.ran().await.exits(0).never_says(&["was recreated"]);
    assert_eq!(world.newest_trace()["kubernetes"].get("recreated_from"), None);
    let work = world.sandbox.work();
    let read = |name: &str| fs_err::read_to_string(work.join(name)).unwrap();
    assert!(work.join("kubeconfig.bak").exists(), "the old kubeconfig is kept");
    assert_ne!(read("kubeconfig"), read("kubeconfig.bak"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recreated_cluster_is_recognised_and_handed_over_anew() {
    let test = "a_recreated_cluster_is_recognised_and_handed_over_anew";
    let Some(mut world) = World::with_vault(test).await else { return };
    check_recreated(&mut world, "run").await;
    let role = world.sandbox.vault_role();
    let login = world.sandbox.log_in_to_vault("kubernetes", &role, (NAMESPACE, "default")).await.unwrap();
    assert_eq!(login.status, 200);
    assert!(secret(&world, "gitops-repo").await.is_some());
    assert_eq!(world.steps()["vault-auth"], "unchanged");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recreated_cluster_is_recognised_by_the_history_alone() {
    let test = "a_recreated_cluster_is_recognised_by_the_history_alone";
    let Some(mut world) = World::with_vault(test).await else { return };
    check_recreated(&mut world, "vault-auth").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_step_after_a_recreate_is_the_newest_of_the_history() {
    let mut world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    world.sandbox.recreate().await.unwrap();
    let recreated = "the cluster was recreated: its id was";
    another_second().await;
    world.run(&["repo-creds", "demo"]).await.exits(0).says(&[recreated]);
    another_second().await;
    world.run(&["run", "demo"]).await.exits(0).never_says(&[recreated]);
    assert_eq!(world.steps()["repo-creds"], "unchanged");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_recognised_a_recreate_and_failed_leaves_it_to_the_next_one() {
    let mut world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    world.sandbox.recreate().await.unwrap();
    let recreated = "the cluster was recreated: its id was";
    another_second().await;
    let run = world.command(&["run", "demo"]);
    run.clone().env("SANDBOX_SCRIPT", "fail=7").ran().await.exits(1).says(&[recreated]);
    another_second().await;
    run.ran().await.exits(0).says(&[recreated]);
    another_second().await;
    run.ran().await.exits(0).never_says(&[recreated]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recreated_cluster_is_recognised_by_the_mount_alone() {
    let test = "a_recreated_cluster_is_recognised_by_the_mount_alone";
    let Some(mut world) = World::with_vault(test).await else { return };
    world.run(&["run", "demo"]).await.exits(0);
    vault(&world).api("POST", "auth/kubernetes/config", Some(json!({
        "kubernetes_host": world.sandbox.cluster.server(), "kubernetes_ca_cert": world.sandbox.cluster.ca_pem(),
        "issuer": "https://old.example.test", "disable_iss_validation": true,
    }))).await.unwrap();
    world.sandbox.recreate().await.unwrap();
    // Another machine: nothing of the first run is there.
    for gone in ["gitops-bootstrap.json", "runs", "gitops-src"] {
        let path = world.sandbox.work().join(gone);
        if path.is_dir() { fs_err::remove_dir_all(path).unwrap() } else { fs_err::remove_file(path).unwrap() }
    }
    world.run(&["plan", "demo"]).await.exits(0).says(&[
        "its CA has no certificate in common with that of",
        "issuer (cleared: it was the old cluster's)",
    ]);
    world.run(&["run", "demo"]).await.exits(0).says(&["the cluster was recreated, or its CA was replaced"]);
    let recreated = world.trace()["kubernetes"]["recreated_from"].clone();
    assert_eq!(recreated, json!({"cluster_id": null, "infra_id": null, "seen_in": "mount"}));
    let config = vault(&world).api("GET", "auth/kubernetes/config", None).await.unwrap()["data"].clone();
    assert_eq!((&config["issuer"], &config["disable_iss_validation"]), (&json!(""), &json!(true)));
}
