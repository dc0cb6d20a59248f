//! An OpenShift that was destroyed and made anew under the same name: another id, another infraID.

use sandbox::{Options, openshift};
use serde_json::{Value, json};

use crate::support::clock::another_second;
use crate::support::objects::{NAMESPACE, object};
use crate::support::sandbox::{World, options, vault};

async fn openshift(vault: bool) -> World {
    let first = openshift::Options { infra_suffix: Some("aaaaa".into()), ..Default::default() };
    World::of(Options { vault, openshift: Some(first), ..options() }).await
}

fn live(world: &World) -> (Value, Value) {
    let kubernetes = &world.newest_trace()["kubernetes"];
    (kubernetes["cluster_id"].clone(), kubernetes["infra_id"].clone())
}

async fn record(world: &World) -> Value {
    let path = format!("/api/v1/namespaces/{NAMESPACE}/configmaps/bitiq-bootstrap");
    object(world, &path).await.unwrap()["data"].clone()
}

async fn mark(world: &World) -> Value {
    let path = format!("/api/v1/namespaces/{NAMESPACE}/secrets/gitops-repo");
    object(world, &path).await.unwrap()["metadata"]["annotations"]["bitiq.io/infra-id"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn reviewer_mount_secret_and_record_are_renewed_and_the_trace_says_both_ids() {
    let test = "reviewer_mount_secret_and_record_are_renewed_and_the_trace_says_both_ids";
    if sandbox::vault_left_out(test) {
        return;
    }
    let mut world = openshift(true).await;
    world.run(&["run", "demo"]).await.exits(0);
    let old = live(&world);
    assert_eq!(old.1, "demo-aaaaa");
    let fingerprint = record(&world).await["vault_fingerprint"].clone();
    world.sandbox.recreate().await.unwrap();
    another_second().await;
    let ran = world.run(&["run", "demo"]).await.exits(0);
    let new = live(&world);
    assert_ne!(old, new);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    ran.says(&[
        &format!("the cluster was recreated: its id was {}, it is {}", text(&old.0), text(&new.0)),
        &format!("its infraID was demo-aaaaa, it is {}", text(&new.1)),
    ]);
    let expect = json!({"cluster_id": old.0, "infra_id": "demo-aaaaa", "seen_in": "trace"});
    assert_eq!(world.trace()["kubernetes"]["recreated_from"], expect);
    for step in ["vault-auth", "repo-creds", "record"] {
        assert_eq!(world.steps()[step], "changed", "{step}");
    }
    let now = record(&world).await;
    assert_eq!((&now["cluster_id"], &now["infra_id"]), (&new.0, &new.1));
    assert_ne!(now["vault_fingerprint"], fingerprint);
    assert_eq!(mark(&world).await, new.1);
    let config = vault(&world).api("GET", "auth/kubernetes/config", None).await.unwrap();
    let ca = text(&config["data"]["kubernetes_ca_cert"]);
    assert_eq!(ca.trim(), world.sandbox.cluster.ca_pem().trim());
    // for people
    world.run(&["trace", "demo"]).await.exits(0).says(&["recreated", "its infraID was demo-aaaaa"]);
    another_second().await;
    world.run(&["run", "demo"]).await.exits(0).never_says(&["was recreated"]);
    assert_eq!(world.trace()["kubernetes"].get("recreated_from"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_infra_id_that_the_teardown_left_is_enough_to_recognise_it() {
    let mut world = openshift(false).await;
    world.run(&["repo-creds", "demo"]).await.exits(0);
    // What the teardown writes; and nothing else is left of the first life.
    fs_err::write(world.sandbox.work().join("infraID"), "demo-aaaaa").unwrap();
    fs_err::remove_dir_all(world.sandbox.work().join("runs")).unwrap();
    world.run(&["plan", "demo"]).await.exits(0).never_says(&["was recreated"]);
    world.sandbox.recreate().await.unwrap();
    world.run(&["repo-creds", "demo"]).await.exits(0).says(&["its infraID was demo-aaaaa, it is demo-"]);
    let expect = json!({"cluster_id": null, "infra_id": "demo-aaaaa", "seen_in": "infraID"});
    assert_eq!(world.newest_trace()["kubernetes"]["recreated_from"], expect);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_step_after_a_recreate_leaves_it_open_for_the_other_systems() {
    let test = "a_single_step_after_a_recreate_leaves_it_open_for_the_other_systems";
    if sandbox::vault_left_out(test) {
        return;
    }
    let mut world = openshift(true).await;
    world.run(&["run", "demo"]).await.exits(0);
    world.sandbox.recreate().await.unwrap();
    another_second().await;
    world.run(&["repo-creds", "demo"]).await.exits(0).says(&["the cluster was recreated"]);
    another_second().await;
    // Its own system is done.
    world.run(&["repo-creds", "demo"]).await.exits(0).never_says(&["was recreated"]);
    another_second().await;
    world.run(&["run", "demo"]).await.exits(0).says(&["the cluster was recreated"]);
    assert_eq!(world.trace()["kubernetes"]["recreated_from"]["seen_in"], "trace");
    another_second().await;
    world.run(&["run", "demo"]).await.exits(0).never_says(&["was recreated"]);
}

/// A certificate that signs nothing here, PEM.
async fn some_certificate() -> String {
    sandbox::cluster::Cluster::start(Default::default()).await.unwrap().ca_pem()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_beside_the_cluster_s_own_is_no_recreate() {
    let test = "a_renewed_certificate_beside_the_cluster_s_own_is_no_recreate";
    if sandbox::vault_left_out(test) {
        return;
    }
    let world = openshift(true).await;
    let own = world.sandbox.cluster.ca_pem();
    let file = world.sandbox.root().join("bundle.pem");
    let with_bundle =
        |arguments: &[&str]| world.command(arguments).env("VAULT_KUBERNETES_CA_CERT", file.to_str().unwrap());
    fs_err::write(&file, format!("{own}{}", some_certificate().await)).unwrap();
    with_bundle(&["run", "demo"]).ran().await.exits(0);
    let path = "auth/kubernetes/config";
    let mut config = vault(&world).api("GET", path, None).await.unwrap()["data"].clone();
    config["issuer"] = "https://kubernetes.default.svc".into();
    config["token_reviewer_jwt"] = "another".into();
    vault(&world).api("POST", path, Some(config)).await.unwrap();
    // Nothing on this machine knows of the run.
    fs_err::remove_dir_all(world.sandbox.work().join("runs")).unwrap();
    fs_err::remove_file(world.sandbox.work().join("gitops-bootstrap.json")).unwrap();
    fs_err::write(&file, format!("{}{own}", some_certificate().await)).unwrap();
    let ran = with_bundle(&["verify", "demo", "-o", "json"]).ran().await.exits(0);
    assert_eq!(ran.json()["counts"]["failed"], 0, "{}", ran.stdout);
    with_bundle(&["run", "demo"]).ran().await.exits(0).never_says(&["recreated"]);
    assert_eq!(world.trace()["kubernetes"].get("recreated_from"), None);
    let config = vault(&world).api("GET", path, None).await.unwrap()["data"].clone();
    assert_eq!(config["issuer"], "https://kubernetes.default.svc");
    let held = config["kubernetes_ca_cert"].as_str().unwrap().trim().to_owned();
    assert_eq!(held, fs_err::read_to_string(&file).unwrap().trim());
}
