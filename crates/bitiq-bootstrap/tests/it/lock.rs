//! One run at a time, in this folder and on this cluster.

use std::process::Command;
use std::time::Duration;

use rustix::process::{Signal, getpgid, kill_process_group};
use sandbox::git_host::{File, PRIVATE};
use sandbox::gitops_repo::SCRIPT;
use serde_json::{Value, json};
use tokio::process::Child;

use crate::evidence::{make_namespace, writes};
use crate::running::tell;
use crate::world::World;

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

/// A Lease that is held by a run on this machine, in this folder.
pub async fn hold(world: &World, machine: &str, folder: &str) {
    make_namespace(world, "openshift-gitops").await;
    let marks = json!({
        "bitiq.io/holder": "eve@elsewhere", "bitiq.io/machine": machine, "bitiq.io/folder": folder,
        "bitiq.io/since": "2026-11-23T19:33:00Z",
    });
    let metadata = json!({"name": "bitiq-bootstrap", "namespace": "openshift-gitops", "annotations": marks});
    let spec = json!({"holderIdentity": "20261123T193300Z-0a1b2c", "leaseDurationSeconds": 60});
    let lease =
        json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec});
    world.sandbox.cluster.put(&lease).await.unwrap();
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
    world.run(&["run", "demo"]).await.exits(4).says(&["another run holds this cluster"]).says(says);
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
    ran.says(&["lost the Lease bitiq-bootstrap", "nothing more was written", "bitiq-bootstrap check demo"]);
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
