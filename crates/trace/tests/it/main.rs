//! The tests of `trace`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod history;
mod reading;
mod record;
mod run_id;
mod schema;
mod writing;

use trace::{RunId, RunStatus, StepStatus, Timestamp, Trace};

/// 2026-11-23T19:33:00Z and some milliseconds.
fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(1_795_462_380_000 + milliseconds).unwrap()
}

/// A run that has just begun.
fn begun() -> Trace {
    let id = RunId::new(at(0), 0xabcdef);
    let trace = Trace::begin(id, at(250), &["preflight", "gitops-src"], None);
    Trace {
        cluster: "demo".into(),
        env: "prod".into(),
        apps_domain: "apps.demo.example.com".into(),
        repo_url: "https://github.com/o/r".into(),
        repo_ref: "main".into(),
        ..trace
    }
}

/// The same run after its end.
fn ended(status: RunStatus) -> Trace {
    let mut trace = begun();
    trace.git_sha = "0123456789abcdef0123456789abcdef01234567".into();
    trace.step_mut("preflight").begin(at(300));
    trace.step_mut("preflight").end(StepStatus::Unchanged, at(1_300));
    trace.step_mut("gitops-src").begin(at(1_300));
    if status == RunStatus::Succeeded {
        trace.step_mut("gitops-src").end(StepStatus::Changed, at(2_000));
    }
    trace.finish(status, if status == RunStatus::Succeeded { 0 } else { 1 }, at(2_500));
    trace
}
