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
    match schema {
        Value::Array(all) => all.iter_mut().for_each(close),
        Value::Object(map) => {
            let composed = ["oneOf", "anyOf", "allOf", "$ref", "additionalProperties"];
            let plain = !composed.iter().any(|key| map.contains_key(*key));
            map.iter_mut().filter(|(key, _)| *key != "oneOf").for_each(|(_, value)| close(value));
            if plain && map.get("properties").is_some_and(Value::is_object) && map.contains_key("type") {
                map.insert("additionalProperties".into(), false.into());
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
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
