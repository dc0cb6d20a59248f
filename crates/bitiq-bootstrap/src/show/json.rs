//! The one JSON document of each command. Every one carries `schema_version`.

use bootstrap_core::{Failure, InfraIds, Planned};
use cluster_spec::{Loaded, SpecProblems};
use serde_json::{Value, json};
use trace::Trace;

const VERSION: u32 = 1;

/// Of `run`, `vault-auth`, `repo-creds` and `trace`: the trace itself.
pub fn trace(trace: &Trace) -> Value {
    serde_json::to_value(trace).unwrap_or_default()
}

/// Of any command that failed before there was a trace; `problems` are those of cluster.yaml, with their places.
pub fn failures(failures: &[Failure], exit_code: u8, problems: Option<&SpecProblems>) -> Value {
    let mut errors: Vec<Value> = failures.iter().map(|failure| json!(failure.record())).collect();
    if let (Some(error), Some(problems)) = (errors.first_mut(), problems) {
        error["file"] = json!(problems.file);
        error["problems"] = json!(problems.problems);
    }
    failed(&errors, exit_code)
}

/// Of a command line that can't be understood.
pub fn usage(message: &str, exit_code: u8) -> Value {
    failed(&[json!({ "step": "arguments", "message": message })], exit_code)
}

fn failed(errors: &[Value], exit_code: u8) -> Value {
    json!({ "schema_version": VERSION, "status": "failed", "exit_code": exit_code, "errors": errors })
}

/// Of `plan`.
pub fn plan(planned: &Planned) -> Value {
    json!({
        "schema_version": VERSION,
        "facts": planned.facts,
        "steps": planned.plan.steps,
        "pending": planned.plan.pending(),
        "warnings": planned.warnings,
    })
}

/// Of `validate`.
pub fn valid(loaded: &Loaded) -> Value {
    let spec = &loaded.spec;
    json!({
        "schema_version": VERSION,
        "file": loaded.folder.yaml(),
        "cluster": spec.name,
        "env": spec.env,
        "base_domain": spec.apps_domain(),
        "repo_url": spec.repo_url.as_str(),
        "repo_ref": spec.repo_ref.as_str(),
        "warnings": loaded.warnings,
    })
}

/// Of `infra-id`; with the diff where it was asked for.
pub fn infra_ids(found: &InfraIds, patch: bool) -> Value {
    let mut document = serde_json::to_value(found).unwrap_or_default();
    document["schema_version"] = VERSION.into();
    if let (true, Some(searched)) = (patch, &found.commit) {
        document["patch"] = String::from_utf8_lossy(&searched.patch).into();
    }
    document
}

/// Of `env`.
pub fn env(values: &[(&str, String)], debugging: &str) -> Value {
    let values: serde_json::Map<_, _> =
        values.iter().map(|(name, value)| ((*name).into(), value.clone().into())).collect();
    json!({ "schema_version": VERSION, "environment": values, "debugging": debugging })
}
