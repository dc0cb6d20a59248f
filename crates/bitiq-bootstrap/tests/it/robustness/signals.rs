//! Told to end, at any moment: the exit code, the trace, the locks, the script's processes, and that the next run
//! carries on.

use std::time::Duration;

use rustix::process::Signal;
use sandbox::faults::{Fault, Faults};
use serde_json::json;
use tokio::process::Child;

use crate::support::assert::writes;
use crate::support::child::{hear, lives, tell, until};
use crate::support::objects::make_namespace;
use crate::support::process::Ran;
use crate::support::sandbox::{World, left_out_on_a_real_cluster, options};
use crate::support::terminal::Terminal;

/// Longer than any time limit of the program's own: only the signal ends what is delayed so much.
const NEVER: Duration = Duration::from_secs(600);

/// Tells the run to end; it does, with the signal's exit code, and says so in its trace.
async fn check_ends(world: &World, child: Child, signal: Signal) -> Ran {
    tell(&child, signal);
    let (code, words) = match signal {
        Signal::INT => (130, "interrupted (SIGINT)"),
        _ => (143, "terminated (SIGTERM)"),
    };
    let ran = world.command(&[]).finish(child).await.exits(code);
    let ran = ran.says(&[words, "run the same command again"]);
    let trace = world.newest_trace();
    assert_eq!((&trace["status"], &trace["exit_code"]), (&json!("interrupted"), &json!(code)));
    assert!(trace["error"]["message"].as_str().unwrap().contains(words));
    assert!(trace["steps"].as_array().unwrap().iter().all(|step| step["status"] != "running"));
    assert_eq!(world.lease_holder().await, None, "the Lease is let go");
    ran
}

/// Nothing was written, and a second run succeeds.
async fn check_untouched_and_carries_on(world: &World, faults: &Faults) {
    assert!(!world.has_trace());
    assert!(!world.sandbox.work().join("gitops-src").exists());
    assert_eq!(writes(world), Vec::<String>::new());
    faults.clear();
    world.run(&["run", "demo"]).await.exits(0);
    assert_eq!(world.trace()["status"], "succeeded");
}

