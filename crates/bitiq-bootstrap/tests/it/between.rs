//! What another writes between our look and our lock, and a ref that moved since somebody looked.

use std::time::Duration;

use sandbox::faults::Fault;
use serde_json::json;

use crate::evidence::refused;
use crate::running::until;
use crate::world::{World, left_out_on_a_real_cluster};

#[tokio::test(flavor = "multi_thread")]
async fn what_another_wrote_before_we_held_the_lock_is_seen() {
    if left_out_on_a_real_cluster("what_another_wrote_before_we_held_the_lock_is_seen") {
        return;
    }
    let world = World::without_vault().await;
    let cluster = &world.sandbox.cluster;
    let slow = Fault::delay(Duration::from_secs(3)).method("POST").contains("/leases").times(1);
    cluster.faults().unwrap().add(slow);
    let run = world.command(&["run", "demo"]);
    let child = run.start();
    let asks_for_the_lease = || {
        cluster.requests().iter().any(|request| request.method == "POST" && request.path.contains("/leases"))
    };
    until("the run asks for its Lease", asks_for_the_lease).await;
    let record = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": "bitiq-bootstrap", "namespace": "openshift-gitops" },
        "data": { "cluster": "another" },
    });
    cluster.put(&record).await.unwrap();
    run.finish(child).await.exits(1).says(&["ConfigMap openshift-gitops/bitiq-bootstrap", "another"]);
    let secret = "/api/v1/namespaces/openshift-gitops/secrets/gitops-repo";
    assert!(cluster.object(secret).await.unwrap().is_none(), "nothing was written once that was seen");
    assert!(!world.sandbox.work().join("gitops-src").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ref_that_left_the_expected_commit_is_refused() {
    let world = World::without_vault().await;
    let wanted = "0123456789012345678901234567890123456789";
    refused(&world, world.command(&["run", "demo", "--commit", wanted]), &["main is at", wanted, "--commit"])
        .await;
    let plan = world.run(&["plan", "demo", "-o", "json"]).await.exits(0).json();
    let commit = plan["facts"]["git_sha"].as_str().unwrap();
    world.run(&["run", "demo", "--commit", commit]).await.exits(0);
}
