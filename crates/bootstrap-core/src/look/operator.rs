//! The GitOps operator and Argo CD's own resource: what the charts want of them, held against the cluster.

use std::ffi::OsStr;

use argocd::chart::{ChartSubscription, OPERATORS_VALUES, Operators};
use argocd::instance::{self, InQuestion};
use argocd::{ArgoCdError, helm, operator};
use cluster_access::{AccessError, OptionalRight, Right};

use super::cluster::rights;
use super::observation::Look;
use crate::checks::Rows;
use crate::request::{Context, Request};
use crate::world::{
    ArgoCdWorld, Charts, ClusterWorld, OperatorPart, OperatorWorld, RepositoryWorld, SourceWorld,
};
use diagnostics::{Failure, FailureKind, Step, Subject};

pub(super) const SYSTEM: Subject = Subject::Operator;
const CATALOGS: &str =
    "oc --kubeconfig <kubeconfig> get catalogsources,subscriptions.operators.coreos.com,operatorgroups -A";
const SEE: &str =
    "oc --kubeconfig <kubeconfig> get subscriptions.operators.coreos.com,argocds.argoproj.io -A";

/// `None` where the command has no business with it.
pub(crate) async fn look(
    request: &Request,
    context: &Context,
    cluster: Option<&ClusterWorld>,
    repository: Option<&Option<RepositoryWorld>>,
) -> Look<Option<OperatorWorld>> {
    if !request.scope.has(Step::Operator) {
        return Look::Untouched(None);
    }
    // What failed before is told there.
    let rows = Rows::of(context, SYSTEM);
    let (Some(cluster), Some(Some(repository))) = (cluster, repository) else {
        rows.skipped("the GitOps operator can be had as the charts want it", "what it needs failed above");
        return Look::Failed(Vec::new());
    };
    let Some(source) = &repository.source else { return Look::Untouched(None) };
    let found = tokio::select! {
        found = find(request, cluster, &source.charts, rows) => found,
        () = context.stop.token.cancelled() => return Look::Failed(vec![context.stop.failure(Step::Preflight)]),
    };
    match found {
        Ok(world) => match &world.part {
            OperatorPart::Skipped(_) => Look::Untouched(Some(world)),
            OperatorPart::Planned(_) => {
                if let Some(warning) = script_waits_elsewhere(request, source) {
                    context.events.warn(warning);
                }
                let detail = detail(&source.charts);
                Look::Fine(Some(world), detail)
            }
        },
        Err(failures) => Look::Failed(failures),
    }
}

/// All that stands in the way.
async fn find(
    request: &Request,
    cluster: &ClusterWorld,
    charts: &Charts,
    rows: Rows<'_>,
) -> Result<OperatorWorld, Vec<Failure>> {
    let wanted = wanted_rights(request, cluster, charts).await.map_err(|error| asked(&error));
    let wanted = wanted.inspect_err(|failure| {
        rows.failed("its kinds can be asked for", "oc --kubeconfig <kubeconfig> api-resources", failure)
    });
    let wanted = wanted.map_err(one)?;
    let subscriptions = to_be_installed(request, charts);
    let without = "what OLM has there is not checked before the first write";
    let optional = operator::optional_rights(&subscriptions).into_iter();
    let optional = optional.map(|right| OptionalRight { right, without }).collect();
    let allowed = rights::check_further(ROLE, cluster, &[], &wanted, optional).await;
    rows.told(
        allowed,
        "we may do all that its installation needs",
        "oc --kubeconfig <kubeconfig> auth can-i --list",
    )
    .map_err(one)?;
    let (part, argocd, pending, supply) = tokio::join!(
        part(request, cluster, charts, &wanted),
        argocd(request, cluster, charts),
        check_releases(request, cluster, charts),
        check_supply(request, cluster, &subscriptions),
    );
    tell(rows, charts, &part, &argocd, &pending);
    tell_supply(rows, &subscriptions, &supply);
    match (part, argocd, pending, supply) {
        (Ok(part), Ok(argocd), Ok(()), Ok(supply)) => {
            Ok(OperatorWorld { part, argocd, warnings: supply.unwrap_or_default() })
        }
        (part, argocd, pending, supply) => {
            let pending = pending.err().into_iter().flatten();
            let supply = supply.err().into_iter().flatten();
            let mut failures: Vec<Failure> =
                part.err().into_iter().chain(argocd.err()).chain(pending).chain(supply).collect();
            // Two looks may stumble over the same.
            failures.dedup_by(|one, before| one.message == before.message);
            Err(failures)
        }
    }
}

