//! From what was found to what will be done: pure.

use argocd::instance::{self, TargetArgoCd};
use cluster_access::{ObjectRef, Origin};
use trace::Change;

use crate::desired::cluster_secret;
use crate::desired::record::desired as desired_record;
use crate::inputs::{ClusterInputs, Inputs};
use crate::state::{ClusterState, ObservedState, OperatorPart, OperatorState, RepositoryState};
use diagnostics::{Intent, RunPlan, Step};
use settings::ClusterSettings;

/// The plan of the request in this world.
pub fn plan(inputs: &Inputs<'_>, world: &ObservedState) -> RunPlan {
    let mut plan = RunPlan::default();
    for &name in inputs.cluster.scope.steps() {
        let intent = match name {
            Step::Preflight => Intent::of(preflight(&inputs.cluster, &world.cluster)),
            Step::GitopsSrc => of_repository(world, source),
            Step::Operator => operator(world),
            Step::VaultAuth => vault_auth(inputs, world),
            Step::RepoCreds => of_repository(world, repo_creds),
            Step::Record => record(inputs, world),
            Step::Script => script(inputs, world),
            Step::Argocd => with_cluster_secret(inputs, world, argocd(world)),
            Step::RepoAccess => Intent::Watch { what: "Applications of this repository".into() },
            Step::Reviewer => Intent::Skip { reason: "a part of release".into() },
        };
        plan.push(name, intent);
    }
    plan
}

/// The kubeconfig that the script gets, as the plan names it.
pub const KUBECONFIG: &str = ".work/kubeconfig";

/// The changes that come before the Lease: the kubeconfig, the Namespace.
pub fn preflight(inputs: &ClusterInputs<'_>, cluster: &ClusterState) -> Vec<Change> {
    let mut changes = Vec::new();
    if cluster.kubeconfig.write {
        let from = match cluster.kubeconfig.origin {
            Origin::Existing => "itself",
            Origin::Installer { recreated: false } => "the installer's",
            Origin::Installer { recreated: true } => "the installer's: the cluster was recreated",
            Origin::Explicit => "--kubeconfig",
        };
        changes.push(Change::write(KUBECONFIG).fields([format!("all (from {from})")]));
    }
    if !cluster.namespace_exists {
        changes.push(Change::create(ObjectRef::namespace(&inputs.settings.argocd_namespace).to_string()));
    }
    changes
}

fn of_repository(world: &ObservedState, intent: impl Fn(&RepositoryState) -> Intent) -> Intent {
    world
        .repository
        .as_ref()
        .map_or_else(|| Intent::Skip { reason: "not part of this command".into() }, intent)
}

fn vault_auth(inputs: &Inputs<'_>, world: &ObservedState) -> Intent {
    if let Some(auth) = world.vault.as_ref().and_then(|vault| vault.auth.as_ref()) {
        return Intent::of(auth.changes.describe());
    }
    let reason = match inputs.mount.vault {
        None => "VAULT_ADDR and VAULT_TOKEN are not both set",
        Some(_) => "SKIP_VAULT_K8S_AUTH_CONFIG is set",
    };
    Intent::Skip { reason: reason.into() }
}

fn source(repository: &RepositoryState) -> Intent {
    let changes = repository.source.iter().flat_map(|source| source.changes.describe());
    Intent::of(changes.collect())
}

fn operator(world: &ObservedState) -> Intent {
    match world.operator.as_ref().map(|operator| &operator.part) {
        Some(OperatorPart::Planned(changes)) => Intent::of(changes.describe()),
        Some(OperatorPart::Skipped(reason)) => Intent::Skip { reason: reason.clone() },
        None => Intent::Skip { reason: "not part of this command".into() },
    }
}

