//! The trace: valid at every moment, of the right run, kept as long as promised, and readable by command.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::documents::wrong;
use crate::evidence::script;
use crate::world::{Run, World};

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
    told.says(&["no run of demo has reached its first write yet", "bitiq-bootstrap trace demo --list"]);
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
async fn the_command_shows_the_latest_run_an_earlier_one_and_all_of_them() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let first = world.trace();
    world.command(&["run", "demo"]).env("SANDBOX_SCRIPT", "say=oh no,fail=5").ran().await.exits(1);
    let second = world.trace();
    let [one, two] = [&first, &second].map(|trace| trace["run_id"].as_str().unwrap());

    let latest = world.run(&["trace", "demo"]).await.exits(0);
    latest.says(&[two, "failed", "exited with code 5", "oh no", "the whole output is in"]).never_says(&[one]);
    world.run(&["trace", "demo", one]).await.exits(0).says(&[one, "succeeded", "create Secret"]);
    let list = world.run(&["trace", "demo", "--list"]).await.exits(0);
    let rows: Vec<&str> = list.stdout.lines().collect();
    assert!(rows[1].starts_with(two) && rows[2].starts_with(one) && rows.len() == 3, "{rows:?}");
    assert!(rows[1].contains("script: ") && rows[1].contains("exited with code 5"), "{rows:?}");

    assert_eq!(world.run(&["trace", "demo", "-o", "json"]).await.exits(0).json(), second);
    assert_eq!(world.run(&["trace", "demo", one, "-o", "json"]).await.exits(0).json(), first);
    let list = world.run(&["trace", "demo", "--list", "-o", "json"]).await.exits(0).json();
    assert_eq!(list["runs"], json!([second, first]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_run_that_was_refused_is_named_below_the_latest_trace() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let latest = world.trace()["run_id"].as_str().unwrap().to_owned();
    // Run ids are sorted by their second.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let tool = "no-such-tool";
    let ran = world.run(&["run", "demo", "--require-tool", tool]).await.exits(3);
    ran.says(&["failed in", ", nothing was written"]);
    let refused = world.runs().last().unwrap().file_name().unwrap().to_string_lossy().into_owned();

    let shown = world.run(&["trace", "demo"]).await.exits(0);
    let next = format!("bitiq-bootstrap trace demo {refused}\n");
    shown.says(&[&latest, "succeeded", "ended before its first write", tool, &next]);
    // Where each cluster stands tells it too, in the same words.
    let status = world.run(&["status"]).await.exits(0);
    status.says(&["demo     sno  succeeded", "ended before its first write", tool, next.trim_end()]);
    let status = world.run(&["status", "-o", "json"]).await.exits(0).json();
    assert_eq!(status["clusters"][0]["refused"]["run_id"], json!(refused), "{status:#}");
    let alone = world.command(&[]).ran().await.exits(0);
    alone.says(&["demo     succeeded", "ended before its first write", tool, next.trim_end()]);
    world
        .run(&["trace", "demo", &refused])
        .await
        .exits(0)
        .says(&[tool])
        .never_says(&["ended before its first write"]);
    // As `make trace CLUSTER=demo ARGS=<run>` calls it.
    let alone = world.command(&["trace", &refused]).env("CLUSTER", "demo").ran().await.exits(0);
    alone.says(&[&refused, tool, "retry", "bitiq-bootstrap run demo\n"]);
    let wrong = world.run(&["trace", "demo", "20"]).await.exits(2);
    wrong.says(&["2 runs begin with `20`", "bitiq-bootstrap trace demo --list"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_not_remembered_is_named() {
    let world = World::without_vault().await;
    world.run(&["trace", "demo", "--list"]).await.exits(0);
    let absent = "20250101T000000Z-0a1b2c";
    world.run(&["trace", "demo", absent]).await.exits(3).says(&[
        absent,
        "is not remembered",
        "bitiq-bootstrap trace demo --list",
    ]);
    let wrong = world.run(&["trace", "demo", "yesterday"]).await.exits(2);
    wrong.says(&["`yesterday` is not a run id", "--list"]);
    world.run(&["trace", "nowhere"]).await.exits(2).says(&["failed to find the cluster nowhere", "demo"]);
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

/// What a headless Chromium makes of a page; none where there is no Chromium, which is said by name.
#[expect(clippy::disallowed_methods, reason = "a browser shows the page as it does for a person")]
fn browser(test: &str, page: &std::path::Path, arguments: &[&str]) -> Option<String> {
    let chromium = std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".into());
    if !std::path::Path::new(&chromium).is_file() {
        eprintln!("left out, there is no Chromium at {chromium} (CHROMIUM names another): {test}");
        return None;
    }
    let profile = tempfile::tempdir().unwrap();
    let output = std::process::Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(arguments)
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_shows_the_run_in_a_browser() {
    let world = World::without_vault().await;
    world.set("repo_ref", "main");
    world.run(&["run", "demo"]).await.exits(0);
    let file = world.sandbox.root().join("run.html");
    world
        .run(&["trace", "demo", "--html", file.to_str().unwrap()])
        .await
        .exits(0)
        .says(&["run.html is written"]);
    let page = fs_err::read_to_string(&file).unwrap();
    assert!(world.secrets().iter().all(|secret| !page.contains(secret)));
    for loads in [" src=", "<link", "<script", "@import", "url(", "<iframe", "<object"] {
        assert!(!page.contains(loads), "the page is to be whole by itself: {loads}");
    }
    assert!(page.contains("default-src 'none'"), "what it does not hold it may not load");
    let Some(dom) = browser("a_page_shows_the_run_in_a_browser", &file, &["--dump-dom"]) else { return };
    for part in ["<h1>run demo", "succeeded", "gitops-src", "class=\"bar good\"", "Timeline</h2>"] {
        assert!(dom.contains(part), "{part} is not in {dom}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_fits_a_telephone() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let file = world.sandbox.root().join("run.html");
    let html = world.run(&["trace", "demo", "--html", "-"]).await.exits(0).stdout;
    // A frame of 360 columns tells how wide its page would like to be.
    fs_err::write(&file, html.replace("</body>", "")).unwrap();
    let frame = world.sandbox.root().join("frame.html");
    let script = "const d = f.contentDocument.documentElement; document.title = d.scrollWidth > 360 ? 'too wide' : 'fits';";
    let text = format!("<iframe id=f width=360 height=800 src=run.html onload=\"{script}\"></iframe>");
    fs_err::write(&frame, text).unwrap();
    let arguments = ["--dump-dom", "--allow-file-access-from-files", "--virtual-time-budget=3000"];
    let Some(dom) = browser("a_page_fits_a_telephone", &frame, &arguments) else { return };
    assert!(dom.contains("<title>fits</title>"), "{dom}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_are_compared_by_their_names_or_their_places() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    world.run(&["run", "demo"]).await.exits(0);
    let diff =
        world.run(&["trace", "demo", "--diff", "previous", "latest", "-o", "json"]).await.exits(0).json();
    assert_eq!(diff["facts"], serde_json::json!([]));
    let step = |name: &str| {
        diff["steps"].as_array().unwrap().iter().find(|step| step["name"] == name).unwrap().clone()
    };
    assert_eq!((&step("record")["left"], &step("record")["right"]), (&"changed".into(), &"unchanged".into()));
    let left = diff["left"].as_str().unwrap();
    let text = world.run(&["trace", "demo", "--diff", left, "latest"]).await.exits(0);
    text.says(&["record       changed", "-> unchanged"]);
    world.run(&["trace", "demo", "--diff", "2", "latest"]).await.exits(2).says(&["--list"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_given_as_spans() {
    let world = World::without_vault().await;
    let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    world.command(&["run", "demo"]).env("TRACEPARENT", traceparent).ran().await.exits(0);
    let document = world.run(&["trace", "demo", "--otlp-json"]).await.exits(0).json();
    let spans = document["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap().clone();
    assert_eq!(spans[0]["traceId"], "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(spans[0]["parentSpanId"], "b7ad6b7169203331");
    assert_eq!(spans.len(), 10, "the run and its nine steps");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_replaces_a_regular_file_alone_and_is_its_owners() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let place = |name: &str| world.sandbox.root().join(name);
    let html = async |name: &str| world.run(&["trace", "demo", "--html", name]).await;
    fs_err::write(place("mine"), "mine").unwrap();
    fs_err::os::unix::fs::symlink(place("mine"), place("link")).unwrap();
    html("link").await.exits(3).says(&["link is a symbolic link"]);
    html(".").await.exits(3).says(&[". is a folder"]);
    html("/dev/null").await.exits(3).says(&["/dev/null is no regular file"]);
    assert_eq!(fs_err::read_to_string(place("mine")).unwrap(), "mine");
    html("mine").await.exits(0);
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&fs_err::metadata(place("mine")).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "what a run left is its owner's");
}
