//! The trace of a run: valid at every moment, of the right run, and kept as long as promised.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::home::script;
use crate::support::process::Run;
use crate::support::sandbox::World;
use crate::support::schemas::wrong;

#[track_caller]
fn check_valid(trace: &Value) {
    assert_eq!(wrong("trace", trace), None, "{trace:#}");
    for key in ["cluster", "env", "base_domain", "repo_url", "repo_ref", "git_sha", "timestamp"] {
        assert!(trace[key].is_string(), "{key} is not a string: {trace:#}");
    }
}

/// Reads the latest trace again and again until told to end; gives the statuses it saw, each once.
async fn watch(world: &World, over: Arc<AtomicBool>) -> Vec<String> {
    let file = world.sandbox.work().join("gitops-bootstrap.json");
    let watch = move || {
        let mut seen = Vec::new();
        loop {
            let last = over.load(Ordering::SeqCst);
            if let Ok(text) = fs_err::read_to_string(&file) {
                let trace: Value = serde_json::from_str(&text).unwrap_or_else(|why| panic!("{why}: {text}"));
                check_valid(&trace);
                let status = trace["status"].as_str().unwrap().to_owned();
                if seen.last() != Some(&status) {
                    seen.push(status);
                }
            }
            if last {
                return seen;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    };
    tokio::task::spawn_blocking(watch).await.unwrap()
}

async fn check_watched(world: &World, run: Run, code: i32, expect: &[&str]) {
    let over = Arc::new(AtomicBool::new(false));
    let ended = async {
        run.ran().await.exits(code);
        over.store(true, Ordering::SeqCst);
    };
    let ((), seen) = tokio::join!(ended, watch(world, over.clone()));
    assert_eq!(seen, expect);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_valid_at_every_moment_of_every_run() {
    let world = World::without_vault().await;
    let run = |switches| world.command(&["run", "demo"]).env("SANDBOX_SCRIPT", switches);
    check_watched(&world, run("sleep=0.3"), 0, &["running", "succeeded"]).await;
    check_watched(&world, run("sleep=0.3,fail=1"), 1, &["succeeded", "running", "failed"]).await;
    check_watched(&world, run("sleep=0.3"), 0, &["failed", "running", "succeeded"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_run_is_remembered_and_is_not_the_latest() {
    let world = World::without_vault().await;
    world.set("repo_ref", "no-such-branch");
    world.run(&["run", "demo"]).await.exits(3);
    assert!(!world.has_trace());
    let refused = world.newest_trace();
    check_valid(&refused);
    assert_eq!((&refused["status"], &refused["exit_code"]), (&json!("failed"), &json!(3)));
    let told = world.run(&["trace", "demo"]).await.exits(3);
    told.says(&["CLI-025", "--list"]);
    world.set("repo_ref", "main");
    world.run(&["run", "demo"]).await.exits(0);
    let latest = world.trace();
    world.set("repo_ref", "no-such-branch");
    world.run(&["run", "demo"]).await.exits(3);
    assert_eq!(world.trace(), latest);
    assert_eq!(world.runs().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_carries_the_last_success_forward() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let first = world.trace();
    assert_eq!(first["last_success"]["run_id"], first["run_id"]);
    for _ in 0..2 {
        world.command(&["run", "demo"]).env("SANDBOX_SCRIPT", "fail=1").ran().await.exits(1);
        let failed = world.trace();
        check_valid(&failed);
        assert_eq!((&failed["status"], &failed["exit_code"]), (&json!("failed"), &json!(1)));
        for key in ["run_id", "git_sha", "timestamp"] {
            assert_eq!(failed["last_success"][key], first[key], "{key}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_runs_the_newest_twenty_are_kept() {
    let world = World::without_vault().await;
    for number in 0..200 {
        let name = format!("20250101T{:02}{:02}00Z-0a1b2c", number / 60, number % 60);
        let folder = world.sandbox.work().join("runs").join(name);
        fs_err::create_dir_all(&folder).unwrap();
        fs_err::write(folder.join("trace.json"), "{").unwrap();
        fs_err::write(folder.join("bootstrap.log"), "x").unwrap();
    }
    fs_err::create_dir(world.sandbox.work().join("runs/notes")).unwrap();
    world.run(&["run", "demo"]).await.exits(0);
    let kept: Vec<String> =
        world.runs().iter().map(|run| run.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(kept.len(), 21, "{kept:?}");
    assert_eq!((kept[0].as_str(), kept[20].as_str()), ("20250101T030100Z-0a1b2c", "notes"));
    assert_eq!(world.trace()["run_id"], kept[19].as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_at_work_is_running_and_a_killed_one_was_interrupted() {
    let world = World::without_vault().await;
    // The script ends with its own output: nothing is left of it once nobody reads.
    let run = world.command(&["run", "demo"]).env("SANDBOX_SCRIPT", "say=at work,sleep=3,flood=1");
    let mut child = run.start();
    world.script_says("at work").await;
    let shown = || world.run(&["trace", "demo", "-o", "json"]);
    assert_eq!(shown().await.exits(0).json()["status"], "running");
    child.kill().await.unwrap();
    // The step that was cut short is not said to have failed.
    let text = world.run(&["trace", "demo"]).await.exits(0);
    text.says(&["script         interrupted", "argocd         not reached"])
        .never_says(&["failed", "pending"]);
    assert_eq!(world.trace()["status"], "running", "it could not say more");
    check_valid(&world.trace());
    assert_eq!(shown().await.exits(0).json()["status"], "interrupted");
    let killed = world.trace()["run_id"].as_str().unwrap().to_owned();
    let list = world.run(&["trace", "demo", "--list"]).await.exits(0);
    assert!(list.stdout.contains("interrupted") && !list.stdout.contains("running"), "{}", list.stdout);

    let next = world.command(&["run", "demo"]).env("SANDBOX_SCRIPT", "say=at work again,sleep=1").start();
    world.script_says("at work again").await;
    let list = world.run(&["trace", "demo", "--list"]).await.exits(0);
    let rows: Vec<&str> = list.stdout.lines().collect();
    assert!(rows[1].contains("running") && rows[2].contains("interrupted"), "{rows:?}");
    world.run(&["trace", "demo", &killed]).await.exits(0).says(&["interrupted"]);
    world.command(&[]).finish(next).await.exits(0);
    assert_eq!(world.trace()["status"], "succeeded");
}

/// A script that makes a folder of one of the run's traces, for ever or for a while.
async fn check_in_the_way(place: &str, then: &str, code: i32, says: &str) {
    let world = World::without_vault().await;
    let work = world.sandbox.work();
    let lines = format!(
        "cd '{}' && file=$(ls -d {place}) && mv \"$file\" aside && mkdir \"$file\" && sleep 0.1\n{then}",
        work.display()
    );
    let python = script(&world, "python3", &format!("({lines})\nPATH=\"$REAL_PATH\" exec python3 \"$@\""));
    let home = Path::new(&python).parent().unwrap().to_string_lossy().into_owned();
    let path = world.sandbox.env().into_iter().find(|(name, _)| name == "PATH").unwrap().1;
    let run = world.command(&["run", "demo", "-o", "json"]);
    let run = run.env("REAL_PATH", &path).env("PATH", &format!("{home}:{path}"));
    let ran = run.ran().await.exits(code).says(&[says]);
    let status = if code == 0 { "succeeded" } else { "failed" };
    assert_eq!((&ran.json()["status"], &ran.json()["exit_code"]), (&status.into(), &code.into()));
    assert_eq!(ran.json()["last_success"].is_null(), code != 0);
    // Whichever trace can be written tells the same.
    for file in [
        work.join("gitops-bootstrap.json"),
        work.join(format!("runs/{}/trace.json", ran.json()["run_id"].as_str().unwrap())),
    ] {
        if file.is_file() {
            let trace: Value = serde_json::from_str(&fs_err::read_to_string(file).unwrap()).unwrap();
            assert_eq!(trace["status"], status);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_trace_can_not_be_closed_failed_and_says_so() {
    for place in ["runs/*/trace.json", "gitops-bootstrap.json"] {
        check_in_the_way(place, "", 1, "error trace: failed to").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_that_can_be_closed_after_all_is_a_success() {
    check_in_the_way("gitops-bootstrap.json", "rmdir \"$file\"", 0, "succeeded in").await;
}
