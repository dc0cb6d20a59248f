//! A run from its first look to its closed trace: the order of things, and nothing else.

use std::sync::Arc;
use std::time::{Duration, Instant};

use secret::Mask;
use trace::{History, KEPT_RUNS, RunId, RunStatus, Trace};

use crate::broken::{self, Broken};
use crate::links;
use crate::recorder::Recorded;
use crate::steps::{Done, Steps};
use diagnostics::{
    Check, EventKind, Facts, Failure, FailureKind, Failures, Intent, RunPlan, Step, Subject, WaitProgress,
};
use preflight::Reporter;
use preflight::Warnings;
use preflight::check_inputs;
use preflight::state::ObservedState;
use preflight::with_heartbeat;
use preflight::{Context, Request, Scope};
use preflight::{connection_expiry, plan as planning, programs, readiness, systems, work_dir};
use run_lock::lease::{Claim, HeldLease, LeaseStore, News, Terms};
use run_lock::{FileLock, Holder};

/// How a run ended.
pub struct Outcome {
    /// Its trace, as on disk.
    pub trace: Trace,
    /// All that failed; empty where it succeeded.
    pub failures: Failures,
}

impl Outcome {
    /// What the failures mean for the caller.
    pub fn kind(&self) -> Option<FailureKind> {
        gravest(&self.failures)
    }
}

/// What several failures mean for the caller: a signal outweighs what it caused; then what was asked wrongly, who
/// holds the lock, what was written half.
pub fn gravest(failures: &[Failure]) -> Option<FailureKind> {
    use FailureKind::{Interrupted, Locked, Refused, Step, Terminated, Usage};
    [Interrupted, Terminated, Usage, Locked, Step, Refused]
        .into_iter()
        .find(|kind| failures.iter().any(|failure| failure.kind == *kind))
}

/// Does what the request asks for, tells the events, leaves the trace.
///
/// `exit_code` makes the code for the trace of what the run came to: the caller owns the exit codes.
pub async fn run(request: &Request, context: &Context, exit_code: fn(Option<FailureKind>) -> u8) -> Outcome {
    let work = async |run_id: &RunId, recorded: &Recorded, warnings: &Warnings| {
        attempt(request, context, run_id, recorded, warnings).await
    };
    conducted(request, context, exit_code, work).await
}

/// Around the work of every command that writes: its trace begun and closed, its failures told.
pub(crate) async fn conducted(
    request: &Request,
    context: &Context,
    exit_code: fn(Option<FailureKind>) -> u8,
    work: impl AsyncFnOnce(&RunId, &Recorded, &Warnings) -> Result<(), Failures>,
) -> Outcome {
    let began = Instant::now();
    let run_id = run_lock::run_id();
    let recorded = crate::run_start::record(request, context, &run_id);
    let warnings = Warnings::of(context);
    let work = with_heartbeat(context, work(&run_id, &recorded, &warnings));
    let failures = whole(broken::caught(work).await, &recorded);
    let failures = failures.map(|failure| failure.masked(&context.mask).filled(context.commands()));
    for failure in failures.iter() {
        context.events.tell(EventKind::Failed(Box::new(failure.clone())));
    }
    let mut failures = close(context, &recorded, failures, exit_code);
    let kind = gravest(&failures);
    // What is told at the end is what the trace says.
    let took = recorded.trace().duration_ms.map_or_else(|| began.elapsed(), Duration::from_millis);
    context.events.tell(EventKind::Ended {
        status: status(kind),
        exit_code: exit_code(kind),
        took,
        trace: recorded.file(),
        log: recorded.log(),
    });
    if let Some(broken) = broken::noted() {
        failures.0.push(of_a_panic(&broken, &recorded).filled(context.commands()));
        failures = close(context, &recorded, failures, exit_code);
    }
    Outcome { trace: recorded.trace(), failures }
}

/// All that failed; a panic in something that nobody waited for too.
fn whole(worked: Result<Result<(), Failures>, Broken>, recorded: &Recorded) -> Failures {
    let mut failures = match worked {
        Ok(done) => done.err().unwrap_or_default(),
        Err(broken) => of_a_panic(&broken, recorded).into(),
    };
    failures.0.extend(broken::noted().map(|broken| of_a_panic(&broken, recorded)));
    failures
}