/// A row for the Subscription, one for the ArgoCD, one for the releases.
fn tell(
    rows: Rows<'_>,
    charts: &Charts,
    part: &Result<OperatorPart, Failure>,
    argocd: &Result<ArgoCdWorld, Failure>,
    pending: &Result<(), Vec<Failure>>,
) {
    let sentence = "the GitOps operator can be had as the charts want it";
    match part {
        Ok(OperatorPart::Skipped(reason)) => rows.skipped(sentence, reason.clone()),
        Ok(OperatorPart::Planned(changes)) => {
            rows.ok(format!("{sentence} ({})", detail(charts)));
            rows.odd("nothing looks odd about it", changes.warnings());
        }
        Err(failure) => rows.failed(sentence, SEE, failure),
    }
    if let Err(failure) = argocd {
        rows.failed("there is at most one ArgoCD in question", SEE, failure);
    }
    let sentence = "no Helm release of the script's is left pending";
    match pending {
        Ok(()) if charts.operators.is_some() => rows.ok(sentence),
        Ok(()) => {}
        Err(failures) => {
            failures.iter().for_each(|failure| {
                rows.failed(sentence, "helm --kubeconfig <kubeconfig> list -A --pending", failure)
            });
        }
    }
}

/// The charts' Subscriptions that this run, or its script, brings about.
fn to_be_installed(request: &Request, charts: &Charts) -> Vec<ChartSubscription> {
    let skips = request.settings.script.skip;
    let all = charts.subscriptions.iter().filter(|it| !skips || it.key == "operators.gitops");
    all.cloned().collect()
}

/// Whether OLM can install them; the warnings. None where there is nothing to install, or no OLM.
async fn check_supply(
    request: &Request,
    cluster: &ClusterWorld,
    wanted: &[ChartSubscription],
) -> Result<Option<Vec<String>>, Vec<Failure>> {
    let failed = |error: AccessError| vec![asked(&error)];
    if wanted.is_empty() || !operator::has_olm(&cluster.access).await.map_err(failed)? {
        return Ok(None);
    }
    let supply = operator::observe_supply(&cluster.access, wanted).await.map_err(failed)?;
    let await_catalogs = !request.settings.wait_ready.is_zero();
    let operator::Findings { refused: against, warnings } =
        operator::judge_supply(wanted, &supply, await_catalogs);
    match against.is_empty() {
        true => Ok(Some(warnings)),
        false => Err(against.iter().map(refused).collect()),
    }
}

fn tell_supply(
    rows: Rows<'_>,
    wanted: &[ChartSubscription],
    supply: &Result<Option<Vec<String>>, Vec<Failure>>,
) {
    let sentence = format!("OLM can install the operators of the charts ({})", wanted.len());
    match supply {
        Ok(None) => {}
        Ok(Some(warnings)) if warnings.is_empty() => rows.ok(sentence),
        Ok(Some(warnings)) => rows.odd(sentence, warnings),
        Err(failures) => failures.iter().for_each(|failure| rows.failed(&sentence, CATALOGS, failure)),
    }
}

/// Those for which there is a kind, or will be.
async fn wanted_rights(
    request: &Request,
    cluster: &ClusterWorld,
    charts: &Charts,
) -> Result<Vec<Right>, AccessError> {
    let (olm, known) =
        tokio::try_join!(operator::has_olm(&cluster.access), instance::is_known(&cluster.access))?;
    let operators = charts.operators.as_ref();
    let mut wanted = Vec::new();
    if known || (olm && operators.is_some()) {
        let namespace = &request.settings.cluster.argocd_namespace;
        wanted.extend(instance::required_rights(operators.map(|wanted| &wanted.instance), namespace));
    }
    if let Some(operators) = operators.filter(|_| olm) {
        let approve = request.settings.operator.approve_install_plan;
        wanted.extend(operator::required_rights(&operators.gitops, approve));
    }
    if operators.is_some() && !request.settings.script.skip {
        wanted.extend(helm::required_rights(&RELEASES));
    }
    Ok(wanted)
}

/// The role that holds what this look needs.
const ROLE: &str = "bitiq-bootstrap-operator";

const RELEASES: [helm::Release; 2] = [helm::OPERATORS, helm::APPS];

