//! `-o jsonl`: the events of a run, one a line, while they happen.

use serde_json::{Value, json};

use crate::support::sandbox::World;
use crate::support::schemas::looks;

/// The lines of a run that goes on: each as soon as it is there.
async fn next_line(lines: &mut tokio::io::Lines<impl tokio::io::AsyncBufRead + Unpin>) -> Value {
    let line = tokio::time::timeout(std::time::Duration::from_secs(60), lines.next_line()).await;
    let line = line.expect("a line comes while it happens").unwrap().expect("the run goes on");
    serde_json::from_str(&line).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_line_comes_while_it_happens() {
    use tokio::io::{AsyncBufReadExt as _, BufReader};
    let world = World::without_vault().await;
    let go = world.sandbox.root().join("go");
    let text = "#!/bin/sh\necho at work\nuntil [ -e \"$GO\" ]; do sleep 0.02; done\necho let go\n";
    let script = sandbox::git_host::File::executable(sandbox::gitops_repo::SCRIPT, text);
    world.sandbox.git.commit(sandbox::git_host::PRIVATE, &[script], "a script that waits").await.unwrap();
    let run = world.command(&["run", "demo", "-o", "jsonl", "--repo-access-timeout", "0"]);
    let mut child = run.env("GO", go.to_str().unwrap()).start();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The script goes on once its beginning and its first word were read: a line that was kept back would hang the run.
    while next_line(&mut lines).await["line"] != "at work" {}
    fs_err::write(&go, "").unwrap();
    while next_line(&mut lines).await["line"] != "let go" {}
    let end = loop {
        let line = next_line(&mut lines).await;
        if line["event"] == "ended" {
            break line;
        }
    };
    assert_eq!((&end["status"], lines.next_line().await.unwrap()), (&json!("succeeded"), None));
    assert!(child.wait_with_output().await.unwrap().status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_streamed_event_by_event_and_stdout_is_only_that() {
    let world = World::without_vault().await;
    let ran = world.run(&["run", "demo", "-o", "jsonl"]).await.exits(0);
    let lines: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |event: &str| lines.iter().filter(|line| line["event"] == event).count();
    assert_eq!((of("known"), of("planned"), of("failed"), of("ended")), (1, 1, 0, 1));
    assert!(of("script-output") > 1 && of("step-ended") == 9, "{}", ran.stdout);
    let touched = |line: &&Value| line["event"] == "checked" && line["detail"] != "";
    assert_eq!(lines.iter().filter(touched).count(), 3, "{}", ran.stdout);
    let end = lines.last().unwrap();
    assert_eq!((&end["status"], &end["exit_code"]), (&json!("succeeded"), &json!(0)));
    assert!(ran.stderr.contains("gitops-src"), "progress goes to stderr:\n{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_look_that_begins_ends_whatever_stands_in_the_way() {
    let world = World::without_vault().await;
    fs_err::remove_file(world.sandbox.kubeconfig()).unwrap();
    let ran = world.run(&["run", "demo", "-o", "jsonl"]).await.exits(3);
    let all = ["Vault", "Vault auth mount", "cluster", "operator", "repository", "this machine"];
    assert_eq!(looks(&ran.stdout, "checking"), all);
    assert_eq!(looks(&ran.stdout, "checked"), all);
    ran.says(&["KUBECONFIG-001"]).never_says(&["Vault            not looked at"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_before_a_run_is_lines_too() {
    let world = World::without_vault().await;
    for arguments in [&["run", "nobody", "-o", "jsonl"][..], &["run", "--bogus", "-o", "jsonl"]] {
        let ran = world.run(arguments).await.exits(2);
        let lines: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2, "{}", ran.stdout);
        assert_eq!((&lines[0]["event"], &lines[1]["exit_code"]), (&json!("failed"), &json!(2)));
    }
    world.run(&["plan", "demo", "-o", "jsonl"]).await.exits(2).says(&["CLI-005", "run, vault-auth"]);
}
