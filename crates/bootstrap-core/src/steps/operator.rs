//! The step `operator`: installs the GitOps operator of the chart, and lets Helm take over its ArgoCD.

use std::time::{Duration, Instant};

use argocd::chart::Operators;
use argocd::operator::Installed;
use argocd::{ArgoCdError, Limits, WaitBudget, Waiting, instance, operator};
use trace::Change;

use super::{Done, Steps};
use crate::locks::still_ours;
use diagnostics::{Failure, FailureKind, Step, WaitProgress};
use preflight::observe::operator::desired;
use preflight::state::ObservedState;

impl Steps<'_> {
    pub(crate) async fn operator(&self, world: &ObservedState) -> Result<Done, Failure> {
        let Some(operators) = world.operators() else { return Ok(Done::skipped("not part of this command")) };
        let failed = |error| self.argocd_failure(Step::Operator, &error);
        let cluster = &world.cluster.access;
        let inputs = self.request.inputs().operator;
        let desired = desired(&inputs, operators);
        // An earlier step of someone else's may have moved it: read and planned anew.
        let Some(state) = operator::observe(cluster, operators).await.map_err(failed)? else {
            return Ok(Done::skipped("the cluster has no OLM (no kind Subscription)"));
        };
        let changes = operator::plan(&desired, &state).map_err(failed)?;
        let mut wrote = |change| self.wrote(Step::Operator, [change]);
        let mut done = operator::apply(cluster, &desired, &changes, &mut wrote).await.map_err(failed)?;
        let Installed { csv, changes: approved, further } =
            self.await_operator(world, operators).await.map_err(failed)?;
        done.extend(approved);
        // The plan warned of one that waited already.
        if let Some(further) = further.filter(|further| !changes.warnings().contains(further)) {
            self.context.events.warn(further);
        }
        // The wait may have been long.
        still_ours(self.lease).await?;
        let adopted = instance::adopt(cluster, &operators.instance).await.map_err(failed)?;
        self.wrote(Step::Operator, adopted.clone());
        done.extend(adopted);
        Ok(Done::by(done, format!("{csv} installed")))
    }

    /// What OLM and the operator do now.
    async fn await_operator(
        &self,
        world: &ObservedState,
        operators: &Operators,
    ) -> Result<Installed, ArgoCdError> {
        let cluster = &world.cluster.access;
        let approve = self.request.settings.operator.approve_install_plan;
        let clock = clock();
        let mut told = |waiting| self.tell_waiting(Step::Operator, &waiting);
        let mut wrote = |change| self.wrote(Step::Operator, [change]);
        let mut patience = self.patience(&clock, &mut told, &mut wrote);
        let installed = operator::await_installed(cluster, &operators.gitops, approve, &mut patience).await?;
        let argo = &operators.instance;
        let is_made = argo.create && instance::is_default(argo) && !operators.gitops.disable_default_instance;
        if is_made && !instance::await_made(cluster, &mut patience).await? {
            self.context.events.warn(format!(
                "the operator has not created {}; scripts/bootstrap.sh will create it without the defaults of the operator",
                instance::default()
            ));
        }
        self.context.stop.waits.over();
        Ok(installed)
    }

    pub(super) fn patience<'a>(
        &'a self,
        clock: &'a (dyn Fn() -> Duration + Send + Sync),
        told: &'a mut (dyn FnMut(Waiting) + Send),
        wrote: &'a mut (dyn FnMut(Change) + Send),
    ) -> WaitBudget<'a> {
        let limits = Limits::new(self.request.settings.operator.timeout);
        WaitBudget { limits, stop: &self.context.stop.token, clock, told, wrote }
    }

    pub(super) fn tell_waiting(&self, step: Step, waiting: &Waiting) {
        let Waiting { waiting_for: what, last, limit } = waiting;
        self.context.waiting(&WaitProgress {
            subject: step.into(),
            what,
            last: Some(last.clone()),
            limit: Some(*limit),
        });
    }

    pub(super) fn argocd_failure(&self, step: Step, error: &ArgoCdError) -> Failure {
        self.context.stop.or_signal(Failure::of(FailureKind::Step, step, error))
    }
}

/// The time since now.
pub(super) fn clock() -> impl Fn() -> Duration + Send + Sync {
    let began = Instant::now();
    move || began.elapsed()
}
