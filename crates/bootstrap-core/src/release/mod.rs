//! `release`: the way back, for the teardown. Vault no longer trusts the cluster; what was written into the cluster
//! goes, where it still answers. The same order as a run: everything tried, then the locks, then the writes.

mod cluster;
mod observe;
mod plan;
mod state;
mod steps;

use std::sync::Arc;
use std::time::Instant;

use crate::broken;
use crate::recorder::Recorded;
use crate::run::{Outcome, Planned, conducted, lock_cluster, lock_folder, of_a_panic};
use crate::steps::Done;
use diagnostics::{EventKind, Failure, FailureKind, Failures, RunPlan, Step};
use observe::ReleaseInputs;
use preflight::Reporter;
use preflight::Warnings;
use preflight::check_inputs;
use preflight::with_heartbeat;
use preflight::work_dir;
use preflight::{Context, Request};
use run_lock::Holder;
use run_lock::lease::HeldLease;
pub use state::ReleaseOptions;
use state::ReleaseState;
use trace::RunId;

/// Gives everything back, tells the events, leaves the trace.
pub async fn release(
    request: &Request,
    options: ReleaseOptions,
    context: &Context,
    exit_code: fn(Option<FailureKind>) -> u8,
) -> Outcome {
    let work = async |run_id: &RunId, recorded: &Recorded, warnings: &Warnings| {
        let (_lock, holder) = lock_folder(request, context, run_id, recorded).await?;
        let attempt = Attempt { request, options, context, recorded };
        attempt.go(holder, warnings).await?;
        Ok(warnings.fail_if_strict(request.settings.strict)?)
    };
    conducted(request, context, exit_code, work).await
}

/// Looks and plans, and writes nothing.
///
/// # Errors
/// All that a release would be refused for.
pub async fn release_plan(
    request: &Request,
    options: ReleaseOptions,
    context: &Context,
) -> Result<Planned, Failures> {
    let warnings = Warnings::of(context);
    work_dir::check(&request.folder)?;
    let (inputs, session, reporter) = (inputs(request, options), context.session(), Reporter::new(context));
    reporter.checks(&check_inputs(request, &context.mask));
    let masked = |failures: Failures| failures.map(|failure| failure.masked(&context.mask));
    let observed = with_heartbeat(context, observe::observe(&inputs, &session, &reporter));
    let world = observed.await.map_err(masked)?;
    warnings.refuse_if_strict(request.settings.strict)?;
    Ok(Planned { facts: world.facts(request), plan: plan::plan(&world), warnings: warnings.heard() })
}

/// What a release takes of the request.
fn inputs(request: &Request, options: ReleaseOptions) -> ReleaseInputs<'_> {
    ReleaseInputs { systems: request.inputs(), reviewer: &request.settings.reviewer, options }
}

struct Attempt<'a> {
    request: &'a Request,
    options: ReleaseOptions,
    context: &'a Context,
    recorded: &'a Recorded,
}

impl Attempt<'_> {
    async fn go(&self, holder: Holder, warnings: &Warnings) -> Result<(), Failures> {
        let began = Instant::now();
        let (world, plan) = self.tried(warnings).await?;
        let Some(live) = world.live().filter(|live| live.namespace_exists && plan.pending()) else {
            self.context.events.emit(EventKind::WritesBegin);
            return Ok(self.give_back(world, plan, None, began).await.map_err(Failure::after_a_write)?);
        };
        let lease = lock_cluster(self.request, self.context, &live.access, holder).await?;
        let work = async {
            self.context.events.emit(EventKind::WritesBegin);
            self.give_back(world, plan, Some(&lease), began).await
        };
        let given_back = broken::caught(work).await.unwrap_or_else(|it| Err(of_a_panic(&it, self.recorded)));
        match given_back {
            Ok(()) => Ok(lease
                .remove()
                .await
                .map_err(|error| Failure::of(FailureKind::Step, Step::Record, &error, error.hint()))?),
            Err(failure) => {
                lease.release().await;
                Err(failure.after_a_write().into())
            }
        }
    }

    /// Everything that can fail without writing.
    async fn tried(&self, warnings: &Warnings) -> Result<(ReleaseState, RunPlan), Failures> {
        let Self { request, options, context, .. } = self;
        context.events.emit(EventKind::StepStarted { step: Step::Preflight });
        let reporter = Reporter::new(context);
        reporter.checks(&check_inputs(request, &context.mask));
        let inputs = inputs(request, *options);
        let world = observe::observe(&inputs, &context.session(), &reporter).await?;
        context.events.emit(EventKind::Known(Box::new(world.facts(request))));
        let plan = plan::plan(&world);
        warnings.refuse_if_strict(request.settings.strict)?;
        context.events.emit(EventKind::Planned(Arc::new(plan.clone())));
        context.stop.check(Step::Preflight)?;
        Ok((world, plan))
    }

    /// Step by step; with the Lease held, what was seen before it is looked at once more.
    async fn give_back(
        &self,
        mut world: ReleaseState,
        mut plan: RunPlan,
        lease: Option<&HeldLease>,
        began: Instant,
    ) -> Result<(), Failure> {
        if lease.is_some() {
            let inputs = inputs(self.request, self.options);
            observe::observe_again(&inputs, &self.context.session(), &mut world).await?;
            plan = plan::plan(&world);
            self.context.events.emit(EventKind::Planned(Arc::new(plan.clone())));
        }
        self.end(Step::Preflight, Done::unchanged(preflight(&world, lease)), began);
        for &name in Step::RELEASE.iter().filter(|name| **name != Step::Preflight) {
            self.context.stop.check(name)?;
            if let Some(lease) = lease {
                lease.still_ours().await?;
            }
            let began = Instant::now();
            self.context.events.emit(EventKind::StepStarted { step: name });
            let done = steps::apply(self.context, name, &plan, &world).await?;
            self.end(name, done, began);
        }
        Ok(())
    }

    fn end(&self, step: Step, done: Done, began: Instant) {
        let Done { status, detail, changes } = done;
        self.context.events.emit(EventKind::StepEnded {
            step,
            status,
            detail,
            changes,
            took: began.elapsed(),
        });
    }
}

fn preflight(world: &ReleaseState, lease: Option<&HeldLease>) -> &'static str {
    match (world.live(), lease) {
        (None, _) => "everything was tried; the cluster does not answer",
        (Some(_), Some(_)) => "everything was tried; the cluster is locked",
        (Some(_), None) => "everything was tried",
    }
}
