//! Traces of every program that ever wrote one.

use advice::Diagnostic as _;
use trace::{Kubernetes, ReadError, Record, RecreatedFrom, RunStatus, parse, read, read_optional};

use crate::{begun, ended};

/// As the script that this program replaced wrote it.
const OLD: &str = r#"{
  "cluster": "prod",
  "env": "prod",
  "base_domain": "apps.prod.aws.ocp.signet.ing",
  "repo_url": "https://github.com/bitiq-io/gitops.git",
  "repo_ref": "main",
  "git_sha": "0123456789abcdef0123456789abcdef01234567",
  "timestamp": "2025-11-23T19:33:00Z"
}
"#;

fn edited(status: RunStatus, edit: impl FnOnce(&mut serde_json::Map<String, serde_json::Value>)) -> String {
    let mut value = serde_json::to_value(ended(status)).unwrap();
    edit(value.as_object_mut().unwrap());
    value.to_string()
}

#[test]
fn an_old_trace_is_a_success() {
    let record = parse(OLD).unwrap();
    let last = record.last_success().unwrap();
    assert!(matches!(record, Record::Old(_)));
    assert_eq!((record.cluster(), record.cluster_id()), ("prod", None));
    assert_eq!((last.run_id, last.git_sha.as_str()), (None, record.git_sha()));
    assert_eq!(last.timestamp, "2025-11-23T19:33:00Z");
}

#[test]
fn a_new_trace_is_read_back_as_it_was_written() {
    for trace in [begun(), ended(RunStatus::Succeeded), ended(RunStatus::Failed)] {
        let text = serde_json::to_string(&trace).unwrap();
        assert_eq!(parse(&text).unwrap(), Record::New(Box::new(trace)));
    }
}

#[test]
fn an_old_reader_finds_its_seven_strings_in_a_new_trace() {
    // The old readers: `jq -r .git_sha` and the like.
    let new: serde_json::Map<_, _> =
        serde_json::from_str(&serde_json::to_string(&ended(RunStatus::Succeeded)).unwrap()).unwrap();
    let old: std::collections::BTreeMap<String, String> = serde_json::from_str(OLD).unwrap();
    assert!(old.keys().all(|key| new[key].is_string()));
}

#[test]
fn keys_of_a_newer_program_are_passed_over() {
    let text = edited(RunStatus::Succeeded, |trace| {
        trace.insert("novelty".into(), 7.into());
    });
    assert_eq!(parse(&text).unwrap(), Record::New(Box::new(ended(RunStatus::Succeeded))));
}

#[test]
fn of_a_trace_too_new_to_understand_the_old_keys_are_read() {
    let newer = |status| {
        let text = edited(status, |trace| {
            trace.insert("schema_version".into(), 9.into());
            trace.insert("steps".into(), "elsewhere".into());
        });
        parse(&text).unwrap()
    };
    assert!(matches!(newer(RunStatus::Succeeded), Record::Old(_)));
    assert!(newer(RunStatus::Succeeded).last_success().is_some());
    assert!(newer(RunStatus::Failed).last_success().is_none());
}

#[test]
fn what_is_no_trace_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.json");
    for text in ["", "{", "[]", "{\"cluster\": \"x\"}", "{\"cluster\": 7}"] {
        fs_err::write(&path, text).unwrap();
        let error = read(&path).unwrap_err();
        assert!(matches!(error, ReadError::NotATrace { .. }), "{text}");
        assert!(error.hint().is_some());
    }
}

#[test]
fn a_missing_trace_is_none() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(read_optional(&folder.path().join("trace.json")).unwrap(), None);
    assert!(read_optional(folder.path()).is_err());
}

#[test]
fn a_file_too_long_to_be_a_trace_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.json");
    fs_err::File::create(&path).unwrap().set_len(1 << 40).unwrap();
    assert!(matches!(read(&path), Err(ReadError::TooLong { .. })));
}

/// The trace as the program knew it before there was `recreated_from`.
#[test]
fn a_reader_that_knows_no_recreated_cluster_reads_the_rest() {
    #[derive(serde::Deserialize)]
    struct Before {
        kubernetes: Option<Ids>,
    }
    #[derive(serde::Deserialize, Debug, PartialEq)]
    struct Ids {
        cluster_id: String,
        infra_id: Option<String>,
    }
    let mut trace = ended(RunStatus::Succeeded);
    let from = RecreatedFrom { cluster_id: Some("old".into()), infra_id: None, seen_in: "trace".into() };
    trace.kubernetes = Some(Kubernetes {
        cluster_id: "new".into(),
        infra_id: Some("demo-bbbbb".into()),
        recreated_from: Some(from),
        ..Kubernetes::default()
    });
    let text = serde_json::to_string(&trace).unwrap();
    let before: Before = serde_json::from_str(&text).unwrap();
    let expect = Ids { cluster_id: "new".into(), infra_id: Some("demo-bbbbb".into()) };
    assert_eq!(before.kubernetes, Some(expect));
    // and a new reader an old trace
    let without =
        text.replace(r#","recreated_from":{"cluster_id":"old","infra_id":null,"seen_in":"trace"}"#, "");
    assert_ne!(without, text);
    trace.kubernetes.as_mut().unwrap().recreated_from = None;
    assert_eq!(parse(&without).unwrap(), Record::New(Box::new(trace)));
}

#[test]
fn a_trace_whose_cluster_did_not_answer_knows_no_id() {
    let mut trace = ended(RunStatus::Succeeded);
    trace.kubernetes = Some(Kubernetes::default());
    assert_eq!(Record::New(Box::new(trace)).cluster_id(), None);
}