/// A panic, as the failure of the step that was at work.
pub(crate) fn of_a_panic(broken: &Broken, recorded: &Recorded) -> Failure {
    let failure = broken.failure(recorded.at_work());
    if recorded.wrote() { failure.after_a_write() } else { failure }
}

/// What `plan` found.
pub struct Planned {
    /// Who we are where.
    pub facts: Facts,
    /// What would be done.
    pub plan: RunPlan,
    /// What to look at.
    pub warnings: Vec<String>,
}

/// Looks and plans, and writes nothing but fetched Git objects into `.work/cache/`.
///
/// # Errors
/// All that a run would be refused for.
pub async fn plan(request: &Request, context: &Context) -> Result<Planned, Failures> {
    let warnings = Warnings::of(context);
    work_dir::check(&request.folder)?;
    let (inputs, session, reporter) = (request.inputs(), context.session(), Reporter::new(context));
    reporter.checks(&check_inputs(request, &context.mask));
    let masked = |failures: Failures| failures.map(|failure| failure.masked(&context.mask));
    let observed = with_heartbeat(context, systems::observe(&inputs, &session, &reporter));
    let world = observed.await.map_err(masked)?;
    reporter.checks(&expiry(request, context, &world).await);
    warnings.refuse_if_strict(request.settings.strict)?;
    Ok(Planned {
        facts: world.facts(request),
        plan: planning::plan(&inputs, &world),
        warnings: warnings.heard(),
    })
}

/// The trace is the audit's: a run whose trace could not be closed did not succeed. One that failed says both: else
/// its trace would stay `running`, and nobody would know why.
fn close(
    context: &Context,
    recorded: &Recorded,
    mut failures: Failures,
    exit_code: fn(Option<FailureKind>) -> u8,
) -> Failures {
    let close = |kind| recorded.close(status(kind), exit_code(kind));
    let unwritten = close(gravest(&failures)).err();
    if let Some(failure) = unwritten.and_then(|error| of_the_trace(&error, &failures, &context.mask)) {
        context.events.tell(EventKind::Failed(Box::new(failure.clone())));
        failures.0.push(failure);
        // Where only one of its two files can't be written, the other one is to say so.
        close(gravest(&failures)).ok();
    }
    failures
}

/// What keeps the trace from being closed, as one more failure: the others decide what the run came to. None where it
/// is told already.
fn of_the_trace(error: &trace::WriteError, failures: &[Failure], mask: &Mask) -> Option<Failure> {
    let kind = gravest(failures).unwrap_or(FailureKind::Step);
    let failure = Failure::of(kind, Subject::Trace, error, error.hint()).masked(mask);
    failures.iter().all(|told| told.message != failure.message).then_some(failure)
}

fn status(kind: Option<FailureKind>) -> RunStatus {
    match kind {
        None => RunStatus::Succeeded,
        Some(FailureKind::Interrupted | FailureKind::Terminated) => RunStatus::Interrupted,
        Some(FailureKind::Usage | FailureKind::Refused | FailureKind::Step | FailureKind::Locked) => {
            RunStatus::Failed
        }
    }
}

async fn attempt(
    request: &Request,
    context: &Context,
    run_id: &RunId,
    recorded: &Recorded,
    warnings: &Warnings,
) -> Result<(), Failures> {
    let (_lock, holder) = lock_folder(request, context, run_id, recorded).await?;
    let began = Instant::now();
    // The mount table is looked at with everything else: what it can't tell is tried.
    if request.scope == Scope::Run
        && !request.settings.script.skip
        && programs::check_mount(&request.folder).is_ok()
    {
        programs::try_one(&request.folder, context).await?;
    }
    let reporter = Reporter::new(context);
    reporter.checks(&check_inputs(request, &context.mask));
    let (world, plan) = tried(request, context, &reporter, warnings).await?;
    let steps = Steps { request, context, run_id, recorded };
    hand_over(&steps, world, plan, holder, began).await?;
    Ok(warnings.fail_if_strict(request.settings.strict)?)
}

