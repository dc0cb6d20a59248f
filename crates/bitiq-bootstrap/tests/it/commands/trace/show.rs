//! `trace`: one run, all runs, two runs side by side, and spans.

use serde_json::json;

use crate::support::clock::another_second;
use crate::support::sandbox::World;

#[tokio::test(flavor = "multi_thread")]
async fn the_command_shows_the_latest_run_an_earlier_one_and_all_of_them() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let first = world.trace();
    world.command(&["run", "demo"]).env("SANDBOX_SCRIPT", "say=oh no,fail=5").ran().await.exits(1);
    let second = world.trace();
    let [one, two] = [&first, &second].map(|trace| trace["run_id"].as_str().unwrap());

    let latest = world.run(&["trace", "demo"]).await.exits(0);
    latest.says(&[two, "failed", "exited with code 5", "oh no", "Full log:"]).never_says(&[one]);
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
    another_second().await;
    let tool = "no-such-tool";
    let ran = world.run(&["run", "demo", "--require-tool", tool]).await.exits(3);
    ran.says(&["PREFLIGHT-009", "failed in"]);
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
    wrong.says(&["CLI-024", "2 runs begin with `20`", "--list"]);
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
    wrong.says(&["CLI-023", "--list"]);
    world.run(&["trace", "nowhere"]).await.exits(2).says(&["YAML-002", "demo"]);
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
