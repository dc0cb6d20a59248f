//! The JSON that a test has the program print (`-o json`, `-o jsonl`) is held against the published schemas.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::world::{Run, World};

/// What each command may print as its one document, apart from `failure`.
const PRINTS: &[(&str, &[&str])] = &[
    ("run", &["trace"]),
    ("vault-auth", &["trace"]),
    ("repo-creds", &["trace"]),
    ("release", &["trace", "plan"]),
    ("plan", &["plan"]),
    ("check", &["report"]),
    ("verify", &["report"]),
    ("status", &["status"]),
    ("trace", &["trace", "trace-list", "trace-diff", "otlp", "old-trace"]),
    ("validate", &["validate"]),
    ("env", &["env"]),
    ("infra-id", &["infra-id"]),
    ("init", &["init"]),
    ("support-bundle", &["support-bundle"]),
];

/// Holds what a command printed against the schemas; `arguments` and `format` as it was called.
pub fn check(arguments: &[String], format: &str, stdout: &str) {
    match format {
        "json" => check_document(arguments, stdout),
        "jsonl" => check_lines(stdout),
        _ => {}
    }
}

fn check_document(arguments: &[String], stdout: &str) {
    let command = arguments.iter().find(|argument| !argument.starts_with('-')).map_or("", String::as_str);
    let Some((_, names)) = PRINTS.iter().find(|(name, _)| *name == command) else { return };
    // Killed before it could print, or help: there is no document.
    if stdout.trim().is_empty() || arguments.iter().any(|argument| argument == "--help") {
        return;
    }
    let document = serde_json::from_str(stdout).unwrap_or_else(|error| panic!("{error}: {stdout}"));
    let mut said = Vec::new();
    for name in names.iter().chain(&["failure"]) {
        match wrong(name, &document) {
            None => return,
            Some(error) => said.push(format!("{name}: {error}")),
        }
    }
    panic!("no schema of {command} describes this:\n{}\n{document:#}", said.join("\n"));
}

fn check_lines(stdout: &str) {
    let lines: Vec<&str> = stdout.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        if let Some(error) = wrong("event", &line) {
            panic!("{error}:\n{line:#}");
        }
        assert_eq!(
            line["event"] == "ended",
            at + 1 == lines.len(),
            "the last line, and no other, is the end"
        );
    }
    assert_eq!(looks(stdout, "checking"), looks(stdout, "checked"), "each look ends:\n{stdout}");
}

/// The systems whose look began, or ended.
fn looks(stdout: &str, event: &str) -> Vec<String> {
    let lines = stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut looks: Vec<_> = lines
        .filter(|line| line["event"] == event)
        .map(|line| line["system"].as_str().unwrap().into())
        .collect();
    looks.sort();
    looks
}

/// Why the schema of that name does not describe it.
pub fn wrong(name: &str, document: &Value) -> Option<String> {
    static VALIDATORS: OnceLock<BTreeMap<String, Validator>> = OnceLock::new();
    let validators = VALIDATORS.get_or_init(all);
    let error = validators[name].iter_errors(document).next()?;
    Some(format!("{} at {}", error, error.instance_path()))
}

fn all() -> BTreeMap<String, Validator> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas");
    let read = |entry: std::io::Result<fs_err::DirEntry>| {
        let entry = entry.unwrap();
        let name = entry.file_name().to_str().unwrap().strip_suffix(".schema.json").unwrap().to_owned();
        let mut schema: Value = serde_json::from_str(&fs_err::read_to_string(entry.path()).unwrap()).unwrap();
        close(&mut schema);
        (name, jsonschema::validator_for(&schema).unwrap())
    };
    let mut all: BTreeMap<_, _> = fs_err::read_dir(folder).unwrap().map(read).collect();
    let old = json!({ "type": "object", "required": ["git_sha"], "not": { "required": ["run_id"] } });
    let spans = json!({ "type": "object", "required": ["resourceSpans"] });
    all.insert("otlp".into(), jsonschema::validator_for(&spans).unwrap());
    all.insert("old-trace".into(), jsonschema::validator_for(&old).unwrap());
    all
}

/// A key that no schema describes is an error here, while readers have to live with new ones.
fn close(schema: &mut Value) {
    close_part(schema, false);
}

