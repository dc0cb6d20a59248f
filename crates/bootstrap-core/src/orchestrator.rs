//! The plan of the program, for every command that writes: locks, preflight, plan, first writes, Lease, steps, closing.

use std::sync::Arc;
use std::time::Instant;

use diagnostics::{EventKind, Facts, Failure, FailureKind, Failures, Intent, RunPlan, Step};
use preflight::{Context, Reporter, Request, Warnings, check_inputs, with_heartbeat, work_dir};
use run_lock::Holder;

use crate::closing::{Closing, Outcome, of_a_panic};
use crate::flow::{Flow, Work};
use crate::locks::{lock_folder, still_ours};
use crate::steps::Done;
use crate::trace_recorder::TraceRecorder;
use crate::{broken, run_start};

/// The result of a dry run.
pub struct Planned {
    /// Identities and versions.
    pub facts: Facts,
    /// Changes, step by step.
    pub plan: RunPlan,
    /// Warnings of all checks.
    pub warnings: Vec<String>,
}

/// One command on one cluster.
pub(crate) struct Orchestrator<'a, F> {
    pub request: &'a Request,
    pub context: &'a Context,
    pub flow: F,
}

impl<F: Flow> Orchestrator<'_, F> {
    /// Runs the command: emits its events, leaves its trace. `exit_code` gives the code that the trace names.
    pub(crate) async fn with_trace(&self, exit_code: fn(Option<FailureKind>) -> u8) -> Outcome {
        let began = Instant::now();
        let trace = &run_start::begin_trace(self.request, self.context);
        let work = with_heartbeat(self.context, self.run_locked_folder(trace));
        let worked = broken::caught(work).await;
        Closing { context: self.context, trace, exit_code }.end(worked, began)
    }

    /// Observes and plans, and writes nothing but fetched Git objects into `.work/cache/`.
    pub(crate) async fn plan(&self) -> Result<Planned, Failures> {
        let Self { request, context, flow } = self;
        let (warnings, reporter) = (Warnings::of(context), Reporter::new(context));
        work_dir::check(&request.folder)?;
        reporter.checks(&check_inputs(request, &context.mask));
        let observed = with_heartbeat(context, flow.observe(&reporter)).await;
        let state = observed.map_err(|failures| failures.map(|failure| failure.masked(&context.mask)))?;
        reporter.checks(&flow.further_checks(&state).await);
        warnings.refuse_if_strict(request.settings.strict)?;
        Ok(Planned { facts: flow.facts(&state), plan: flow.plan(&state), warnings: warnings.heard() })
    }

    async fn run_locked_folder(&self, trace: &TraceRecorder) -> Result<(), Failures> {
        let warnings = Warnings::of(self.context);
        let (_lock, holder) = lock_folder(self.request, self.context, trace).await?;
        let began = Instant::now();
        self.flow.prepare().await?;
        let (state, plan) = self.preflight(&warnings).await?;
        self.lock_and_apply(Work { state, plan, lease: None, trace }, holder, began).await?;
        Ok(warnings.fail_if_strict(self.request.settings.strict)?)
    }

    /// Does everything that can fail without writing.
    async fn preflight(&self, warnings: &Warnings) -> Result<(F::State, RunPlan), Failures> {
        let Self { request, context, flow } = self;
        let reporter = Reporter::new(context);
        reporter.checks(&check_inputs(request, &context.mask));
        context.events.emit(EventKind::StepStarted { step: Step::Preflight });
        let mut state = flow.observe(&reporter).await?;
        if flow.wait_until_ready(&state, warnings).await? {
            state = flow.observe(&reporter).await?;
        }
        context.events.emit(EventKind::Known(Box::new(flow.facts(&state))));
        reporter.checks(&flow.further_checks(&state).await);
        warnings.refuse_if_strict(request.settings.strict)?;
        let plan = self.emit_plan(&state);
        context.stop.check(Step::Preflight)?;
        Ok((state, plan))
    }

    fn emit_plan(&self, state: &F::State) -> RunPlan {
        let plan = self.flow.plan(state);
        self.context.events.emit(EventKind::Planned(Arc::new(plan.clone())));
        plan
    }

    /// Makes the first writes, takes the Lease, applies the steps, gives the Lease back.
    async fn lock_and_apply(
        &self,
        mut work: Work<'_, F::State>,
        holder: Holder,
        began: Instant,
    ) -> Result<(), Failure> {
        let (events, trace) = (&self.context.events, work.trace);
        // A run that finds the Lease held and had nothing to write before it leaves the latest trace as it is.
        let writes_before = matches!(work.plan.intent(Step::Preflight), Some(Intent::Change { .. }));
        if writes_before {
            events.emit(EventKind::WritesBegin);
        }
        let refused = |failure: Failure| if writes_before { failure.after_a_write() } else { failure };
        work.lease = self.flow.lock(&work, holder).await.map_err(refused)?;
        let steps = async {
            events.emit(EventKind::WritesBegin);
            self.apply_steps(&mut work, began).await
        };
        let applied = broken::caught(steps).await.unwrap_or_else(|it| Err(of_a_panic(&it, trace)));
        let unlocked = self.flow.unlock(work, applied.is_ok()).await;
        applied.and(unlocked).map_err(Failure::after_a_write)
    }

    async fn apply_steps(&self, work: &mut Work<'_, F::State>, mut began: Instant) -> Result<(), Failure> {
        let Self { request, context, flow } = self;
        // Others may have written between the observation and the Lease.
        if work.lease.is_some() && flow.observe_again(&mut work.state).await? {
            work.plan = self.emit_plan(&work.state);
        }
        for &step in request.scope.steps() {
            if step != Step::Preflight {
                context.stop.check(step)?;
                still_ours(work.lease.as_ref()).await?;
                began = Instant::now();
                context.events.emit(EventKind::StepStarted { step });
            }
            let Done { status, detail, changes } = flow.apply(step, work).await?;
            context.stop.waits.over();
            let took = began.elapsed();
            context.events.emit(EventKind::StepEnded { step, status, detail, changes, took });
        }
        Ok(())
    }
}