async fn part(
    request: &Request,
    cluster: &ClusterWorld,
    charts: &Charts,
    known: &[Right],
) -> Result<OperatorPart, Failure> {
    let Some(operators) = &charts.operators else {
        return Ok(OperatorPart::Skipped(format!("the repository has no {OPERATORS_VALUES}")));
    };
    let Some(state) = operator::observe(&cluster.access, operators).await.map_err(|error| refused(&error))?
    else {
        return Ok(OperatorPart::Skipped("the cluster has no OLM (no kind Subscription)".into()));
    };
    let changes = operator::plan(&desired(request, operators), &state).map_err(|error| refused(&error))?;
    rights::check_further(ROLE, cluster, known, &changes.further_rights(), Vec::new()).await?;
    Ok(OperatorPart::Planned(Box::new(changes)))
}

/// What is wanted of the operator.
pub(crate) fn desired<'a>(request: &'a Request, operators: &'a Operators) -> operator::Desired<'a> {
    operator::Desired {
        chart: operators,
        argocd_namespace: &request.settings.cluster.argocd_namespace,
        allow_argocd_delete: request.settings.operator.allow_argocd_delete,
        approve_install_plan: request.settings.operator.approve_install_plan,
    }
}

async fn argocd(request: &Request, cluster: &ClusterWorld, charts: &Charts) -> Result<ArgoCdWorld, Failure> {
    let wanted = charts.operators.as_ref().map(|operators| &operators.instance);
    let namespace = &request.settings.cluster.argocd_namespace;
    let found = instance::find(&cluster.access, wanted, namespace).await.map_err(|error| refused(&error))?;
    let ready = match &found {
        InQuestion::One(object, _) => {
            instance::is_ready(&cluster.access, object).await.map_err(|error| asked(&error))?
        }
        InQuestion::None(_) => false,
    };
    Ok(ArgoCdWorld { found, ready })
}

/// A helm that was killed leaves its release pending: the script's own would end there.
async fn check_releases(
    request: &Request,
    cluster: &ClusterWorld,
    charts: &Charts,
) -> Result<(), Vec<Failure>> {
    if request.settings.script.skip || charts.operators.is_none() {
        return Ok(());
    }
    let pending = helm::pending_releases(&cluster.access, &RELEASES).await;
    let failures: Vec<Failure> =
        pending.map_err(|error| vec![asked(&error)])?.iter().map(pending_release).collect();
    if failures.is_empty() { Ok(()) } else { Err(failures) }
}

fn pending_release(pending: &helm::PendingRelease) -> Failure {
    let helm::Release { namespace, name } = pending.release;
    let message = format!(
        "Helm release {namespace}/{name} is {} (revision {}): a helm was killed there, or is at work just now",
        pending.status, pending.revision
    );
    let mended = match pending.forgotten_by() {
        Some(kept) => format!("{}\nor, to keep what it made so far:\n{kept}", pending.mended_by()),
        None => pending.mended_by(),
    };
    Failure::refused(SYSTEM, message).hint(format!("when no helm is at work any more:\n{mended}"))
}

/// The script of `bitiq-io/gitops` takes the Subscription's place from a variable of its own, not from the chart.
fn script_waits_elsewhere(request: &Request, source: &SourceWorld) -> Option<String> {
    const VARIABLE: &str = "GITOPS_SUBSCRIPTION_NAMESPACE";
    let namespace = &source.charts.operators.as_ref()?.gitops.install_namespace;
    let settings = &request.settings;
    let usual = namespace == helm::OPERATORS.namespace;
    if usual || settings.script.skip || settings.environment.contains_key(OsStr::new(VARIABLE)) {
        return None;
    }
    let script = source.commit.read(crate::script::PATH).ok()??;
    String::from_utf8_lossy(&script).contains(VARIABLE).then(|| {
        format!(
            "the chart subscribes the operator in {namespace}, and {} waits for it in another namespace unless told: export {VARIABLE}={}",
            crate::script::PATH,
            secret::quoted(namespace)
        )
    })
}

fn detail(charts: &Charts) -> String {
    let place = |operators: &Operators| {
        let gitops = &operators.gitops;
        format!("Subscription {}/{}, channel {}", gitops.install_namespace, gitops.name, gitops.channel)
    };
    charts.operators.as_ref().map(place).unwrap_or_default()
}

fn refused(error: &ArgoCdError) -> Failure {
    Failure::of(FailureKind::Refused, SYSTEM, error, error.hint())
}

fn asked(error: &AccessError) -> Failure {
    Failure::of(FailureKind::Refused, SYSTEM, error, error.hint())
}

fn one(failure: Failure) -> Vec<Failure> {
    vec![failure]
}
