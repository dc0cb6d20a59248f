//! `-o json`: one document on stdout whatever happens, progress on stderr; and what `env` prints works in a shell.

use std::process::Command;

use serde_json::Value;

use crate::documents::wrong;
use crate::evidence::script;
use crate::world::{Ran, Run, World};

/// Ends with this code and one JSON document that says which version it has.
async fn check(run: Run, code: i32) -> Value {
    let json = run.ran().await.exits(code).json();
    assert!(json["schema_version"].as_u64().is_some(), "{json}");
    json
}

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
async fn plan_prints_steps_and_whether_something_is_pending() {
    let world = World::without_vault().await;
    let pending = |code| check(world.command(&["plan", "demo", "--exit-code", "-o", "json"]), code);
    let json = pending(10).await;
    assert_eq!(json["pending"], true);
    assert_eq!(json["steps"][0]["name"], "preflight");
    world.run(&["run", "demo"]).await.exits(0);
    assert_eq!(pending(0).await["pending"], false);
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

/// What a shell says to this line.
#[expect(clippy::disallowed_methods, reason = "tests paste into a shell as a user does")]
fn shell(world: &World, line: &str) -> Ran {
    let mut command = Command::new("/bin/sh");
    command.args(["-euc", line]).env_clear().envs(world.sandbox.env()).current_dir("/");
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn export_lines_mean_in_a_shell_what_was_meant() {
    let world = World::without_vault().await;
    let (url, odd) = ("ssh://git@git.example.test/its/~a%20b.git", "feature/a'b$HOME\"c;d&e");
    world.set("repo_url", &format!("\"{url}\""));
    world.set("repo_ref", &format!("'{}'", odd.replace('\'', "''")));
    let root = world.sandbox.home().join("it's $HOME");
    fs_err::rename(world.sandbox.root(), &root).unwrap();
    let run = world.command(&["env", "demo", "--export", "--root", root.to_str().unwrap()]).within("/");
    let lines = run.ran().await.exits(0).stdout;
    let show = "printf '%s|' \"$GIT_REPO_URL\" \"$TARGET_REV\" \"$KUBECONFIG\"";
    let said = shell(&world, &format!("{lines}\n{show}")).exits(0).stdout;
    let kubeconfig = root.join("clusters/demo/.work/kubeconfig");
    assert_eq!(said, format!("{url}|{odd}|{}|", kubeconfig.display()));
    let pasted = script(&world, "evaluate.sh", &format!("eval \"$(cat <<'LINES'\n{lines}LINES\n)\"; {show}"));
    assert_eq!(shell(&world, &pasted).exits(0).stdout, said);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_debugging_line_runs_the_script_by_hand() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let said = world.run(&["env", "demo"]).await.exits(0).stdout;
    let line = said.lines().last().unwrap();
    assert!(line.contains("./scripts/bootstrap.sh"), "{said}");
    shell(&world, line).exits(0).says(&["Bootstrap complete"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn env_knows_the_infra_id_that_this_machine_knows() {
    let world = World::without_vault().await;
    let folder = world.sandbox.root().join("clusters/demo/.work");
    fs_err::create_dir_all(folder.join("installer")).unwrap();
    fs_err::write(folder.join("infraID"), "demo-old01\n").unwrap();
    let only_file = check(world.command(&["env", "demo", "-o", "json"]), 0).await;
    assert_eq!(only_file["environment"]["INFRA_ID"], "demo-old01");
    fs_err::write(folder.join("installer/metadata.json"), r#"{"infraID": "demo-new02"}"#).unwrap();
    let installer = check(world.command(&["env", "demo", "-o", "json"]), 0).await;
    assert_eq!(installer["environment"]["INFRA_ID"], "demo-new02");
    assert!(installer["debugging"].as_str().unwrap().contains(" INFRA_ID=demo-new02 "), "{installer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_written_is_no_success() {
    let world = World::without_vault().await;
    let full = async |arguments: &[&str], code: i32| {
        let run = world.command(arguments).after("exec >/dev/full");
        run.ran().await.exits(code).says(&[
            "error stdout: ",
            "has no space left",
            "make room where stdout goes",
        ]);
    };
    full(&["run", "demo", "-o", "json"], 1).await;
    assert_eq!(world.trace()["status"], "succeeded", "what was done is told as it is");
    for arguments in [["trace", "demo", "--html", "-"].as_slice(), &["status"], &["env", "demo", "--export"]]
    {
        full(arguments, 3).await;
    }
    let gone = world.command(&["env", "demo"]).after("exec 1>&-");
    gone.ran().await;
}
