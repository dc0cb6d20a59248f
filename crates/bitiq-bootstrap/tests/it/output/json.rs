//! `-o json`: one document on stdout whatever happens, progress on stderr.

use serde_json::Value;

use crate::support::json_document::check;
use crate::support::sandbox::World;
use crate::support::schemas::wrong;

/// As the published schema wants it.
#[track_caller]
fn check_trace(json: &Value, status: &str) {
    assert_eq!(wrong("trace", json), None, "{json:#}");
    assert_eq!(json["status"], status);
}

#[tokio::test(flavor = "multi_thread")]
async fn run_and_trace_print_the_trace_and_progress_goes_to_stderr() {
    let world = World::without_vault().await;
    let ran = world.run(&["run", "demo", "-o", "json"]).await.exits(0);
    check_trace(&ran.json(), "succeeded");
    assert_eq!(ran.json(), world.trace());
    for text in ["gitops-src", "Bootstrap complete", "succeeded in"] {
        assert!(ran.stderr.contains(text), "{text} is not in:\n{}", ran.stderr);
    }
    let json = check(world.command(&["trace", "demo", "-o", "json"]), 0).await;
    check_trace(&json, "succeeded");
    let list = check(world.command(&["trace", "demo", "--list", "-o", "json"]), 0).await;
    check_trace(&list["runs"][0], "succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_step_alone_prints_its_trace() {
    let Some(world) = World::with_vault("one_step_alone_prints_its_trace").await else { return };
    for command in ["vault-auth", "repo-creds"] {
        let json = check(world.command(&[command, "demo", "-o", "json"]), 0).await;
        check_trace(&json, "succeeded");
        assert_eq!(json["tool"]["command"], command);
    }
    assert!(!world.has_trace(), "a single step is no hand-over");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_touches_no_system_prints_one_document_too() {
    let world = World::without_vault().await;
    assert_eq!(check(world.command(&["validate", "demo", "-o", "json"]), 0).await["cluster"], "demo");
    assert_eq!(check(world.command(&["env", "demo", "-o", "json"]), 0).await["environment"]["ENV"], "sno");
    for of in ["cluster", "trace"] {
        let json = world.run(&["schema", of, "-o", "json"]).await.exits(0).json();
        assert!(jsonschema::validator_for(&json).is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_run_prints_its_trace_with_the_reason() {
    let world = World::without_vault().await;
    fs_err::remove_file(world.sandbox.kubeconfig()).unwrap();
    let json = check(world.command(&["run", "demo", "-o", "json", "--require-tool", "nonesuch"]), 3).await;
    check_trace(&json, "failed");
    assert_eq!(json["exit_code"], 3);
    let also = json["error"]["also"].as_array().unwrap().len();
    assert_eq!(also, 1, "both failures are there: {:#}", json["error"]);
    for command in ["plan", "repo-creds"] {
        let json = check(world.command(&[command, "demo", "-o", "json"]), 3).await;
        assert_eq!((&json["status"], &json["exit_code"]), (&"failed".into(), &3.into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_script_prints_a_trace_that_names_the_step() {
    let world = World::without_vault().await;
    let run = world.command(&["run", "demo", "-o", "json"]).env("SANDBOX_SCRIPT", "say=so it goes,fail=3");
    let json = check(run, 1).await;
    check_trace(&json, "failed");
    assert_eq!(json["error"]["step"], "script");
    assert!(json["error"].to_string().contains("so it goes"), "{json:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_wrongly_is_one_document_too() {
    let world = World::without_vault().await;
    for arguments in [
        &["run", "nope"][..],
        &["run", "demo", "--bogus"],
        &["plan", "demo", "--wait-lock", "soon"],
        &["trace", "demo", "no-run"],
        &["schema", "nothing"],
        &["no-command"],
        &["env", "../demo"],
    ] {
        let json = check(world.command(&[arguments, &["-o", "json"]].concat()), 2).await;
        let message = json["errors"][0]["message"].as_str().unwrap_or_default();
        assert!(!message.is_empty(), "{arguments:?}: {json}");
        assert_eq!(json["exit_code"], 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_trace_before_the_first_run() {
    let world = World::without_vault().await;
    let json = check(world.command(&["trace", "demo", "-o", "json"]), 3).await;
    assert!(json["errors"][0]["hint"].as_str().unwrap().contains("bitiq-bootstrap run"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_answered_in_the_form_that_was_asked_for_says_so() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let three = world.command(&["trace", "demo"]).env("BITIQ_BOOTSTRAP_DIFF", "a,b,c").ran().await.exits(2);
    three.says(&["--diff takes two runs", "--diff previous latest"]);
    world.run(&["trace", "demo", "--html", "-", "-o", "json"]).await.exits(2).says(&["--html -"]);
    let alone = world.run(&["trace", "demo", "--diff", "previous", "latest"]).await.exits(3);
    alone.says(&["CLI-022", "--list"]);
}
