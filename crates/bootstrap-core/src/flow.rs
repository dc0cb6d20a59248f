//! The difference between the commands that write: what each observes, plans and applies.

use diagnostics::{Check, Facts, Failure, Failures, RunPlan, Step};
use preflight::{Reporter, Warnings};
use run_lock::Holder;
use run_lock::lease::HeldLease;

use crate::steps::Done;
use crate::trace_recorder::TraceRecorder;

/// A command with its locks, and what it works on.
pub(crate) struct Work<'a, S> {
    pub state: S,
    pub plan: RunPlan,
    pub lease: Option<HeldLease>,
    pub trace: &'a TraceRecorder,
}

/// A command that writes, in the order in which the orchestrator calls it.
pub(crate) trait Flow {
    /// State of every system that the command touches.
    type State;

    /// Tries what no observation shows.
    async fn prepare(&self) -> Result<(), Failure> {
        Ok(())
    }

    /// Observes every system.
    async fn observe(&self, reporter: &Reporter<'_>) -> Result<Self::State, Failures>;

    /// Waits for systems that are not ready. True if it waited: the state may be old.
    async fn wait_until_ready(&self, _: &Self::State, _: &Warnings) -> Result<bool, Failure> {
        Ok(false)
    }

    /// Returns the state as plain data.
    fn facts(&self, state: &Self::State) -> Facts;

    /// Makes the checks that need the whole state.
    async fn further_checks(&self, _: &Self::State) -> Vec<Check> {
        Vec::new()
    }

    /// Makes the plan. Pure.
    fn plan(&self, state: &Self::State) -> RunPlan;

    /// Takes the Lease, after the writes that it needs; none if nothing in the cluster is to be written.
    async fn lock(&self, work: &Work<'_, Self::State>, holder: Holder) -> Result<Option<HeldLease>, Failure>;

    /// Observes once more what others may have written before the Lease. True if the plan moved.
    async fn observe_again(&self, state: &mut Self::State) -> Result<bool, Failure>;

    /// Applies one step of the plan.
    async fn apply(&self, step: Step, work: &mut Work<'_, Self::State>) -> Result<Done, Failure>;

    /// Gives the Lease back, whatever came of the steps.
    async fn unlock(&self, work: Work<'_, Self::State>, succeeded: bool) -> Result<(), Failure>;
}
