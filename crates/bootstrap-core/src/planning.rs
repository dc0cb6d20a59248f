//! From what was found to what will be done: pure.

use argocd::instance::{self, InQuestion};
use cluster_access::{ObjectRef, Origin};
use trace::{Change, Record, StepStatus};

use crate::cluster_secret;
use crate::record::desired as desired_record;
use crate::request::{Context, Request, Scope};
use crate::settings::VaultChoice;
use crate::stale_infra_ids;
use crate::world::{ClusterWorld, OperatorPart, OperatorWorld, RepositoryWorld, World};
use diagnostics::{Intent, RunPlan, Step};

/// The plan of the request in this world.
pub(crate) fn plan(request: &Request, world: &World) -> RunPlan {
    let mut plan = RunPlan::default();
    for &name in request.scope.steps() {
        let intent = match name {
            Step::Preflight => Intent::of(preflight(request, &world.cluster)),
            Step::GitopsSrc => of_repository(world, source),
            Step::Operator => operator(world),
            Step::VaultAuth => vault_auth(request, world),
            Step::RepoCreds => of_repository(world, repo_creds),
            Step::Record => record(request, world),
            Step::Script => script(request, world),
            Step::Argocd => with_cluster_secret(request, world, argocd(world)),
            Step::RepoAccess => Intent::Watch { what: "Applications of this repository".into() },
            Step::Reviewer => Intent::Skip { reason: "a part of release".into() },
        };
        plan.push(name, intent);
    }
    plan
}

/// The kubeconfig that the script gets, as the plan names it.
pub(crate) const KUBECONFIG: &str = ".work/kubeconfig";

pub(crate) fn preflight(request: &Request, cluster: &ClusterWorld) -> Vec<Change> {
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
        changes.push(Change::create(
            ObjectRef::namespace(&request.settings.cluster.argocd_namespace).to_string(),
        ));
    }
    changes
}

fn of_repository(world: &World, intent: impl Fn(&RepositoryWorld) -> Intent) -> Intent {
    world
        .repository
        .as_ref()
        .map_or_else(|| Intent::Skip { reason: "not part of this command".into() }, intent)
}

fn vault_auth(request: &Request, world: &World) -> Intent {
    if let Some(auth) = world.vault.as_ref().and_then(|vault| vault.auth.as_ref()) {
        return Intent::of(auth.changes.describe());
    }
    let reason = match &request.settings.vault {
        VaultChoice::Absent => "VAULT_ADDR and VAULT_TOKEN are not both set",
        VaultChoice::Present(_) => "SKIP_VAULT_K8S_AUTH_CONFIG is set",
    };
    Intent::Skip { reason: reason.into() }
}

fn source(repository: &RepositoryWorld) -> Intent {
    let changes = repository.source.iter().flat_map(|source| source.changes.describe());
    Intent::of(changes.collect())
}

fn operator(world: &World) -> Intent {
    match world.operator.as_ref().map(|operator| &operator.part) {
        Some(OperatorPart::Planned(changes)) => Intent::of(changes.describe()),
        Some(OperatorPart::Skipped(reason)) => Intent::Skip { reason: reason.clone() },
        None => Intent::Skip { reason: "not part of this command".into() },
    }
}