/// `beside`: other parts describe keys of the same object, so this one alone can't tell which are too many.
fn close_part(schema: &mut Value, beside: bool) {
    const COMPOSED: [&str; 4] = ["oneOf", "anyOf", "allOf", "$ref"];
    match schema {
        Value::Array(all) => all.iter_mut().for_each(|part| close_part(part, beside)),
        Value::Object(map) => {
            let has_keys = map.get("properties").is_some_and(Value::is_object);
            let composed = COMPOSED.iter().any(|key| map.contains_key(*key));
            for (key, part) in map.iter_mut() {
                close_part(part, COMPOSED.contains(&key.as_str()) && (has_keys || beside));
            }
            if has_keys && !beside && !map.contains_key("additionalProperties") {
                let key = if composed { "unevaluatedProperties" } else { "additionalProperties" };
                map.insert(key.into(), false.into());
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// With a foreign key in each of its objects, one after the other; those whose keys are free are left out by name.
fn with_a_foreign_key(document: &Value, free: &[&str]) -> Vec<(String, Value)> {
    let mut made = Vec::new();
    let mut places = vec![String::new()];
    while let Some(place) = places.pop() {
        let here = document.pointer(&place).unwrap();
        let below: Vec<String> = match here {
            Value::Object(map) => map.keys().filter(|key| !free.contains(&key.as_str())).cloned().collect(),
            Value::Array(all) => (0..all.len()).map(|at| at.to_string()).collect(),
            _ => Vec::new(),
        };
        places.extend(below.into_iter().map(|key| format!("{place}/{key}")));
        if here.is_object() {
            let mut more = document.clone();
            more.pointer_mut(&place).unwrap()["surprise"] = 1.into();
            made.push((place, more));
        }
    }
    made
}

#[test]
fn a_document_with_a_key_that_no_schema_has_is_found_out() {
    let good = json!({ "schema_version": 1, "clusters": [] });
    assert_eq!(wrong("status", &good), None);
    let more = json!({ "schema_version": 1, "clusters": [], "surprise": 1 });
    assert!(wrong("status", &more).is_some());
    let less = json!({ "clusters": [] });
    assert!(wrong("status", &less).is_some());
    assert!(wrong("event", &json!({ "schema_version": 1, "time": "t", "event": "nothing" })).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_key_is_found_out_wherever_it_stands() {
    let world = World::without_vault().await;
    let plan = world.run(&["plan", "demo", "-o", "json"]).await.exits(0).json();
    let ran = world.run(&["run", "demo", "-o", "jsonl"]).await.exits(0);
    let events = ran.stdout.lines().map(|line| ("event", serde_json::from_str(line).unwrap()));
    let report = world.run(&["check", "demo", "-o", "json"]).await.json();
    let documents = events.chain([("plan", plan), ("trace", world.trace()), ("report", report)]);
    let mut places = 0;
    for (name, document) in documents {
        for (place, more) in with_a_foreign_key(&document, &["counts"]) {
            places += 1;
            assert!(wrong(name, &more).is_some(), "{name} takes a foreign key at {place:?} of {document:#}");
        }
    }
    assert!(places > 100, "{places}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_trace_on_disk_is_as_its_schema_says_however_its_run_ended() {
    let world = World::without_vault().await;
    world.run(&["run", "demo", "--credentials-from", "vault"]).await.exits(3);
    world.command(&["run", "demo"]).env("SANDBOX_SCRIPT", "fail=1").ran().await.exits(1);
    world.run(&["repo-creds", "demo"]).await.exits(0);
    world.run(&["run", "demo"]).await.exits(0);
    world.run(&["release", "demo"]).await.exits(0);
    let runs = world.runs();
    assert_eq!(runs.len(), 5, "{runs:?}");
    let files = runs.iter().map(|run| run.join("trace.json"));
    for file in files.chain([world.sandbox.work().join("gitops-bootstrap.json")]) {
        let trace: Value = serde_json::from_str(&fs_err::read_to_string(&file).unwrap()).unwrap();
        assert_eq!(wrong("trace", &trace), None, "{}: {trace:#}", file.display());
    }
}

#[tokio::test]
async fn each_published_schema_is_called_as_no_other() {
    let listed = Run::bare(".", &["schema", "--list", "-o", "json"]).ran().await.exits(0).json();
    for name in listed["schemas"].as_object().unwrap().keys() {
        let schema = Run::bare(".", &["schema", name]).ran().await.exits(0).json();
        assert_eq!(schema["$id"], format!("urn:bitiq-bootstrap:schema:{name}:1"));
    }
}

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

#[tokio::test]
async fn every_published_schema_is_that_of_the_code() {
    let listed = Run::bare(".", &["schema", "--list", "-o", "json"]).ran().await.exits(0).json();
    assert_eq!(wrong("schema-list", &listed), None);
    for name in listed["schemas"].as_object().unwrap().keys() {
        let printed = Run::bare(".", &["schema", name]).ran().await.exits(0).stdout;
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../schemas/{name}.schema.json"));
        let published = fs_err::read_to_string(&file).unwrap_or_default();
        assert_eq!(published, printed, "schemas/{name}.schema.json is stale: run `cargo xtask schema`");
    }
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
    ran.says(&["- operator         not looked at"]).never_says(&["Vault            not looked at"]);
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
    world
        .run(&["plan", "demo", "-o", "jsonl"])
        .await
        .exits(2)
        .says(&["plan has no events", "run, vault-auth"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_goes_away_ends_no_run() {
    let world = World::without_vault().await;
    let mut child = world.command(&["run", "demo", "-o", "jsonl"]).start();
    drop(child.stdout.take());
    let ended = child.wait_with_output().await.unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(world.trace()["status"], "succeeded");
}
