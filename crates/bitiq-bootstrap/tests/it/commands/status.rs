//! `status`: where each cluster stands.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::process::{Ran, Run};
use crate::support::sandbox::World;

/// The row of a cluster.
#[track_caller]
fn row(ran: &Ran, cluster: &str) -> Value {
    let report = ran.json();
    let rows = report["clusters"].as_array().unwrap();
    let found = rows.iter().find(|row| row["cluster"] == cluster);
    found.unwrap_or_else(|| panic!("no row of {cluster} in {report:#}")).clone()
}

/// A folder below clusters/ with a cluster.yaml like the sandbox's own.
fn another(world: &World, name: &str) -> PathBuf {
    let folder = world.sandbox.root().join("clusters").join(name);
    fs_err::create_dir_all(folder.join(".work")).unwrap();
    let text = fs_err::read_to_string(world.sandbox.cluster_yaml()).unwrap();
    fs_err::write(folder.join("cluster.yaml"), text).unwrap();
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_is_shown_before_and_after_its_hand_over() {
    let world = World::without_vault().await;
    let before = world.run(&["status", "demo", "-o", "json"]).await.exits(0);
    assert_eq!(
        (&row(&before, "demo")["status"], &row(&before, "demo")["answers"]),
        (&json!("never"), &json!(true))
    );
    world.run(&["run", "demo"]).await.exits(0);
    let after = row(&world.run(&["status", "demo", "-o", "json"]).await.exits(0), "demo");
    let trace = world.trace();
    assert_eq!(
        (&after["status"], &after["env"], &after["repo_ref"]),
        (&json!("succeeded"), &json!("sno"), &json!("main"))
    );
    assert_eq!((&after["git_sha"], &after["timestamp"]), (&trace["git_sha"], &trace["timestamp"]));
    assert_eq!((&after["last_success"], &after["warnings"]), (&trace["timestamp"], &json!(0)));
    world.run(&["status", "demo"]).await.exits(0).says(&[
        "CLUSTER",
        "LAST SUCCESS",
        "demo",
        "succeeded",
        "main",
    ]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_shown_until_the_next_run() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    world.run(&["release", "demo", "--dry-run"]).await.exits(0);
    let status = async || row(&world.run(&["status", "demo", "-o", "json"]).await.exits(0), "demo");
    assert_eq!(status().await["status"], "succeeded");
    world.run(&["release", "demo"]).await.exits(0);
    assert_eq!(status().await["status"], "released");
    world.run(&["status", "demo"]).await.exits(0).says(&["released", "was given back at"]);
    let alone = world.command(&[]).ran().await.exits(0);
    alone.says(&["demo     released     tear it down, or: ", " run demo\n"]);
    world.run(&["verify", "demo"]).await.says(&["skipped released: what it wrote was given back at "]);
    world.run(&["run", "demo"]).await.exits(0);
    assert_eq!(status().await["status"], "succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_died_is_shown_as_interrupted() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let mut trace = world.trace();
    trace["status"] = json!("running");
    fs_err::write(world.sandbox.work().join("gitops-bootstrap.json"), trace.to_string()).unwrap();
    let ran = world.run(&["status", "demo", "-o", "json"]).await.exits(0);
    assert_eq!(row(&ran, "demo")["status"], "interrupted");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_machine_handed_over_is_known_from_the_record() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let git_sha = world.trace()["git_sha"].clone();
    fs_err::remove_file(world.sandbox.work().join("gitops-bootstrap.json")).unwrap();
    let found = row(&world.run(&["status", "demo", "-o", "json"]).await.exits(0), "demo");
    assert_eq!((&found["status"], &found["git_sha"]), (&json!("elsewhere"), &git_sha));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_goes_wrong_with_one_cluster_hides_another() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let broken = another(&world, "broken");
    fs_err::write(broken.join("cluster.yaml"), "name: [").unwrap();
    fs_err::write(broken.join(".work/gitops-bootstrap.json"), "{").unwrap();
    let gone = another(&world, "gone");
    let kubeconfig = fs_err::read_to_string(world.sandbox.work().join("kubeconfig")).unwrap();
    let elsewhere = kubeconfig.replace(&world.sandbox.cluster.server(), "https://127.0.0.1:1");
    fs_err::write(gone.join(".work/kubeconfig"), elsewhere).unwrap();
    another(&world, "_example/one");
    let ran = world.run(&["status", "--all", "-o", "json"]).await.exits(0);
    assert_eq!(row(&ran, "demo")["status"], "succeeded");
    assert_eq!(
        (&row(&ran, "gone")["status"], &row(&ran, "gone")["answers"]),
        (&json!("never"), &json!(false))
    );
    let notes = row(&ran, "broken")["notes"].to_string();
    assert!(
        notes.contains("bitiq-bootstrap validate broken") && notes.contains("gitops-bootstrap.json"),
        "{notes}"
    );
    assert_eq!(ran.json()["clusters"].as_array().unwrap().len(), 3, "examples are no clusters");
    let named = world.run(&["status", "demo", "nowhere", "-o", "json"]).await.exits(2);
    assert_eq!(
        (&row(&named, "demo")["status"], &row(&named, "nowhere")["status"]),
        (&json!("succeeded"), &json!("unknown"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_clusters_that_do_not_answer_are_asked_side_by_side() {
    let world = World::without_vault().await;
    // Whoever connects is never answered.
    let silent = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("https://{}", silent.local_addr().unwrap());
    let kubeconfig = fs_err::read_to_string(world.sandbox.work().join("kubeconfig")).unwrap();
    let kubeconfig = kubeconfig.replace(&world.sandbox.cluster.server(), &address);
    for number in 0..200 {
        let folder = another(&world, &format!("cluster-{number:03}"));
        fs_err::write(folder.join(".work/kubeconfig"), &kubeconfig).unwrap();
    }
    // One after the other they would take ten minutes, and a command of a test has two.
    let ran = world.run(&["status", "--all", "-o", "json"]).await.exits(0);
    assert_eq!(ran.json()["clusters"].as_array().unwrap().len(), 201);
    assert_eq!(row(&ran, "cluster-199")["answers"], false);
    assert_eq!(row(&ran, "demo")["answers"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_without_clusters_says_so() {
    let folder = tempfile::tempdir().unwrap();
    fs_err::create_dir(folder.path().join("clusters")).unwrap();
    Run::bare(folder.path(), &["status"]).ran().await.exits(0).says(&["there is no cluster below clusters/"]);
}
