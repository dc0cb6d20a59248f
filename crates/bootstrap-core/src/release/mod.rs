//! `release`: the way back, for the teardown. Vault no longer trusts the cluster; what was written into the cluster
//! goes, where it still answers.

mod cluster;
mod observe;
mod plan;
mod state;
mod steps;

use diagnostics::{Facts, Failure, FailureKind, Failures, RunPlan, Step};
use preflight::{Context, Reporter, Request};
use run_lock::Holder;
use run_lock::lease::HeldLease;

use crate::closing::Outcome;
use crate::flow::{Flow, Work};
use crate::locks::lock_cluster;
use crate::orchestrator::{Orchestrator, Planned};
use crate::steps::Done;
use observe::ReleaseInputs;
pub use state::ReleaseOptions;
use state::ReleaseState;

/// Gives everything back, tells the events, leaves the trace.
pub async fn release(
    request: &Request,
    options: ReleaseOptions,
    context: &Context,
    exit_code: fn(Option<FailureKind>) -> u8,
) -> Outcome {
    Orchestrator { request, context, flow: Release { request, context, options } }.with_trace(exit_code).await
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
    Orchestrator { request, context, flow: Release { request, context, options } }.plan().await
}

struct Release<'a> {
    request: &'a Request,
    context: &'a Context,
    options: ReleaseOptions,
}

impl Release<'_> {
    fn inputs(&self) -> ReleaseInputs<'_> {
        let Self { request, options, .. } = *self;
        ReleaseInputs { systems: request.inputs(), reviewer: &request.settings.reviewer, options }
    }
}

impl Flow for Release<'_> {
    type State = ReleaseState;

    async fn observe(&self, reporter: &Reporter<'_>) -> Result<ReleaseState, Failures> {
        observe::observe(&self.inputs(), &self.context.session(), reporter).await
    }

    fn facts(&self, state: &ReleaseState) -> Facts {
        state.facts(self.request)
    }

    fn plan(&self, state: &ReleaseState) -> RunPlan {
        plan::plan(state)
    }

    /// A cluster that is gone, or in which nothing goes, needs no Lease.
    async fn lock(
        &self,
        work: &Work<'_, ReleaseState>,
        holder: Holder,
    ) -> Result<Option<HeldLease>, Failure> {
        match work.state.live().filter(|live| live.namespace_exists && work.plan.pending()) {
            Some(live) => lock_cluster(self.request, self.context, &live.access, holder).await.map(Some),
            None => Ok(None),
        }
    }

    async fn observe_again(&self, state: &mut ReleaseState) -> Result<bool, Failure> {
        observe::observe_again(&self.inputs(), &self.context.session(), state).await.map(|()| true)
    }

    async fn apply(&self, step: Step, work: &mut Work<'_, ReleaseState>) -> Result<Done, Failure> {
        match step == Step::Preflight {
            true => Ok(Done::unchanged(preflight(work))),
            false => steps::apply(self.context, step, &work.plan, &work.state).await,
        }
    }

    /// Deletes the Lease with the rest; after a failure the next release takes it again.
    async fn unlock(&self, work: Work<'_, ReleaseState>, succeeded: bool) -> Result<(), Failure> {
        let Some(lease) = work.lease else { return Ok(()) };
        if !succeeded {
            lease.release().await;
            return Ok(());
        }
        let removed = lease.remove().await;
        removed.map_err(|error| Failure::of(FailureKind::Step, Step::Record, &error))
    }
}

fn preflight(work: &Work<'_, ReleaseState>) -> &'static str {
    match (work.state.live(), &work.lease) {
        (None, _) => "all preflight checks passed; the cluster does not answer",
        (Some(_), Some(_)) => "all preflight checks passed; cluster locked for this run",
        (Some(_), None) => "all preflight checks passed",
    }
}
