//! This machine, and what an earlier run left on it.

use std::ffi::OsStr;

use diagnostics::Step;
use preflight::observe::machine::observe;
use trace::{RunStatus, StepStatus};

use crate::world::{World, amiss, on_a_large_stack, one};

#[test]
fn a_tool_that_is_missing_fails_and_without_the_script_none_is_asked_for() {
    on_a_large_stack(async {
        let mut world = World::plain().await;
        world.set("BITIQ_BOOTSTRAP_REQUIRE_TOOL", "python3,no-such-tool");
        world.write_trace("id", "https://elsewhere.example.test:6443", |trace| {
            trace.step_mut("script").status = StepStatus::Failed;
        });
        let checks = world.check().await;
        assert_eq!(one(&checks, "required-tools").details(), ["no-such-tool not found on PATH"]);
        assert!(!amiss(&checks).contains(&"script-before warning".to_owned()));
        world.set("BITIQ_BOOTSTRAP_SKIP_SCRIPT", "true");
        let checks = world.check().await;
        assert!(
            !checks.iter().any(|check| ["required-tools", "work-folder-programs"].contains(&check.id.name()))
        );
        assert!(amiss(&checks).contains(&"script-before warning".to_owned()));
        world.set("GITOPS_REPO_PASSWORD", "short");
        let checks = world.check().await;
        let short = checks.iter().filter(|check| check.id.name() == "secret-length");
        assert_eq!(short.map(|check| check.details().len()).collect::<Vec<_>>(), [1]);
        world.write_trace("id", "https://elsewhere.example.test:6443", |trace| {
            trace.step_mut("script").status = StepStatus::Changed;
        });
        assert!(!amiss(&world.check().await).contains(&"script-before warning".to_owned()));
    });
}

#[test]
fn the_runs_that_are_remembered_tell_of_the_cluster_before() {
    on_a_large_stack(async {
        let world = World::openshift().await;
        let request = world.request();
        let inputs = request.inputs();
        let work = world.sandbox.work();
        assert_eq!(
            inputs.machine.path.and_then(OsStr::to_str),
            world.sandbox.env().iter().find(|it| it.0 == "PATH").map(|it| it.1.as_str())
        );
        world.write_trace("id-before", "https://before:6443", |trace| trace.status = RunStatus::Failed);
        fs_err::write(work.join("infraID"), "demo-gone1\n").unwrap();
        let observed = observe(&inputs.machine);
        assert_eq!(observed.summary, "python3 on PATH");
        let machine = observed.state.found().unwrap();
        assert!(machine.previous.is_some() && machine.known.len() == 1);
        assert_eq!(machine.newest().and_then(|it| it.cluster_id()), Some("id-before"));
        assert_eq!(
            (machine.infra_id.as_deref(), machine.infra_ids.as_slice()),
            (Some("demo-gone1\n"), &["demo-gone1".to_owned()][..])
        );
        let state = world.observe().await.ok().unwrap();
        let earlier = machine.earlier(&state.cluster.identity, &[Step::VaultAuth]);
        assert_eq!(earlier.id(), Some("id-before"));
        assert_eq!(state.earlier.id(), Some("id-before"));
        // The run of another name tells nothing.
        world.write_trace("id-before", "https://before:6443", |trace| trace.cluster = "other".into());
        assert!(observe(&inputs.machine).state.found().unwrap().known.is_empty());
        // The newest is first.
        world.write_trace("id-old", "https://before:6443", |_| ());
        world.write_run("19700102T000000Z-000002", "id-new");
        let found = observe(&inputs.machine);
        let known = &found.state.found().unwrap().known;
        let ids: Vec<_> = known.iter().filter_map(|it| it.cluster_id()).collect();
        assert_eq!(ids, ["id-new", "id-old"]);
    });
}
