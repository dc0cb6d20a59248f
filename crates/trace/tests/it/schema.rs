//! The published schema and real traces fit.

use std::path::Path;

use serde_json::Value;
use trace::{
    Change, Credentials, ErrorRecord, Kubernetes, RecreatedFrom, RunStatus, VaultRecord, json_schema,
};

use crate::{begun, ended};

fn accepts(value: &Value) -> bool {
    jsonschema::validator_for(&json_schema()).unwrap().is_valid(value)
}

#[test]
fn the_published_file_is_the_schema() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/trace.schema.json");
    let published: Value = serde_json::from_str(&fs_err::read_to_string(path).unwrap()).unwrap();
    assert_eq!(published, json_schema(), "stale: `cargo xtask schema` refreshes it");
}

#[test]
fn every_state_of_a_trace_fits() {
    let mut full = ended(RunStatus::Failed);
    full.kubernetes =
        Some(Kubernetes { recreated_from: Some(RecreatedFrom::default()), ..Kubernetes::default() });
    full.credentials = Some(Credentials::default());
    full.vault = Some(VaultRecord::default());
    full.error = Some(ErrorRecord { also: vec![ErrorRecord::default()], ..ErrorRecord::default() });
    full.step_mut("gitops-src").changes.push(Change::create("x").fields(["y"]).after("z"));
    for trace in [begun(), ended(RunStatus::Succeeded), ended(RunStatus::Interrupted), full] {
        assert!(accepts(&serde_json::to_value(trace).unwrap()));
    }
}

#[test]
fn what_is_no_trace_does_not_fit() {
    for (key, value) in [("status", "done"), ("run_id", "1"), ("git_sha", ""), ("timestamp", "")] {
        let mut trace = serde_json::to_value(begun()).unwrap();
        trace[key] = if value.is_empty() { Value::Null } else { value.into() };
        assert!(!accepts(&trace), "{key}");
    }
}