async fn check_while_the_cluster_is_silent(path: &str, signal: Signal) {
    let world = World::without_vault().await;
    let faults = world.sandbox.cluster.faults().unwrap();
    faults.add(Fault::delay(NEVER).prefix(path));
    let child = world.command(&["run", "demo"]).start();
    let asked = || world.sandbox.cluster.requests().iter().any(|request| request.path.starts_with(path));
    until("the cluster to be asked", asked).await;
    check_ends(&world, child, signal).await;
    check_untouched_and_carries_on(&world, faults).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_a_silent_cluster_is_interrupted() {
    if !left_out_on_a_real_cluster("a_look_at_a_silent_cluster_is_interrupted") {
        check_while_the_cluster_is_silent("/version", Signal::INT).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_about_rights_is_terminated() {
    if !left_out_on_a_real_cluster("a_question_about_rights_is_terminated") {
        check_while_the_cluster_is_silent("/apis/authorization.k8s.io", Signal::TERM).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_a_silent_vault_is_interrupted() {
    let Some(world) = World::with_vault("a_look_at_a_silent_vault_is_interrupted").await else { return };
    let faults = world.sandbox.vault.as_ref().unwrap().faults();
    faults.add(Fault::delay(NEVER));
    let mut child = world.command(&["run", "demo"]).start();
    hear(&mut child, "✓ cluster").await;
    check_ends(&world, child, Signal::INT).await;
    check_untouched_and_carries_on(&world, faults).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_a_silent_git_host_is_terminated() {
    let world = World::without_vault().await;
    world.sandbox.git.faults().add(Fault::delay(NEVER));
    let mut child = world.command(&["run", "demo"]).start();
    hear(&mut child, "✓ cluster").await;
    check_ends(&world, child, Signal::TERM).await;
    check_untouched_and_carries_on(&world, world.sandbox.git.faults()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wait_for_another_run_in_this_folder_is_interrupted() {
    let world = World::without_vault().await;
    let first = world.command(&["run", "demo"]).env("SANDBOX_SCRIPT", "say=at work,hang").start();
    world.script_says("at work").await;
    let mut second = world.command(&["run", "demo", "--wait-lock", "1h"]).start();
    hear(&mut second, "waiting ").await;
    tell(&second, Signal::INT);
    world.command(&[]).finish(second).await.exits(130);
    assert!(world.lease_holder().await.is_some(), "the first one still holds it");
    assert_eq!(world.newest_trace()["status"], "interrupted");
    tell(&first, Signal::INT);
    world.command(&[]).finish(first).await.exits(130);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wait_for_a_lease_is_interrupted() {
    let world = World::without_vault().await;
    make_namespace(&world, "openshift-gitops").await;
    let metadata = json!({"name": "bitiq-bootstrap", "namespace": "openshift-gitops"});
    let spec = json!({"holderIdentity": "another", "leaseDurationSeconds": 60});
    let lease =
        json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec});
    world.sandbox.cluster.put(&lease).await.unwrap();
    let mut child = world.command(&["run", "demo", "--wait-lock", "1h"]).start();
    hear(&mut child, " for the Lease held by another").await;
    tell(&child, Signal::INT);
    world.command(&[]).finish(child).await.exits(130);
    assert_eq!(world.lease_holder().await.as_deref(), Some("another"));
    assert_eq!(world.newest_trace()["status"], "interrupted");
}

async fn check_script_ends(signal: Signal) {
    let world = World::without_vault().await;
    let run = world.command(&["run", "demo"]);
    let child = run.env("SANDBOX_SCRIPT", "background,slow-term=0.5,say=at work,hang").start();
    world.script_says("at work").await;
    check_ends(&world, child, signal).await.says(&["stopping the script (up to 30s"]);
    let log = world.log();
    assert!(log.contains(&format!("ending after signal {}", signal.as_raw())), "{log}");
    assert!(log.contains("ended in good order"), "it had its time: {log}");
    assert!(!lives(world.number_after("background process ")), "the whole group was ended");
    assert_eq!(world.steps()["script"], "failed");
    world.run(&["run", "demo"]).await.exits(0);
    assert_eq!(world.steps()["repo-creds"], "unchanged");
}

/// Its grace period is 30 seconds, and it would make use of all of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_does_not_end_is_killed_by_a_second_signal_and_the_run_ends_in_good_order() {
    let world = World::without_vault().await;
    let run = world.command(&["run", "demo"]);
    let mut child = run.env("SANDBOX_SCRIPT", "background,slow-term=600,say=at work,hang").start();
    world.script_says("at work").await;
    tell(&child, Signal::INT);
    hear(&mut child, "press Ctrl-C again to kill it").await;
    // What comes at once is the first signal once more, passed on by a shell.
    tokio::time::sleep(Duration::from_secs(1)).await;
    check_ends(&world, child, Signal::INT).await.says(&["PROCESS-026"]);
    assert!(!world.log().contains("ended in good order"), "{}", world.log());
    assert!(!lives(world.number_after("background process ")), "the whole group was killed");
    world.run(&["run", "demo"]).await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_script_and_all_its_children_are_interrupted() {
    check_script_ends(Signal::INT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_script_and_all_its_children_are_terminated() {
    check_script_ends(Signal::TERM).await;
}

/// Runs in a terminal that is closed while this script is at work. Gives the exit code.
async fn in_a_terminal_that_is_closed(world: &World, script: &str, signal: Option<Signal>) -> i32 {
    let run = world.command(&["run", "demo"]).env("SANDBOX_SCRIPT", script);
    let run = run.env("TERM", "xterm-256color").env("LANG", "C.UTF-8");
    let closed = move || Terminal::new(100).closed_after(&run, "at work", signal);
    tokio::task::spawn_blocking(closed).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_terminal_is_closed_ends_in_good_order() {
    let world = World::without_vault().await;
    let script = "background,say=at work,hang";
    assert_eq!(in_a_terminal_that_is_closed(&world, script, Some(Signal::HUP)).await, 143);
    let trace = world.newest_trace();
    assert_eq!((&trace["status"], &trace["exit_code"]), (&json!("interrupted"), &json!(143)));
    assert!(trace["error"]["message"].as_str().unwrap().contains("terminated (SIGHUP)"), "{trace}");
    assert!(trace["steps"].as_array().unwrap().iter().all(|step| step["status"] != "running"));
    assert_eq!(world.lease_holder().await, None, "the Lease is let go");
    assert!(!lives(world.number_after("background process ")), "the whole group was ended");
    world.run(&["run", "demo"]).await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_loses_its_terminal_and_is_sent_no_signal_carries_on() {
    let world = World::without_vault().await;
    let script = "say=at work,sleep=1,say=still at work";
    // What it did could not be told to its end.
    assert_eq!(in_a_terminal_that_is_closed(&world, script, None).await, 1);
    let trace = world.newest_trace();
    assert_eq!((&trace["status"], &trace["exit_code"]), (&json!("succeeded"), &json!(0)));
    assert!(world.log().contains("still at work"), "{}", world.log());
    assert_eq!(world.lease_holder().await, None, "the Lease is let go");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_gets_no_answer_is_interrupted() {
    if left_out_on_a_real_cluster("a_write_that_gets_no_answer_is_interrupted") {
        return;
    }
    let world = World::without_vault().await;
    let faults = world.sandbox.cluster.faults().unwrap();
    faults.add(Fault::delay(NEVER).method("POST").contains("/openshift-gitops/secrets"));
    let child = world.command(&["run", "demo"]).start();
    let sent = || {
        world
            .sandbox
            .cluster
            .requests()
            .iter()
            .any(|request| request.path.contains("/openshift-gitops/secrets") && request.method == "POST")
    };
    until("the Secret to be sent", sent).await;
    check_ends(&world, child, Signal::INT).await;
    assert_eq!(world.steps()["repo-creds"], "failed");
    faults.clear();
    world.run(&["run", "demo"]).await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wait_for_argo_cd_is_interrupted() {
    let world = World::of(sandbox::Options { vault: false, argocd: false, ..options() }).await;
    let kubeconfig = world.sandbox.cluster.kubeconfig(&sandbox::cluster::User::Admin).unwrap();
    sandbox::argocd::install_kinds(&kubeconfig).await.unwrap();
    let mut child = world.command(&["run", "demo"]).start();
    hear(&mut child, " for Application bitiq-umbrella-sno").await;
    check_ends(&world, child, Signal::INT).await;
    let steps = world.steps();
    assert_eq!((steps["script"].as_str(), steps["repo-access"].as_str()), ("changed", "failed"));
    world.run(&["run", "demo", "--repo-access-timeout", "0"]).await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whenever_it_is_interrupted_the_trace_is_whole_and_the_next_run_succeeds() {
    let name = "whenever_it_is_interrupted_the_trace_is_whole_and_the_next_run_succeeds";
    let Some(world) = World::with_vault(name).await else { return };
    for tenths in 0..12 {
        let child = world.command(&["run", "demo"]).start();
        // The moment is meant to be any moment.
        tokio::time::sleep(Duration::from_millis(120 * tenths)).await;
        tell(&child, if tenths % 2 == 0 { Signal::INT } else { Signal::TERM });
        let ran = world.command(&[]).finish(child).await;
        // -1: the signal came before anyone listened.
        assert!([130, 143, 0, -1].contains(&ran.code), "after {tenths}: {} {}", ran.code, ran.stderr);
        if world.has_trace() {
            let status = world.trace()["status"].clone();
            assert!([json!("interrupted"), json!("succeeded")].contains(&status), "{status}");
        }
        assert_eq!(world.lease_holder().await, None, "after {tenths}");
    }
    world.run(&["run", "demo"]).await.exits(0);
    assert_eq!(world.trace()["status"], "succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_a_pipe_holds_up_is_ended_all_the_same() {
    let world = World::without_vault().await;
    let pipe = world.sandbox.home().join("pipe").display().to_string();
    let run = world.command(&["run", "demo", "--kubeconfig", &pipe]).after(&format!("mkfifo '{pipe}'"));
    let mut child = run.start();
    hear(&mut child, "this machine").await;
    tell(&child, Signal::INT);
    let ran = world.command(&[]).finish(child).await.exits(130);
    ran.says(&["held up by a file, a pipe or a terminal", "run the same command again"]);
    world.run(&["run", "demo"]).await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_output_nobody_reads_is_ended_with_its_script() {
    let world = World::without_vault().await;
    let script = "background,flood=2";
    let mut child = world.command(&["run", "demo"]).env("SANDBOX_SCRIPT", script).start();
    // More than a pipe takes: the run waits for a reader.
    let (mut before, mut still) = (0, 0);
    let piled_up = || {
        let now = world.log().len();
        still = if now > 30_000 && now == before { still + 1 } else { 0 };
        before = now;
        still > 50
    };
    until("the output to pile up", piled_up).await;
    let left = world.number_after("background process ");
    assert!(lives(left));
    tell(&child, Signal::TERM);
    let status =
        tokio::time::timeout(Duration::from_secs(60), child.wait()).await.expect("it hangs").unwrap();
    assert_eq!(status.code(), Some(143));
    until("the script's processes to go", || !lives(left)).await;
    world.run(&["run", "demo"]).await.exits(0);
}
