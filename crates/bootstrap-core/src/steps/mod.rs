//! The writes of a run: one file, one step of the trace. Each applies what the plan says and nothing else.

mod argocd;
mod gitops_src;
mod mount_recheck;
mod operator;
mod preflight;
mod record;
mod repo_access;
mod repo_creds;
mod vault_auth;

use trace::{Change, StepStatus};

use crate::locks::lost;
use crate::script::Handover;
use crate::trace_recorder::TraceRecorder;
use ::preflight::state::ObservedState;
use ::preflight::{Context, Request};
use diagnostics::{Failure, Intent, RunPlan, Step};
use run_lock::lease::HeldLease;

pub(crate) use preflight::preflight;

/// What a step came to.
#[derive(Debug, Clone)]
pub(crate) struct Done {
    /// For the trace.
    pub status: StepStatus,
    /// In a few words.
    pub detail: String,
    /// What was written.
    pub changes: Vec<Change>,
}

impl Done {
    pub(crate) fn changed(detail: impl Into<String>, changes: Vec<Change>) -> Self {
        Self { status: StepStatus::Changed, detail: detail.into(), changes }
    }

    pub(crate) fn unchanged(detail: impl Into<String>) -> Self {
        Self { status: StepStatus::Unchanged, detail: detail.into(), changes: Vec::new() }
    }

    pub(crate) fn skipped(reason: impl Into<String>) -> Self {
        Self { status: StepStatus::Skipped, detail: reason.into(), changes: Vec::new() }
    }

    /// Changed where there were changes.
    fn by(changes: Vec<Change>, detail: impl Into<String>) -> Self {
        if changes.is_empty() { Self::unchanged(detail) } else { Self::changed(detail, changes) }
    }
}

/// All that the steps share.
pub(crate) struct Steps<'a> {
    pub request: &'a Request,
    pub context: &'a Context,
    pub lease: Option<&'a HeldLease>,
    pub trace: &'a TraceRecorder,
}

impl Steps<'_> {
    /// Does one step.
    pub(crate) async fn apply(
        &self,
        name: Step,
        plan: &RunPlan,
        world: &mut ObservedState,
    ) -> Result<Done, Failure> {
        let intent = plan.intent(name).unwrap_or(&Intent::Unchanged);
        // Whether there is an ArgoCD is seen after the script.
        if let (Intent::Skip { reason }, false) = (intent, name == Step::Argocd) {
            return Ok(Done::skipped(reason));
        }
        match name {
            Step::GitopsSrc => self.gitops_src(world).await,
            Step::Operator => self.while_ours(name, self.operator(world)).await,
            Step::VaultAuth => self.while_ours(name, self.vault_auth(world)).await,
            Step::RepoCreds => self.while_ours(name, self.repo_creds(world)).await,
            Step::Record => self.while_ours(name, self.record(world)).await,
            Step::Script => self.script(world).await,
            Step::Argocd => self.while_ours(name, self.argocd(world)).await,
            Step::RepoAccess => {
                // Whatever Argo CD says: this is the last that is looked at.
                let access = self.repo_access(world).await;
                self.recheck_mount(world).await;
                access
            }
            Step::Preflight => Ok(preflight(plan)),
            Step::Reviewer => Ok(Done::skipped("part of release only")),
        }
    }

    /// What waits, and writes when that has come, ends once another run has the Lease.
    async fn while_ours<T>(
        &self,
        name: Step,
        write: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        tokio::select! {
            biased;
            outcome = self.context.stop.unless_stopped(name, write) => outcome,
            failure = lost(self.lease) => Err(failure),
        }
    }

    /// Tells what a step wrote, right after the write: it stays told where the step fails later.
    pub(super) fn wrote(&self, step: Step, changes: impl IntoIterator<Item = Change>) {
        changes.into_iter().for_each(|change| self.context.events.wrote(step, change));
    }

    async fn script(&self, world: &ObservedState) -> Result<Done, Failure> {
        let handover = Handover { request: self.request, state: world, trace: &self.trace.trace() };
        handover.run(self.context).await?;
        Ok(Done::changed("exit code 0", vec![Change::run(diagnostics::SCRIPT)]))
    }
}