/// The ArgoCD may be there, be made by the operator, or by the script.
fn argocd(world: &ObservedState) -> Intent {
    let Some(OperatorState { part, argocd, .. }) = &world.operator else {
        return Intent::Skip { reason: "not part of this command".into() };
    };
    let watch =
        |argocd: &ObjectRef| Intent::Watch { what: format!("the ApplicationSet controller of {argocd}") };
    match (&argocd.found, part, world.operators()) {
        (TargetArgoCd::None(reason), OperatorPart::Skipped(_), _) | (TargetArgoCd::None(reason), _, None) => {
            Intent::Skip { reason: reason.clone() }
        }
        (TargetArgoCd::None(_), OperatorPart::Planned(_), Some(operators)) => {
            watch(&instance::of_chart(&operators.instance))
        }
        (TargetArgoCd::One(object, live), part, _) => {
            let changes = instance::enabled(object.clone(), live).describe();
            // The step before the script writes to it already.
            let before = matches!(part, OperatorPart::Planned(planned) if planned.touches(object));
            match (changes.is_empty() || before, argocd.ready) {
                (true, true) => Intent::Unchanged,
                (true, false) => watch(object),
                (false, _) => {
                    Intent::of(changes.into_iter().map(|change| change.after(Step::Script)).collect())
                }
            }
        }
    }
}

/// The Secret is made after the script, which may bring one.
fn with_cluster_secret(inputs: &Inputs<'_>, world: &ObservedState, intent: Intent) -> Intent {
    let planned = cluster_secret::plan(&inputs.cluster, &world.cluster).unwrap_or_default();
    if !planned.makes_one() {
        return intent;
    }
    let mut changes: Vec<Change> =
        planned.describe().into_iter().map(|change| change.after(Step::Script)).collect();
    if let Intent::Change { changes: others } = intent {
        changes.extend(others);
    }
    Intent::Change { changes }
}

fn repo_creds(repository: &RepositoryState) -> Intent {
    let changes = repository.secret.describe();
    match &repository.found.login {
        None if changes.is_empty() => {
            Intent::Skip { reason: "the repository is read without a login".into() }
        }
        _ => Intent::of(changes),
    }
}

fn record(inputs: &Inputs<'_>, world: &ObservedState) -> Intent {
    let desired = desired_record(inputs.cluster.spec, world);
    let mut changes = plan_record(inputs.cluster.settings, world, &desired)
        .map(|changes| changes.describe())
        .unwrap_or_default();
    let waits = world
        .vault
        .as_ref()
        .and_then(|vault| vault.auth.as_ref())
        .is_some_and(|auth| !auth.changes.is_empty());
    if waits {
        changes.iter_mut().for_each(|change| change.after = Some(Step::VaultAuth.into()));
    }
    let marks = cluster_secret::plan(&inputs.cluster, &world.cluster).unwrap_or_default();
    if !marks.makes_one() {
        changes.extend(marks.describe());
    }
    Intent::of(changes)
}

/// What the record needs.
///
/// # Errors
/// It is another cluster's, or another manager holds it.
pub fn plan_record(
    settings: &ClusterSettings,
    world: &ObservedState,
    desired: &argocd::record::Record,
) -> Result<argocd::record::RecordChanges, argocd::ArgoCdError> {
    argocd::record::plan(&settings.argocd_namespace, desired, &world.cluster.record, settings.force_conflicts)
}

fn script(inputs: &Inputs<'_>, world: &ObservedState) -> Intent {
    if inputs.repository.script.skip {
        return Intent::Skip { reason: "--skip-script".into() };
    }
    let env = &inputs.cluster.spec.env;
    let infra_id = world.cluster.identity.infra_id.as_ref();
    let infra_id = infra_id.map(|id| format!(" INFRA_ID={id}")).unwrap_or_default();
    let what = format!(
        "{} (ENV={env} BASE_DOMAIN={}{infra_id})",
        diagnostics::SCRIPT,
        inputs.cluster.spec.apps_domain()
    );
    Intent::Run { what }
}

#[cfg(test)]
mod tests;
