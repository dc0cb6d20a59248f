//! Where a cluster stands, told by `status`, by the program alone and by `trace`: the same in each, whatever lies in `.work/`.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::clock::another_second;
use crate::support::clusters::clusters;
use crate::support::process::{Ran, Run};
use crate::support::sandbox::World;

/// What the three say.
async fn overview(world: &World) -> [Ran; 3] {
    let status = world.run(&["status", "demo"]).await.exits(0);
    let alone = world.run(&[]).await.exits(0);
    [status, alone, world.run(&["trace", "demo"]).await]
}

fn latest(world: &World) -> std::path::PathBuf {
    world.sandbox.work().join("gitops-bootstrap.json")
}

/// A run of this name and command beside the others, made of the latest trace.
fn plant(world: &World, run_id: &str, change: impl Fn(&mut Value)) {
    let mut trace = world.trace();
    trace["run_id"] = json!(run_id);
    change(&mut trace);
    let folder = world.sandbox.work().join("runs").join(run_id);
    fs_err::create_dir_all(&folder).unwrap();
    fs_err::write(folder.join("trace.json"), trace.to_string()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_was_cut_off_is_told_everywhere_and_one_that_wrote_nothing_nowhere() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let release = |status: &'static str| {
        move |trace: &mut Value| {
            trace["tool"]["command"] = json!("release");
            (trace["status"], trace["exit_code"]) = (json!("failed"), json!(1));
            trace["steps"] = json!([{"name": "preflight", "status": "unchanged"}, {"name": "vault-auth", "status": status}]);
        }
    };
    plant(&world, "29991231T000000Z-000001", release("pending"));
    for ran in overview(&world).await {
        ran.says(&["succeeded"]).never_says(&["a release"]);
    }
    plant(&world, "29991231T000000Z-000002", release("failed"));
    let [status, alone, trace] = overview(&world).await;
    for (ran, state) in [(status, "partly-released"), (alone, " release demo\n"), (trace, "succeeded")] {
        ran.says(&[state, "is failed: what the run wrote may be there in part"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_latest_trace_is_damaged_nothing_is_said_of_what_came_after_it() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    plant(&world, "20200101T000000Z-000001", |trace| {
        trace["tool"]["command"] = json!("release");
        (trace["status"], trace["exit_code"]) = (json!("succeeded"), json!(0));
    });
    fs_err::write(latest(&world), "{").unwrap();
    let [status, alone, _] = overview(&world).await;
    for ran in [status, alone] {
        ran.says(&["unknown", "can't be read"]).never_says(&["released", "release demo"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_script_s_trace_hides_no_run_that_was_refused_since() {
    let world = World::without_vault().await;
    let old = json!({"cluster": "demo", "env": "sno", "base_domain": "", "repo_url": "", "repo_ref": "main",
        "git_sha": "c".repeat(40), "timestamp": "2024-01-02T03:04:05Z", "status": "failed"});
    fs_err::create_dir_all(world.sandbox.work()).unwrap();
    fs_err::write(latest(&world), old.to_string()).unwrap();
    world.run(&["run", "demo", "--require-tool", "no-such-tool"]).await.exits(3);
    let [status, alone, trace] = overview(&world).await;
    for ran in [status, alone] {
        ran.says(&["failed", "ended before its first write", "no-such-tool"]);
    }
    trace.says(&["ended before its first write", "no-such-tool"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_while_a_run_is_at_work_is_no_news() {
    let world = World::without_vault().await;
    let first = world.command(&["run", "demo"]).env("SANDBOX_SCRIPT", "say=at work,hang").start();
    world.script_says("at work").await;
    another_second().await;
    world.run(&["run", "demo"]).await.exits(4);
    for ran in overview(&world).await {
        ran.says(&["running"]).never_says(&["ended before its first write"]);
    }
    crate::support::child::tell(&first, rustix::process::Signal::INT);
    world.command(&[]).finish(first).await.exits(130);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_yaml_that_is_broken_is_told_with_the_command_that_shows_why() {
    let world = World::without_vault().await;
    fs_err::write(world.sandbox.cluster_yaml(), "name: [").unwrap();
    let [status, alone, _] = overview(&world).await;
    status.says(&["cluster.yaml is broken", "bitiq-bootstrap validate demo"]);
    alone.says(&["unknown", "bitiq-bootstrap validate demo\n", "cluster.yaml is broken"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_where_a_file_belongs_holds_nobody_up() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let run = world.runs().pop().unwrap();
    for file in [latest(&world), run.join("trace.json"), world.sandbox.work().join("lock")] {
        let there = fs_err::read(&file).unwrap();
        replace_by_a_pipe(&file);
        overview(&world).await;
        world.run(&["trace", "demo", "--list"]).await.exits(0);
        fs_err::remove_file(&file).unwrap();
        fs_err::write(&file, there).unwrap();
    }
    replace_by_a_pipe(&world.sandbox.work().join("kubeconfig"));
    world.run(&["status", "demo"]).await.exits(0).says(&["is not a regular file"]);
    world.run(&["plan", "demo"]).await.exits(3).says(&["is not a regular file"]);
}

fn replace_by_a_pipe(file: &Path) {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    fs_err::remove_file(file).unwrap();
    mknodat(CWD, file, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn however_many_runs_are_refused_the_latest_that_wrote_is_remembered() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let wrote = world.runs().pop().unwrap();
    for number in 10..40 {
        plant(&world, &format!("29991231T000000Z-0000{number}"), |trace| trace["status"] = json!("failed"));
    }
    world.run(&["run", "demo", "--require-tool", "no-such-tool"]).await.exits(3);
    assert!(wrote.join("trace.json").is_file(), "{:?}", world.runs());
    assert!(world.runs().len() < 25, "{:?}", world.runs());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_alone_says_as_json_where_each_cluster_stands() {
    let world = World::without_vault().await;
    let document = world.run(&["-o", "json"]).await.exits(0).json();
    assert_eq!(document["clusters"][0]["status"], "never", "{document:#}");
    world.run(&["run"]).await;
    let unnamed = world.command(&["run"]).without("CLUSTER").ran().await.exits(2);
    unnamed.says(&["CLI-001", "there are: ", "demo"]);
    let root = "/no/such/folder";
    world.run(&["--root", root]).await.exits(0).says(&["There is no folder /no/such/folder", "--root DIR"]);
}

#[tokio::test]
async fn the_program_alone_shows_what_to_do_next() {
    let none = tempfile::tempdir().unwrap();
    Run::bare(none.path(), &[]).ran().await.exits(0).says(&["no folder clusters/", "init <cluster>"]);
    let some = clusters(&["prod"]);
    Run::bare(some.path(), &[]).ran().await.exits(0).says(&["prod", "never", "bitiq-bootstrap check prod"]);
}
