//! What a run writes down, from its beginning to its end.

use trace::{Change, Record, RunId, RunStatus, StepStatus, Trace};

use crate::{at, begun, ended};

#[test]
fn a_run_that_has_just_begun() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&begun()).unwrap(), @r#"
    {
      "cluster": "demo",
      "env": "prod",
      "base_domain": "apps.demo.example.com",
      "repo_url": "https://github.com/o/r",
      "repo_ref": "main",
      "git_sha": "",
      "timestamp": "2026-11-23T19:33:00Z",
      "schema_version": 1,
      "run_id": "20261123T193300Z-abcdef",
      "status": "running",
      "started_at": "2026-11-23T19:33:00.25Z",
      "finished_at": null,
      "duration_ms": null,
      "tool": {
        "name": "",
        "version": "",
        "command": ""
      },
      "started_by": {
        "user": "",
        "host": "",
        "pid": 0
      },
      "kubernetes": null,
      "credentials": null,
      "vault": null,
      "steps": [
        {
          "name": "preflight",
          "status": "pending",
          "detail": [],
          "changes": []
        },
        {
          "name": "gitops-src",
          "status": "pending",
          "detail": [],
          "changes": []
        }
      ],
      "warnings": [],
      "error": null,
      "exit_code": null,
      "last_success": null
    }
    "#);
}

#[test]
fn a_run_that_succeeded() {
    let mut trace = ended(RunStatus::Succeeded);
    let change = Change::write(".work/gitops-src").fields(["HEAD"]).after("preflight");
    trace.step_mut("gitops-src").changes.push(change);
    trace.step_mut("gitops-src").detail.push("commit 0123456 of main".into());
    insta::assert_snapshot!(serde_json::to_string_pretty(&trace).unwrap(), @r#"
    {
      "cluster": "demo",
      "env": "prod",
      "base_domain": "apps.demo.example.com",
      "repo_url": "https://github.com/o/r",
      "repo_ref": "main",
      "git_sha": "0123456789abcdef0123456789abcdef01234567",
      "timestamp": "2026-11-23T19:33:00Z",
      "schema_version": 1,
      "run_id": "20261123T193300Z-abcdef",
      "status": "succeeded",
      "started_at": "2026-11-23T19:33:00.25Z",
      "finished_at": "2026-11-23T19:33:02.5Z",
      "duration_ms": 2250,
      "tool": {
        "name": "",
        "version": "",
        "command": ""
      },
      "started_by": {
        "user": "",
        "host": "",
        "pid": 0
      },
      "kubernetes": null,
      "credentials": null,
      "vault": null,
      "steps": [
        {
          "name": "preflight",
          "status": "unchanged",
          "started_at": "2026-11-23T19:33:00.3Z",
          "duration_ms": 1000,
          "detail": [],
          "changes": []
        },
        {
          "name": "gitops-src",
          "status": "changed",
          "started_at": "2026-11-23T19:33:01.3Z",
          "duration_ms": 700,
          "detail": [
            "commit 0123456 of main"
          ],
          "changes": [
            {
              "action": "write",
              "object": ".work/gitops-src",
              "fields": [
                "HEAD"
              ],
              "after": "preflight"
            }
          ]
        }
      ],
      "warnings": [],
      "error": null,
      "exit_code": 0,
      "last_success": {
        "run_id": "20261123T193300Z-abcdef",
        "git_sha": "0123456789abcdef0123456789abcdef01234567",
        "timestamp": "2026-11-23T19:33:00Z"
      }
    }
    "#);
}

#[test]
fn the_seven_old_keys_are_always_strings() {
    for trace in [begun(), ended(RunStatus::Failed), ended(RunStatus::Succeeded)] {
        let value = serde_json::to_value(trace).unwrap();
        for key in ["cluster", "env", "base_domain", "repo_url", "repo_ref", "git_sha", "timestamp"] {
            assert!(value[key].is_string(), "{key}");
        }
    }
}

#[test]
fn a_step_that_was_cut_short_counts_as_failed() {
    let trace = ended(RunStatus::Interrupted);
    let step = trace.step("gitops-src").unwrap();
    assert_eq!((step.status, step.duration_ms), (StepStatus::Failed, Some(1_200)));
}

#[test]
fn a_step_whose_turn_never_came_stays_pending() {
    let mut trace = begun();
    trace.finish(RunStatus::Failed, 3, at(400));
    assert!(trace.steps.iter().all(|step| step.status == StepStatus::Pending && step.duration_ms.is_none()));
}

#[test]
fn a_clock_set_back_gives_no_time_at_all() {
    let mut trace = begun();
    trace.finish(RunStatus::Failed, 1, at(-60_000));
    assert_eq!(trace.duration_ms, Some(0));
}

#[test]
fn a_success_is_the_last_success() {
    let trace = ended(RunStatus::Succeeded);
    let last = trace.last_success.clone().unwrap();
    assert_eq!((last.run_id, last.git_sha), (Some(trace.run_id), trace.git_sha));
    assert_eq!(last.timestamp, "2026-11-23T19:33:00Z");
}

#[test]
fn the_last_success_is_carried_over_failures() {
    let first = ended(RunStatus::Succeeded);
    let mut record = Record::New(Box::new(first.clone()));
    for second in 1..4 {
        let id = RunId::new(at(second * 10_000), 0);
        let mut trace = Trace::begin(id, at(second * 10_000), &[], record.last_success());
        assert_eq!(trace.last_success, first.last_success);
        trace.finish(RunStatus::Failed, 1, at(second * 10_000 + 1));
        record = Record::New(Box::new(trace));
    }
    assert_eq!(record.last_success(), first.last_success);
}

#[test]
fn a_running_trace_whose_lock_is_free_was_interrupted() {
    assert_eq!(begun().shown_status(true), RunStatus::Interrupted);
    assert_eq!(begun().shown_status(false), RunStatus::Running);
}

#[test]
fn an_ended_trace_is_shown_as_it_ended() {
    for status in [RunStatus::Succeeded, RunStatus::Failed, RunStatus::Interrupted] {
        assert_eq!((ended(status).shown_status(true), ended(status).shown_status(false)), (status, status));
    }
}

#[test]
fn a_change_reads_as_a_line() {
    let change =
        Change::update("Secret openshift-gitops/gitops-repo").fields(["url", "password (from Vault x)"]);
    assert_eq!(
        change.to_string(),
        "update Secret openshift-gitops/gitops-repo: url, password (from Vault x)"
    );
    assert_eq!(
        Change::run("scripts/bootstrap.sh").after("record").to_string(),
        "run scripts/bootstrap.sh (after record)"
    );
}