/// `.work/` is there and ours, its lock taken, the trace on disk.
pub(crate) async fn lock_folder(
    request: &Request,
    context: &Context,
    run_id: &RunId,
    recorded: &Recorded,
) -> Result<(FileLock, Holder), Failures> {
    if let Err(failure) = work_dir::prepare(&request.folder) {
        recorded.keep_silent(); // nothing may be written there, not even this run's trace
        return Err(failure.into());
    }
    let holder = Holder::new(&request.started_by, run_id);
    let wait = request.settings.wait_lock;
    let told = |holder: String| waiting(context, &holder, None, wait);
    let lock = FileLock::take(&request.folder.lock(), &holder, wait, &context.stop, told).await?;
    context.stop.waits.over();
    let unwritable =
        |error: trace::WriteError| Failure::of(FailureKind::Refused, Subject::Trace, &error, error.hint());
    recorded.check_latest().map_err(unwritable)?;
    recorded.save().map_err(unwritable)?;
    let mut spared = vec![run_id.clone()];
    spared.extend(remembered(request));
    History::new(request.folder.runs()).prune(KEPT_RUNS, &spared).ok();
    Ok((lock, holder))
}

/// The latest run that wrote, and the newest success: however many were refused since, they are not forgotten.
fn remembered(request: &Request) -> Vec<RunId> {
    match trace::read(&request.folder.trace()) {
        Ok(trace::Record::New(latest)) => {
            let success = latest.last_success.and_then(|success| success.run_id);
            std::iter::once(latest.run_id).chain(success).collect()
        }
        _ => Vec::new(),
    }
}

/// Everything that can fail without writing.
async fn tried(
    request: &Request,
    context: &Context,
    reporter: &Reporter<'_>,
    warnings: &Warnings,
) -> Result<(ObservedState, RunPlan), Failures> {
    let (inputs, session) = (request.inputs(), context.session());
    context.events.emit(EventKind::StepStarted { step: Step::Preflight });
    let mut world = systems::observe(&inputs, &session, reporter).await?;
    if waited(request, context, &world, warnings).await? {
        // What was seen may have moved meanwhile.
        world = systems::observe(&inputs, &session, reporter).await?;
    }
    context.events.emit(EventKind::Known(Box::new(world.facts(request))));
    let plan = planning::plan(&inputs, &world);
    reporter.checks(&expiry(request, context, &world).await);
    warnings.refuse_if_strict(request.settings.strict)?;
    context.events.emit(EventKind::Planned(Arc::new(plan.clone())));
    context.stop.check(Step::Preflight)?;
    Ok((world, plan))
}

async fn expiry(request: &Request, context: &Context, world: &ObservedState) -> Vec<Check> {
    let inputs = request.inputs().cluster;
    connection_expiry::observe(&inputs, &context.session(), &world.cluster, world.repository.as_ref()).await
}

/// `--wait-ready`: whether the cluster had to be waited for.
async fn waited(
    request: &Request,
    context: &Context,
    world: &ObservedState,
    warnings: &Warnings,
) -> Result<bool, Failure> {
    let limit = request.settings.wait_ready;
    if limit.is_zero() || request.scope != Scope::Run {
        return Ok(false);
    }
    // What refuses the run anyway is not waited for.
    warnings.refuse_if_strict(request.settings.strict)?;
    let wanted = readiness::Wanted::new(&request.spec, world.repository.as_ref());
    let told = |lacking: String| waiting(context, "the cluster to be ready", Some(&lacking), limit);
    let waited =
        readiness::wait(&world.cluster.access, &wanted, readiness::system, limit, &context.stop, told)
            .await?;
    context.stop.waits.over();
    Ok(waited)
}

/// The first writes: kubeconfig, Namespace, the Lease in it. Then all others.
async fn hand_over(
    steps: &Steps<'_>,
    world: ObservedState,
    plan: RunPlan,
    holder: Holder,
    preflight: Instant,
) -> Result<(), Failures> {
    let Steps { request, context, .. } = steps;
    // A run that finds the Lease held and had nothing to write before it leaves the latest trace as it is.
    let writes_before = matches!(plan.intent(Step::Preflight), Some(Intent::Change { .. }));
    if writes_before {
        context.events.emit(EventKind::WritesBegin);
    }
    steps.before_the_lease(&world).await.map_err(Failure::after_a_write)?;
    let refused = |failure: Failure| if writes_before { failure.after_a_write() } else { failure };
    let lease = lock_cluster(request, context, &world.cluster.access, holder).await.map_err(refused)?;
    let (cluster, git_sha) = (world.cluster.access.clone(), world.git_sha().to_owned());
    let work = async {
        context.events.emit(EventKind::WritesBegin);
        locked(steps, world, plan, &lease, preflight).await
    };
    let outcome = broken::caught(work).await.unwrap_or_else(|it| Err(of_a_panic(&it, steps.recorded)));
    lease.release().await;
    tell_links(request, context, &cluster, &git_sha).await;
    Ok(outcome.map_err(Failure::after_a_write)?)
}