/// The ArgoCD may be there, be made by the operator, or by the script.
fn argocd(world: &World) -> Intent {
    let Some(OperatorWorld { part, argocd, .. }) = &world.operator else {
        return Intent::Skip { reason: "not part of this command".into() };
    };
    let watch =
        |argocd: &ObjectRef| Intent::Watch { what: format!("the ApplicationSet controller of {argocd}") };
    match (&argocd.found, part, world.operators()) {
        (InQuestion::None(reason), OperatorPart::Skipped(_), _) | (InQuestion::None(reason), _, None) => {
            Intent::Skip { reason: reason.clone() }
        }
        (InQuestion::None(_), OperatorPart::Planned(_), Some(operators)) => {
            watch(&instance::of_chart(&operators.instance))
        }
        (InQuestion::One(object, live), part, _) => {
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
fn with_cluster_secret(request: &Request, world: &World, intent: Intent) -> Intent {
    let planned = cluster_secret::plan(request, world).unwrap_or_default();
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

fn repo_creds(repository: &RepositoryWorld) -> Intent {
    let changes = repository.secret.describe();
    match &repository.found.login {
        None if changes.is_empty() => {
            Intent::Skip { reason: "the repository is read without a login".into() }
        }
        _ => Intent::of(changes),
    }
}

fn record(request: &Request, world: &World) -> Intent {
    let desired = desired_record(request, world);
    let mut changes =
        plan_record(request, world, &desired).map(|changes| changes.describe()).unwrap_or_default();
    let waits = world
        .vault
        .as_ref()
        .and_then(|vault| vault.auth.as_ref())
        .is_some_and(|auth| !auth.changes.is_empty());
    if waits {
        changes.iter_mut().for_each(|change| change.after = Some(Step::VaultAuth.into()));
    }
    let marks = cluster_secret::plan(request, world).unwrap_or_default();
    if !marks.makes_one() {
        changes.extend(marks.describe());
    }
    Intent::of(changes)
}

/// What the record needs.
///
/// # Errors
/// It is another cluster's, or another manager holds it.
pub(crate) fn plan_record(
    request: &Request,
    world: &World,
    desired: &argocd::record::Record,
) -> Result<argocd::record::RecordChanges, argocd::ArgoCdError> {
    let settings = &request.settings.cluster;
    argocd::record::plan(&settings.argocd_namespace, desired, &world.cluster.record, settings.force_conflicts)
}

fn script(request: &Request, world: &World) -> Intent {
    if request.settings.script.skip {
        return Intent::Skip { reason: "--skip-script".into() };
    }
    let env = &request.spec.env;
    let infra_id = world.cluster.identity.infra_id.as_ref();
    let infra_id = infra_id.map(|id| format!(" INFRA_ID={id}")).unwrap_or_default();
    let what =
        format!("{} (ENV={env} BASE_DOMAIN={}{infra_id})", crate::script::PATH, request.spec.apps_domain());
    Intent::Run { what }
}

/// What the user is to look at, of all that was found and planned.
/// The script of the run before did not come to its end, and this run leaves it out.
fn half_a_script(request: &Request) -> Option<String> {
    if request.scope != Scope::Run || !request.settings.script.skip {
        return None;
    }
    let Ok(Some(Record::New(before))) = trace::read_optional(&request.folder.trace()) else { return None };
    let script = before.steps.iter().find(|step| step.name == Step::Script)?;
    matches!(script.status, StepStatus::Running | StepStatus::Failed).then(|| {
        format!(
            "the script did not end well in the run before ({}), and this run leaves it out: what it did may be there in part",
            before.run_id
        )
    })
}

pub(crate) fn warn(request: &Request, world: &World, context: &Context) {
    let mut warnings: Vec<String> = world.cluster.kubeconfig.warnings.clone();
    if let Some(auth) = world.vault.as_ref().and_then(|vault| vault.auth.as_ref()) {
        warnings.extend(auth.changes.warnings().iter().cloned());
    }
    if let Some(OperatorPart::Planned(changes)) = world.operator.as_ref().map(|operator| &operator.part) {
        warnings.extend(changes.warnings().iter().cloned());
    }
    warnings.extend(world.operator.iter().flat_map(|operator| operator.warnings.iter().cloned()));
    if let Some(repository) = &world.repository {
        warnings.extend(repository.source.iter().flat_map(|source| source.changes.warnings()));
        warnings.extend(repository.secret.warnings().iter().cloned());
    }
    let marks = cluster_secret::plan(request, world).unwrap_or_default();
    warnings.extend(marks.warnings().iter().cloned());
    if let (Some(searched), Some(live)) = (world.searched(), &world.cluster.identity.infra_id) {
        warnings.extend(stale_infra_ids::warnings(searched, live));
    }
    warnings.extend(half_a_script(request));
    warnings.into_iter().for_each(|warning| context.events.warn(warning));
}
