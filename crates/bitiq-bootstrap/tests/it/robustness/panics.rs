//! A panic of ours, wherever: the trace is closed, the Lease given back, the lock let go, and the next run goes on. Run in
//! this process, where one can be had: with a listener that panics.

use std::collections::BTreeMap;
use std::ffi::OsString;

use bootstrap_core::Outcome;
use cluster_spec::Repository;
use diagnostics::{Event, EventKind, FailureKind, Listener, Step};
use preflight::{Context, Request, Scope};
use settings::Settings;
use trace::{StartedBy, Tool};

use crate::support::sandbox::World;

/// Panics once a step begins.
struct Breaks {
    at: Step,
}

impl Listener for Breaks {
    fn hear(&mut self, event: &Event) {
        if matches!(&event.kind, EventKind::StepStarted { step } if *step == self.at) {
            panic!("with words that nobody must see");
        }
    }
}

/// A hand-over takes more of the stack than a test's thread has: in a debug build nothing is laid out to be small.
const STACK: usize = 32 << 20;

/// The hand-over in this process; it panics where a step begins.
async fn broken_at(world: &World, at: Step) -> Outcome {
    rustls::crypto::ring::default_provider().install_default().ok();
    let request = request(world);
    let work = move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let context = Context::default();
        context.events.add(Box::new(Breaks { at }));
        runtime.block_on(bootstrap_core::run(&request, &context, code))
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(work).unwrap();
    tokio::task::spawn_blocking(|| thread.join().unwrap()).await.unwrap()
}

fn code(kind: Option<FailureKind>) -> u8 {
    match kind {
        None => 0,
        Some(FailureKind::Refused) => 3,
        Some(_) => 1,
    }
}

fn request(world: &World) -> Request {
    let environment: BTreeMap<OsString, OsString> =
        world.sandbox.env().into_iter().map(|(name, value)| (name.into(), value.into())).collect();
    let loaded = cluster_spec::load(&Repository::at(world.sandbox.root()), "demo").unwrap();
    let lookup = |name: &str| environment.get(&OsString::from(name)).cloned();
    Request {
        scope: Scope::Run,
        spec: loaded.spec,
        folder: loaded.folder,
        spec_warnings: loaded.warnings,
        settings: Settings::from_vars(&lookup, environment.clone()).unwrap(),
        started_by: StartedBy { user: "me".into(), host: settings::this_machine(), pid: std::process::id() },
        tool: Tool { name: "test".into(), version: "0".into(), command: "run".into() },
        temporary: std::env::temp_dir(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_write_the_step_failed_and_everything_is_let_go() {
    let world = World::without_vault().await;
    for at in [Step::RepoCreds, Step::Script, Step::Record] {
        let outcome = broken_at(&world, at).await;
        let [failure] = &outcome.failures[..] else { panic!("{:?}", outcome.failures) };
        assert_eq!((failure.kind, failure.subject), (FailureKind::Step, at.into()));
        assert!(failure.message.contains("internal error"), "{}", failure.message);
        let hint = failure.hint.clone().unwrap_or_default().to_string();
        assert!(hint.contains("report this error with the support bundle"), "{hint}");
        let trace = world.trace();
        assert_eq!((&trace["status"], &trace["exit_code"]), (&"failed".into(), &1.into()), "{trace}");
        assert_eq!(world.steps()[at.name()], "failed");
        assert!(!trace.to_string().contains("nobody must see"), "{trace}");
        assert_eq!(world.lease_holder().await, None);
        assert_eq!(run_lock::run_at_work(&world.sandbox.work().join("lock")), None);
    }
    world.run(&["run", "demo"]).await.exits(0).never_says(&["took over"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn before_a_write_it_is_refused_and_nothing_was_written() {
    let world = World::without_vault().await;
    let outcome = broken_at(&world, Step::Preflight).await;
    assert_eq!(outcome.kind(), Some(FailureKind::Refused));
    assert!(!world.has_trace());
    assert_eq!(world.newest_trace()["status"], "failed");
    assert_eq!(world.newest_trace()["exit_code"], 3);
    assert_eq!(world.lease().await, None);
    world.run(&["run", "demo"]).await.exits(0);
}
