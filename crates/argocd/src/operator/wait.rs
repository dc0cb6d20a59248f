use advice::Advice;
use cluster_access::{AccessError, Cluster, ObjectRef, get, merge_patch};
use secret::one_line;
use serde_json::{Value, json};
use trace::Change;

use super::install::{Judge, approval, approved, meant, needs_approval};
use super::{deployment, objects};
use crate::ArgoCdError;
use crate::chart::GitOpsOperator;
use crate::wait::{Seen, Verdict, WaitBudget, until};

/// Result of an installation by OLM.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Installed {
    /// The ClusterServiceVersion.
    pub csv: String,
    /// InstallPlans that were approved on the way.
    pub changes: Vec<Change>,
    /// The InstallPlan of a further version that waits for its approval, with the command.
    pub further: Option<Advice>,
}

/// Waits until the operator is installed as wanted: its ClusterServiceVersion succeeded, the kind ArgoCD established,
/// the Deployment with, or without, the variable, and rolled out. With `approve` the InstallPlan is approved.
///
/// # Errors
/// What keeps it from coming, or the last condition seen at the end of a wait's time.
pub async fn await_installed(
    cluster: &Cluster,
    wanted: &GitOpsOperator,
    approve: bool,
    budget: &mut WaitBudget<'_>,
) -> Result<Installed, ArgoCdError> {
    let (csv, changes) = await_csv(cluster, wanted, approve, budget).await?;
    await_kind(cluster, budget).await?;
    let deployments: Vec<ObjectRef> = deployment::names(&csv)
        .iter()
        .map(|name| objects::deployment(&wanted.install_namespace, name))
        .collect();
    let name = deployments.first().map_or_else(|| "the operator's Deployment".into(), ToString::to_string);
    let disable = wanted.disable_default_instance;
    let look = || Seen::read(cluster, deployments.iter().cloned());
    let limits = budget.limits;
    let carried = if disable { "to carry" } else { "no longer to carry" };
    let what = format!("{name} {carried} {}", super::DISABLE_DEFAULT);
    until(cluster, budget, &what, limits.variable, look, |seen, _| deployment::variable(seen, disable))
        .await?;
    let what = format!("{name} to be rolled out");
    until(cluster, budget, &what, limits.rollout, look, |seen, _| deployment::all_rolled_out(seen)).await?;
    let csv = csv["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    Ok(Installed { csv, changes, further: further(cluster, wanted).await? })
}

/// The next step of an upgrade, where somebody has to approve it.
async fn further(cluster: &Cluster, wanted: &GitOpsOperator) -> Result<Option<Advice>, AccessError> {
    let place = objects::subscription(&wanted.install_namespace, &wanted.name);
    let found = get(cluster, &place).await?.unwrap_or_default();
    let Some(plan) = objects::install_plan_of(&found) else { return Ok(None) };
    Ok(get(cluster, &plan).await?.filter(needs_approval).map(|plan| approval(&plan).advice()))
}

async fn await_csv(
    cluster: &Cluster,
    wanted: &GitOpsOperator,
    approve: bool,
    budget: &mut WaitBudget<'_>,
) -> Result<(Value, Vec<Change>), ArgoCdError> {
    let place = objects::subscription(&wanted.install_namespace, &wanted.name);
    let what = format!("the ClusterServiceVersion of {place} to succeed");
    let mut done = Vec::new();
    let (limits, stop, clock) = (budget.limits, budget.stop, budget.clock);
    let WaitBudget { told, wrote, .. } = budget;
    let look = async || {
        let seen = look(cluster, wanted, &place, approve).await?;
        let plan = seen.of("InstallPlan").filter(|plan| approve && needs_approval(plan));
        if let Some(plan) = plan
            && let Some(change) = approve_plan(cluster, plan).await?
        {
            wrote(change.clone());
            done.push(change);
        }
        Ok(seen)
    };
    let mut judge = Judge::default();
    let judge = |seen: &Seen, now| judge.judge(&place, seen, now);
    let mut nothing = |_| ();
    let mut budget = WaitBudget { limits, stop, clock, told: &mut **told, wrote: &mut nothing };
    let csv = until(cluster, &mut budget, &what, limits.csv, look, judge).await?;
    Ok((csv, done))
}

/// The Subscription, and what it names.
pub(super) async fn look(
    cluster: &Cluster,
    wanted: &GitOpsOperator,
    place: &ObjectRef,
    approve: bool,
) -> Result<Seen, AccessError> {
    let namespace = wanted.install_namespace.as_str();
    let mut seen = Seen::default();
    let found = seen.look(cluster, place.clone()).await?.unwrap_or_default();
    if let Some(plan) = objects::install_plan_of(&found) {
        seen.look(cluster, plan).await?;
    }
    if let Some(csv) = meant(&found, seen.of("InstallPlan"), approve) {
        seen.look(cluster, objects::csv(namespace, csv)).await?;
    }
    let spec = &found["spec"];
    let text = |key: &str, other: &str| spec[key].as_str().unwrap_or(other).to_owned();
    let (source, its_namespace) =
        (text("source", &wanted.source), text("sourceNamespace", &wanted.source_namespace));
    seen.look(cluster, objects::catalog(&its_namespace, &source)).await?;
    seen.look_at_all(cluster, objects::groups(namespace)).await?;
    Ok(seen)
}

/// Approves the one that was read; one that changed in between is looked at again.
async fn approve_plan(cluster: &Cluster, plan: &Value) -> Result<Option<Change>, AccessError> {
    let text = |key: &str| plan["metadata"][key].as_str().unwrap_or_default();
    let object = objects::install_plan(text("namespace"), text("name"));
    let patch = json!({
        "metadata": { "resourceVersion": text("resourceVersion") }, "spec": { "approved": true },
    });
    match merge_patch(cluster, &object, &patch).await {
        Ok(_) => Ok(Some(approved(plan))),
        Err(AccessError::Conflict { .. } | AccessError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn await_kind(cluster: &Cluster, budget: &mut WaitBudget<'_>) -> Result<(), ArgoCdError> {
    let definition = objects::argocds_definition();
    let what = format!("{definition} to be established");
    let limit = budget.limits.crd;
    let look = || Seen::read(cluster, [definition.clone()]);
    until(cluster, budget, &what, limit, look, |seen, _| established(seen)).await
}

fn established(seen: &Seen) -> Verdict<()> {
    let Some(found) = seen.of("CustomResourceDefinition") else {
        return Verdict::Waiting("it is not there yet".into());
    };
    let mut conditions = found["status"]["conditions"].as_array().into_iter().flatten();
    match conditions.find(|condition| condition["type"] == "Established") {
        Some(condition) if condition["status"] == "True" => Verdict::Done(()),
        Some(condition) => Verdict::Waiting(
            one_line(condition["message"].as_str().unwrap_or("it is not established yet")).into(),
        ),
        None => Verdict::Waiting("it is not established yet".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_established_by_that_condition_alone() {
        let is_done = |conditions: Value| {
            let found = json!({"status": {"conditions": conditions}});
            let seen = Seen::default().with(objects::argocds_definition(), Some(found));
            matches!(established(&seen), Verdict::Done(()))
        };
        let condition = |kind: &str, status: &str| json!([{"type": kind, "status": status}]);
        assert!(is_done(condition("Established", "True")));
        assert!(!is_done(condition("Established", "False")));
        assert!(!is_done(condition("NamesAccepted", "True")));
        assert!(!is_done(Value::Null));
    }
}