/// Where to look in a browser: known best once the steps are over, whatever came of them.
async fn tell_links(request: &Request, context: &Context, cluster: &cluster_access::Cluster, git_sha: &str) {
    if request.scope != Scope::Run {
        return;
    }
    let namespace = &request.settings.cluster.argocd_namespace;
    let links = links::links(cluster, namespace, &request.spec.repo_url, git_sha);
    let links = context.stop.until_stopped(links).await.unwrap_or_default();
    if !links.is_empty() {
        context.events.emit(EventKind::Links(links));
    }
}

/// The Lease, for one whose lock file is held.
pub(crate) async fn lock_cluster(
    request: &Request,
    context: &Context,
    cluster: &cluster_access::Cluster,
    holder: Holder,
) -> Result<HeldLease, Failure> {
    let claim = Claim {
        holder,
        machine: request.started_by.host.clone(),
        folder: run_lock::folder(&request.folder.work()),
    };
    let place = LeaseStore::new(cluster, &request.settings.cluster.argocd_namespace, Terms::default());
    let wait = request.settings.wait_lock;
    let told = |news| match news {
        News::WaitingFor(holder) => waiting(context, &holder, None, wait),
        News::TookOver(text) => context.events.progress(Step::Preflight, text),
    };
    let lease = HeldLease::take(place, &claim, wait, &context.stop, told).await?;
    context.stop.waits.over();
    Ok(lease)
}

fn waiting(context: &Context, what: &str, last: Option<&str>, limit: Duration) {
    context.waiting(&WaitProgress {
        subject: Step::Preflight.into(),
        what,
        last: last.map(Into::into),
        limit: Some(limit),
    });
}

/// All that is written, step by step, with the lock held.
async fn locked(
    steps: &Steps<'_>,
    mut world: ObservedState,
    mut plan: RunPlan,
    lease: &HeldLease,
    preflight: Instant,
) -> Result<(), Failure> {
    // Others may have written between our look and the lock.
    if steps.look_again(&mut world).await? {
        plan = planning::plan(&steps.request.inputs(), &world);
        steps.context.events.emit(EventKind::Planned(Arc::new(plan.clone())));
    }
    end(steps, Step::Preflight, &crate::steps::preflight(&plan), preflight.elapsed());
    for &name in steps.request.scope.steps().iter().filter(|name| **name != Step::Preflight) {
        steps.context.stop.check(name)?;
        lease.still_ours().await?;
        let began = Instant::now();
        steps.context.events.emit(EventKind::StepStarted { step: name });
        let done = steps.apply(name, &plan, &mut world, lease).await?;
        end(steps, name, &done, began.elapsed());
    }
    Ok(())
}

fn end(steps: &Steps<'_>, step: Step, done: &Done, took: Duration) {
    let Done { status, detail, changes } = done.clone();
    steps.context.stop.waits.over();
    steps.context.events.emit(EventKind::StepEnded { step, status, detail, changes, took });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unwritable() -> trace::WriteError {
        trace::WriteError::IsFolder { path: ".work/gitops-bootstrap.json".into() }
    }

    #[test]
    fn a_trace_that_can_not_be_closed_is_told_beside_what_failed_before_it() {
        for kind in [FailureKind::Refused, FailureKind::Step, FailureKind::Interrupted] {
            let failures = [Failure::new(kind, Step::Script, "failed to run the script")];
            let told = of_the_trace(&unwritable(), &failures, &Mask::new()).unwrap();
            assert!(told.message.starts_with("failed to write the trace"), "{}", told.message);
            assert!(told.hint.is_some());
            let both = [failures.to_vec(), vec![told]].concat();
            assert_eq!(gravest(&both), Some(kind), "what the run came to stays");
        }
    }

    #[test]
    fn a_trace_that_can_not_be_closed_fails_a_run_that_did_all_else_and_is_told_once() {
        let told = of_the_trace(&unwritable(), &[], &Mask::new()).unwrap();
        assert_eq!(told.kind, FailureKind::Step);
        assert!(of_the_trace(&unwritable(), &[told], &Mask::new()).is_none());
    }
}
