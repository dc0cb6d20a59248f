//! The JSON that a test has the program print (`-o json`, `-o jsonl`) is held against the published schemas.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Value, json};

/// What each command may print as its one document, apart from `failure`.
const PRINTS: &[(&str, &[&str])] = &[
    ("run", &["trace", "plan"]),
    ("vault-auth", &["trace", "plan"]),
    ("repo-creds", &["trace", "plan"]),
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
pub fn looks(stdout: &str, event: &str) -> Vec<String> {
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

pub fn all() -> BTreeMap<String, Validator> {
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
