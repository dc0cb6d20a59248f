//! What makes Day-1 fail later: told by `check`, awaited by `run --wait-ready`. No name below the sandbox's domain has an
//! address, so what waits for DNS here waits in vain.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::assert::{refused, writes, wrote_nothing};
use crate::support::child::{hear, tell, until};
use crate::support::objects::{apply, make_namespace, object};
use crate::support::openshift::{CHART, openshift};
use crate::support::permissions::{rights, world_of};
use crate::support::report::{check, row};
use crate::support::sandbox::World;

const WORKERS: &str = "workers";
const STORAGE: &str = "default-storage-class";
const CATALOGS: &str = "catalogs";
const DNS: &str = "apps-dns";
const CLASS: &str = "/apis/storage.k8s.io/v1/storageclasses/gp3-csi";

/// Every node, changed.
async fn change_nodes(world: &World, change: impl Fn(&mut Value)) {
    let nodes = world.sandbox.cluster.objects().await.unwrap();
    for mut node in nodes.into_iter().filter(|object| object["kind"] == "Node") {
        change(&mut node);
        world.sandbox.cluster.put(&node).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_openshift_each_need_is_a_row() {
    let world = openshift(CHART, |_| {}).await;
    let ran = check(&world).ran().await.exits(0);
    assert_eq!(row(&ran, WORKERS)["status"], "ok");
    assert_eq!(row(&ran, STORAGE)["finding"], "gp3-csi");
    assert_eq!(row(&ran, CATALOGS)["finding"], "redhat-operators");
    let dns = row(&ran, DNS);
    assert_eq!(dns["status"], "warning");
    assert!(
        dns["details"][0].as_str().unwrap().starts_with("console-openshift-console.apps.demo.example.test: ")
    );
    assert_eq!(row(&ran, "operator")["status"], "ok");
    wrote_nothing(&world);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_ready_is_a_warning_with_a_command_and_fails_under_strict() {
    let slow = Duration::from_secs(3600);
    let world = openshift(CHART, |options| options.catalogs = slow).await;
    change_nodes(&world, |node| node["spec"]["unschedulable"] = json!(true)).await;
    world.sandbox.cluster.delete(CLASS).await.unwrap();
    let ran = check(&world).ran().await.exits(0);
    for (need, says) in [
        (WORKERS, "is cordoned"),
        (STORAGE, "there is no StorageClass"),
        (CATALOGS, "CatalogSource openshift-marketplace/redhat-operators is "),
    ] {
        let row = row(&ran, need);
        assert_eq!(row["status"], "warning", "{row:#}");
        assert!(row["details"].to_string().contains(says), "{row:#}");
        assert!(row["hint"].is_string() && row["command"].is_string(), "{row:#}");
    }
    let ran = world.run(&["check", "demo", "--strict", "-o", "json"]).await.exits(3);
    assert_eq!(row(&ran, STORAGE)["status"], "failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waited_in_vain_says_for_what_and_wrote_nothing() {
    let world = openshift(CHART, |_| {}).await;
    world.sandbox.cluster.delete(CLASS).await.unwrap();
    let run = world.command(&["run", "demo", "--wait-ready", "4s"]);
    let says = [
        "for the cluster to be ready: a default StorageClass (there is no StorageClass); an address of *.apps (console-",
        "waited 4.0s for a default StorageClass (there is no StorageClass); an address of *.apps (console-",
        "longer --wait-ready",
    ];
    refused(&world, run, &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_while_it_waits_is_no_longer_waited_for() {
    let world = openshift(CHART, |_| {}).await;
    let mut class = object(&world, CLASS).await.unwrap();
    world.sandbox.cluster.delete(CLASS).await.unwrap();
    class["metadata"].as_object_mut().unwrap().retain(|key, _| key == "name" || key == "annotations");
    let run = world.command(&["run", "demo", "--wait-ready", "8s"]);
    let asked = || {
        let requests = world.sandbox.cluster.requests();
        let ours = requests.iter().filter(|request| request.user_agent.starts_with("bitiq-bootstrap/"));
        ours.filter(|request| request.path.contains("/storageclasses")).count() > 1
    };
    let (ran, ()) = tokio::join!(run.ran(), async {
        until("the cluster to be asked a second time", asked).await;
        world.sandbox.cluster.put(&class).await.unwrap();
    });
    let says = [
        "ready: a default StorageClass (there is no StorageClass); an ",
        "waited 8.0s for an address of *.apps",
    ];
    ran.exits(3).says(&says);
    assert_eq!(writes(&world), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_the_wait_at_once() {
    let world = openshift(CHART, |_| {}).await;
    let mut child = world.command(&["run", "demo", "--wait-ready", "10m"]).start();
    hear(&mut child, "for the cluster to be ready: an address of *.apps").await;
    tell(&child, Signal::INT);
    world.command(&[]).finish(child).await.exits(130).says(&["PROCESS-026", "interrupted (SIGINT)"]);
    assert_eq!(writes(&world), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_flag_a_run_waits_for_nothing() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0).never_says(&["waiting for nodes", "an address of *.apps"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_look_is_told_so_before_waiting() {
    let world = world_of(World::without_vault().await, &rights("")).await;
    let ran = check(&world).ran().await.exits(0);
    assert_eq!(row(&ran, WORKERS)["status"], "skipped");
    let run = world.command(&["run", "demo", "--wait-ready", "10m"]);
    refused(&world, run, &["PREFLIGHT-010"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_openshift_too_the_manifests_that_are_printed_are_all_a_user_needs() {
    let world = world_of(openshift(CHART, |_| {}).await, &[]).await;
    make_namespace(&world, "openshift-gitops").await;
    let mut rounds = 0;
    loop {
        let ran = world.run(&["check", "demo", "-o", "json"]).await;
        if ran.code == 0 {
            break;
        }
        rounds += 1;
        let document = ran.json();
        let rows = document["rows"].as_array().unwrap().iter();
        let failed: Vec<_> = rows.filter(|row| row["status"] == "failed").collect();
        assert!(rounds < 4, "{failed:#?}");
        for manifest in failed.iter().filter_map(|row| row["command"].as_str()) {
            apply(&world, manifest).await;
        }
    }
    assert!(rounds > 0);
}
