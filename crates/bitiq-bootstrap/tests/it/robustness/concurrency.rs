//! One run at a time, in this folder and on this cluster; and writes of others beside it.

use std::process::Command;
use std::time::Duration;

use rustix::process::{Signal, getpgid, kill_process_group};
use sandbox::faults::Fault;
use sandbox::git_host::{File, PRIVATE};
use sandbox::gitops_repo::SCRIPT;
use serde_json::{Value, json};
use tokio::process::Child;

use crate::support::assert::{refused, writes};
use crate::support::child::{tell, until};
use crate::support::lease::hold;
use crate::support::sandbox::{World, left_out_on_a_real_cluster};

/// A run whose script is at work and does not end by itself.
async fn at_work(world: &World) -> Child {
    let run = world.command(&["run", "demo"]).env("USER", "ops");
    let child = run.env("SANDBOX_SCRIPT", "background,say=at work,hang").start();
    world.script_says("at work").await;
    child
}

async fn end(world: &World, child: Child) {
    tell(&child, Signal::TERM);
    world.command(&[]).finish(child).await.exits(143);
}

/// This machine's name, as the program knows it.
#[expect(clippy::disallowed_methods, reason = "tests ask as a user does")]
fn this_machine() -> String {
    let output = Command::new("uname").arg("-n").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_run_is_told_who_where_and_since_when() {
    let world = World::without_vault().await;
    let first = at_work(&world).await;
    let trace = world.trace();
    let by = format!(
        "{} by ops@{} (process {}) since ",
        trace["run_id"].as_str().unwrap(),
        this_machine(),
        first.id().unwrap(),
    );
    let second = world.run(&["run", "demo"]).await.exits(4);
    let second = second.says(&["another run holds this cluster", &by, "--wait-lock"]);
    // It took the lock a moment after it began.
    let moment = |text: &str| text.split_whitespace().next().unwrap().parse::<jiff::Timestamp>().unwrap();
    let since = moment(second.stderr.split_once(&by).unwrap().1);
    let began = moment(trace["timestamp"].as_str().unwrap());
    assert!((0..60).contains(&since.duration_since(began).as_secs()), "{began} {since}");
    assert_eq!(world.trace()["run_id"], trace["run_id"], "the trace of the one at work stays");
    assert_eq!(world.newest_trace()["exit_code"], 4);
    for command in ["vault-auth", "repo-creds"] {
        world.run(&[command, "demo"]).await.exits(4);
    }
    world.run(&["plan", "demo"]).await.exits(0);
    end(&world, first).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_goes_on_when_the_first_one_ended() {
    let world = World::without_vault().await;
    let first = at_work(&world).await;
    let second = world.command(&["run", "demo", "--wait-lock", "10m"]).start();
    // It waits all that while.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let runs = || world.runs().len();
    assert_eq!(runs(), 1, "the second one has written nothing yet");
    end(&world, first).await;
    let second = world.command(&[]).finish(second).await.exits(0);
    let time = second.stdout.lines().find(|line| line.contains(" time ")).unwrap();
    assert!(time.contains("lock "), "the wait is where time went: {time}");
    assert_eq!(runs(), 2);
    assert_eq!(world.trace()["status"], "succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_start_together_one_runs() {
    let world = World::without_vault().await;
    let run = world.command(&["run", "demo"]).env("SANDBOX_SCRIPT", "sleep=1");
    let (one, other) = tokio::join!(run.ran(), run.ran());
    let mut codes = [one.code, other.code];
    codes.sort_unstable();
    assert_eq!(codes, [0, 4], "{}\n{}", one.stderr, other.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_run_held_is_taken_over_at_once() {
    let world = World::without_vault().await;
    let mut first = at_work(&world).await;
    let held_by = world.lease_holder().await.unwrap();
    first.kill().await.unwrap();
    assert_eq!(world.lease_holder().await, Some(held_by), "nobody let it go");
    let script = world.number_after("background process ");
    let script = rustix::process::Pid::from_raw(script.try_into().unwrap());
    kill_process_group(getpgid(script).unwrap(), Signal::KILL).unwrap();
    let ran = world.run(&["run", "demo"]).await.exits(0);
    ran.says(&["took over the Lease of an earlier run in this folder that did not end"]);
    assert_eq!(world.lease_holder().await, None);
}

/// Exit code 4, these words, and the cluster is left as it was.
async fn check_held(world: &World, says: &[&str]) {
    let before = world.lease().await;
    world.run(&["run", "demo"]).await.exits(4).says(&["LOCK-002"]).says(says);
    assert_eq!(writes(world), Vec::<String>::new());
    assert!(!world.has_trace() && !world.sandbox.work().join("gitops-src").exists());
    assert_eq!(world.newest_trace()["exit_code"], 4);
    assert_eq!(world.lease().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_of_another_machine_is_respected() {
    let world = World::without_vault().await;
    hold(&world, "bastion", "/srv/clusters/demo/.work").await;
    let by = "20261123T193300Z-0a1b2c by eve@elsewhere in bastion:/srv/clusters/demo/.work since 2026-11-23T19:33:00Z";
    check_held(&world, &[by, "--wait-lock 30m", "a dead one is taken over after 60 s"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_of_another_folder_of_this_machine_is_respected() {
    let world = World::without_vault().await;
    hold(&world, &this_machine(), "/srv/clusters/demo/.work").await;
    check_held(&world, &["/srv/clusters/demo/.work"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_of_this_very_folder_is_a_dead_runs() {
    let world = World::without_vault().await;
    let folder = fs_err::canonicalize(world.sandbox.work()).unwrap();
    hold(&world, &this_machine(), &folder.to_string_lossy()).await;
    world.run(&["run", "demo"]).await.exits(0).says(&["took over the Lease"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_lost_its_lease_stops_before_its_next_step() {
    let world = World::without_vault().await;
    let go = world.sandbox.home().join("go");
    let text = format!("#!/bin/sh\necho at work\nwhile [ ! -e '{}' ]; do sleep 0.05; done\n", go.display());
    let script = File::executable(SCRIPT, text);
    world.sandbox.git.commit(PRIVATE, &[script], "waits to be let go").await.unwrap();
    let child = world.command(&["run", "demo"]).start();
    world.script_says("at work").await;
    let mut lease: Value = world.lease().await.unwrap();
    lease["spec"]["holderIdentity"] = json!("20261123T193300Z-0a1b2c");
    world.sandbox.cluster.put(&lease).await.unwrap();
    fs_err::write(go, "").unwrap();
    let ran = world.command(&[]).finish(child).await.exits(1);
    ran.says(&["LOCK-003", "lost the Lease bitiq-bootstrap", "bitiq-bootstrap check demo"]);
    let (trace, steps) = (world.trace(), world.steps());
    assert_eq!((&trace["status"], &trace["error"]["step"]), (&json!("failed"), &json!("lock")));
    assert_eq!((steps["script"].as_str(), steps["repo-access"].as_str()), ("changed", "pending"));
    assert_eq!(world.lease_holder().await.as_deref(), Some("20261123T193300Z-0a1b2c"), "it is another's now");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_ended_let_go_of_both_locks() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    assert_eq!(world.lease_holder().await, None);
    world
        .run(&["run", "demo", "--skip-script"])
        .await
        .exits(0)
        .never_says(&["took over", "waiting for the Lease"]);
}

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
