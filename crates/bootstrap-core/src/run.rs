//! `run`, `vault-auth`, `repo-creds`: the cluster is handed over, whole or in part.

use diagnostics::{Check, EventKind, Facts, Failure, FailureKind, Failures, RunPlan, Step, WaitProgress};
use preflight::state::ObservedState;
use preflight::{Context, Reporter, Request, Scope, Warnings};
use preflight::{connection_expiry, plan as planning, programs, readiness, systems};
use run_lock::Holder;
use run_lock::lease::HeldLease;

use crate::closing::Outcome;
use crate::console_links::console_links;
use crate::flow::{Flow, Work};
use crate::locks::lock_cluster;
use crate::orchestrator::{Orchestrator, Planned};
use crate::steps::{Done, Steps};

/// Does what the request asks for, tells the events, leaves the trace.
///
/// `exit_code` makes the code for the trace of what the run came to: the caller owns the exit codes.
pub async fn run(request: &Request, context: &Context, exit_code: fn(Option<FailureKind>) -> u8) -> Outcome {
    orchestrator(request, context).with_trace(exit_code).await
}

/// Looks and plans, and writes nothing but fetched Git objects into `.work/cache/`.
///
/// # Errors
/// All that a run would be refused for.
pub async fn plan(request: &Request, context: &Context) -> Result<Planned, Failures> {
    orchestrator(request, context).plan().await
}

fn orchestrator<'a>(request: &'a Request, context: &'a Context) -> Orchestrator<'a, Run<'a>> {
    Orchestrator { request, context, flow: Run { request, context } }
}

#[derive(Clone, Copy)]
struct Run<'a> {
    request: &'a Request,
    context: &'a Context,
}

impl Flow for Run<'_> {
    type State = ObservedState;

    /// Starts a program where the script lies, unless the mount table says that none may start.
    async fn prepare(&self) -> Result<(), Failure> {
        let Self { request, context } = self;
        let has_script = request.scope == Scope::Run && !request.settings.script.skip;
        if has_script && programs::check_mount(&request.folder).is_ok() {
            programs::try_one(&request.folder, context).await?;
        }
        Ok(())
    }

    async fn observe(&self, reporter: &Reporter<'_>) -> Result<ObservedState, Failures> {
        systems::observe(&self.request.inputs(), &self.context.session(), reporter).await
    }

    /// `--wait-ready`.
    async fn wait_until_ready(&self, state: &ObservedState, warnings: &Warnings) -> Result<bool, Failure> {
        let Self { request, context } = self;
        let limit = request.settings.wait_ready;
        if limit.is_zero() || request.scope != Scope::Run {
            return Ok(false);
        }
        // What refuses the run anyway is not waited for.
        warnings.refuse_if_strict(request.settings.strict)?;
        let wanted = readiness::Wanted::new(&request.spec, state.repository.as_ref());
        let told = |lacking: String| {
            let (what, last) = ("the cluster to be ready", Some(lacking.into()));
            let subject = Step::Preflight.into();
            context.waiting(&WaitProgress { subject, what, last, limit: Some(limit) });
        };
        let cluster = &state.cluster.access;
        let waited = readiness::wait(cluster, &wanted, readiness::system, limit, &context.stop, told).await?;
        context.stop.waits.over();
        Ok(waited)
    }

    fn facts(&self, state: &ObservedState) -> Facts {
        state.facts(self.request)
    }

    fn plan(&self, state: &ObservedState) -> RunPlan {
        planning::plan(&self.request.inputs(), state)
    }

    async fn further_checks(&self, state: &ObservedState) -> Vec<Check> {
        let (inputs, session) = (self.request.inputs().cluster, self.context.session());
        connection_expiry::observe(&inputs, &session, &state.cluster, state.repository.as_ref()).await
    }

    async fn lock(
        &self,
        work: &Work<'_, ObservedState>,
        holder: Holder,
    ) -> Result<Option<HeldLease>, Failure> {
        let Self { request, context } = *self;
        let steps = Steps { request, context, lease: None, trace: work.trace };
        steps.before_the_lease(&work.state).await?;
        lock_cluster(request, context, &work.state.cluster.access, holder).await.map(Some)
    }

    async fn observe_again(&self, state: &mut ObservedState) -> Result<bool, Failure> {
        systems::observe_again(&self.request.inputs(), &self.context.session(), state).await
    }

    async fn apply(&self, step: Step, work: &mut Work<'_, ObservedState>) -> Result<Done, Failure> {
        let (Self { request, context }, lease) = (*self, work.lease.as_ref());
        Steps { request, context, lease, trace: work.trace }.apply(step, &work.plan, &mut work.state).await
    }

    async fn unlock(&self, work: Work<'_, ObservedState>, _: bool) -> Result<(), Failure> {
        if let Some(lease) = work.lease {
            lease.release().await;
        }
        self.emit_links(&work.state).await;
        Ok(())
    }
}

impl Run<'_> {
    /// Emits the links: known best once the steps are over, even if they failed.
    async fn emit_links(&self, state: &ObservedState) {
        let Self { request, context } = self;
        if request.scope != Scope::Run {
            return;
        }
        let namespace = &request.settings.cluster.argocd_namespace;
        let links = console_links(&state.cluster.access, namespace, &request.spec.repo_url, state.git_sha());
        let links = context.stop.until_stopped(links).await.unwrap_or_default();
        if !links.is_empty() {
            context.events.emit(EventKind::Links(links));
        }
    }
}
