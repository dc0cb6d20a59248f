//! The GitOps operator and Argo CD's own resource: what the charts want of them, held against the cluster.

use std::ffi::OsStr;

use advice::{CommandLine, shell};
use argocd::chart::{ChartSubscription, OPERATORS_VALUES, Operators};
use argocd::instance::{self, TargetArgoCd};
use argocd::{ArgoCdError, helm, operator};
use cluster_access::{AccessError, OptionalRight, Right};

use super::cluster::rights;
use super::observation::{Observation, Observed};
use crate::inputs::OperatorInputs;
use crate::session::Session;
use crate::state::{
    ArgoCdState, Charts, ClusterState, OperatorPart, OperatorState, RepositoryState, SourceState,
};
use diagnostics::{Blocked, Check, CheckId, Checks, Failure, FailureKind, Subject};

/// Shows what OLM has.
fn see_catalogs() -> CommandLine {
    shell!(
        "oc --kubeconfig <kubeconfig> get catalogsources,subscriptions.operators.coreos.com,operatorgroups -A"
    )
}

/// Shows the operator and Argo CD.
fn see() -> CommandLine {
    shell!("oc --kubeconfig <kubeconfig> get subscriptions.operators.coreos.com,argocds.argoproj.io -A")
}

/// Observes OLM, the operator and the ArgoCD against the charts of the commit.
pub async fn observe(
    inputs: &OperatorInputs<'_>,
    session: &Session,
    cluster: Option<&ClusterState>,
    repository: &Observation<RepositoryState>,
) -> Observed<OperatorState> {
    let mut checks = Checks::default();
    if !inputs.is_part {
        return Observed::not_part(checks);
    }
    let (Some(cluster), Some(repository)) = (cluster, repository.found()) else {
        checks.skipped(CheckId::Operator, "what it needs failed above");
        return Observed::of(Err(Blocked), checks, |_| String::new());
    };
    let Some(source) = &repository.source else { return Observed::not_part(checks) };
    let found = tokio::select! {
        found = find(inputs, cluster, &source.charts, &mut checks) => found,
        () = session.stop.token.cancelled() => Err(Blocked),
    };
    if let Ok(OperatorState { part: OperatorPart::Planned(_), .. }) = &found {
        checks.extend(script_waits_elsewhere(inputs, source));
    }
    Observed::of(found, checks, |state| match &state.part {
        OperatorPart::Skipped(_) => String::new(),
        OperatorPart::Planned(_) => detail(&source.charts),
    })
}

/// All that stands in the way.
async fn find(
    inputs: &OperatorInputs<'_>,
    cluster: &ClusterState,
    charts: &Charts,
    checks: &mut Checks,
) -> Result<OperatorState, Blocked> {
    let wanted = wanted_rights(inputs, cluster, charts).await.map_err(|error| access_failure(&error));
    let see_kinds = shell!("oc --kubeconfig <kubeconfig> api-resources");
    let wanted = checks.failure_of(CheckId::OperatorKinds, see_kinds, wanted)?;
    let subscriptions = to_be_installed(inputs, charts);
    let without = "what OLM has there is not checked before the first write";
    let optional = operator::optional_rights(&subscriptions).into_iter();
    let optional = optional.map(|right| OptionalRight { right, without }).collect();
    let allowed = rights::check_further(ROLE, cluster, &[], &wanted, optional).await;
    let see_rights = shell!("oc --kubeconfig <kubeconfig> auth can-i --list");
    checks.result(CheckId::OperatorPermissions, "granted", see_rights, allowed)?;
    let (part, argocd, pending, supply) = tokio::join!(
        part(inputs, cluster, charts, &wanted),
        argocd(inputs, cluster, charts),
        pending_releases(inputs, cluster, charts),
        supply(inputs, cluster, &subscriptions),
    );
    let part = judge_part(part, charts, checks);
    let argocd = checks.failure_of(CheckId::ArgocdInstance, see(), argocd);
    let pending = judge_releases(pending, checks);
    let supply = judge_supply(supply, subscriptions.len(), checks);
    let (part, argocd) = (part?, argocd?);
    pending.and(supply).map(|()| OperatorState { part, argocd })
}

fn judge_part(
    part: Result<OperatorPart, Failure>,
    charts: &Charts,
    checks: &mut Checks,
) -> Result<OperatorPart, Blocked> {
    let part = checks.failure_of(CheckId::Operator, see(), part)?;
    match &part {
        OperatorPart::Skipped(reason) => checks.skipped(CheckId::Operator, reason),
        OperatorPart::Planned(changes) => {
            checks.passed(CheckId::Operator, detail(charts));
            checks.warn_if_any(CheckId::OperatorContent, changes.warnings());
        }
    }
    Ok(part)
}

/// None where there is no release to look at.
fn judge_releases(
    pending: Result<Option<Vec<helm::PendingRelease>>, Failure>,
    checks: &mut Checks,
) -> Result<(), Blocked> {
    let see = || shell!("helm --kubeconfig <kubeconfig> list -A --pending");
    let pending = checks.failure_of(CheckId::HelmReleases, see(), pending)?;
    match pending.as_deref() {
        None => Ok(()),
        Some([]) => {
            checks.passed(CheckId::HelmReleases, "none pending");
            Ok(())
        }
        Some(pending) => {
            for release in pending {
                let failure = Failure::stating(FailureKind::Refused, Subject::Operator, release);
                checks.failed(CheckId::HelmReleases, see(), failure);
            }
            Err(Blocked)
        }
    }
}

/// The charts' Subscriptions that this run, or its script, brings about.
fn to_be_installed(inputs: &OperatorInputs<'_>, charts: &Charts) -> Vec<ChartSubscription> {
    let skips = inputs.skips_script;
    let all = charts.subscriptions.iter().filter(|it| !skips || it.key == "operators.gitops");
    all.cloned().collect()
}

/// What OLM has of them. None where there is nothing to install, or no OLM.
async fn supply(
    inputs: &OperatorInputs<'_>,
    cluster: &ClusterState,
    wanted: &[ChartSubscription],
) -> Result<Option<operator::Findings>, Failure> {
    let failed = |error: AccessError| access_failure(&error);
    if wanted.is_empty() || !operator::has_olm(&cluster.access).await.map_err(failed)? {
        return Ok(None);
    }
    let supply = operator::observe_supply(&cluster.access, wanted).await.map_err(failed)?;
    Ok(Some(operator::judge_supply(wanted, &supply, inputs.awaits_catalogs)))
}

fn judge_supply(
    supply: Result<Option<operator::Findings>, Failure>,
    count: usize,
    checks: &mut Checks,
) -> Result<(), Blocked> {
    let supply = checks.failure_of(CheckId::OperatorSupply, see_catalogs(), supply)?;
    let Some(operator::Findings { refused: against, warnings }) = supply else { return Ok(()) };
    if against.is_empty() {
        checks.push(Check::warned_by(CheckId::OperatorSupply, format!("{count} can be installed"), warnings));
        return Ok(());
    }
    for error in &against {
        checks.failed(CheckId::OperatorSupply, see_catalogs(), refused(error));
    }
    Err(Blocked)
}

/// Those for which there is a kind, or will be.
async fn wanted_rights(
    inputs: &OperatorInputs<'_>,
    cluster: &ClusterState,
    charts: &Charts,
) -> Result<Vec<Right>, AccessError> {
    let (olm, known) =
        tokio::try_join!(operator::has_olm(&cluster.access), instance::is_known(&cluster.access))?;
    let operators = charts.operators.as_ref();
    let mut wanted = Vec::new();
    if known || (olm && operators.is_some()) {
        let namespace = &inputs.cluster.argocd_namespace;
        wanted.extend(instance::required_rights(operators.map(|wanted| &wanted.instance), namespace));
    }
    if let Some(operators) = operators.filter(|_| olm) {
        let approve = inputs.settings.approve_install_plan;
        wanted.extend(operator::required_rights(&operators.gitops, approve));
    }
    if operators.is_some() && !inputs.skips_script {
        wanted.extend(helm::required_rights(&RELEASES));
    }
    Ok(wanted)
}

/// The role that holds what this look needs.
const ROLE: &str = "bitiq-bootstrap-operator";

const RELEASES: [helm::Release; 2] = [helm::OPERATORS, helm::APPS];

async fn part(
    inputs: &OperatorInputs<'_>,
    cluster: &ClusterState,
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
    let changes = operator::plan(&desired(inputs, operators), &state).map_err(|error| refused(&error))?;
    rights::check_further(ROLE, cluster, known, &changes.further_rights(), Vec::new()).await?;
    Ok(OperatorPart::Planned(Box::new(changes)))
}

/// What is wanted of the operator.
pub fn desired<'a>(inputs: &OperatorInputs<'a>, operators: &'a Operators) -> operator::Desired<'a> {
    operator::Desired {
        chart: operators,
        argocd_namespace: &inputs.cluster.argocd_namespace,
        allow_argocd_delete: inputs.settings.allow_argocd_delete,
        approve_install_plan: inputs.settings.approve_install_plan,
    }
}

async fn argocd(
    inputs: &OperatorInputs<'_>,
    cluster: &ClusterState,
    charts: &Charts,
) -> Result<ArgoCdState, Failure> {
    let wanted = charts.operators.as_ref().map(|operators| &operators.instance);
    let namespace = &inputs.cluster.argocd_namespace;
    let found = instance::find(&cluster.access, wanted, namespace).await.map_err(|error| refused(&error))?;
    let ready = match &found {
        TargetArgoCd::One(object, _) => {
            instance::is_ready(&cluster.access, object).await.map_err(|error| access_failure(&error))?
        }
        TargetArgoCd::None(_) => false,
    };
    Ok(ArgoCdState { found, ready })
}

/// A helm that was killed leaves its release pending: the script's own would end there.
async fn pending_releases(
    inputs: &OperatorInputs<'_>,
    cluster: &ClusterState,
    charts: &Charts,
) -> Result<Option<Vec<helm::PendingRelease>>, Failure> {
    if charts.operators.is_none() {
        return Ok(None);
    }
    if inputs.skips_script {
        return Ok(Some(Vec::new()));
    }
    let pending = helm::pending_releases(&cluster.access, &RELEASES).await;
    pending.map(Some).map_err(|error| access_failure(&error))
}

/// The script of `bitiq-io/gitops` takes the Subscription's place from a variable of its own, not from the chart.
fn script_waits_elsewhere(inputs: &OperatorInputs<'_>, source: &SourceState) -> Option<Check> {
    const VARIABLE: &str = "GITOPS_SUBSCRIPTION_NAMESPACE";
    let namespace = &source.charts.operators.as_ref()?.gitops.install_namespace;
    let usual = namespace == helm::OPERATORS.namespace;
    if usual || inputs.skips_script || inputs.environment.contains_key(OsStr::new(VARIABLE)) {
        return None;
    }
    let script = source.commit.read(diagnostics::SCRIPT).ok()??;
    String::from_utf8_lossy(&script).contains(VARIABLE).then(|| {
        let told = format!(
            "the chart subscribes the operator in {namespace}, and {} waits for it in another namespace unless told: export {VARIABLE}={}",
            diagnostics::SCRIPT,
            secret::quoted(namespace)
        );
        Check::warning(CheckId::ScriptSubscription, vec![told])
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
    Failure::of(FailureKind::Refused, Subject::Operator, error)
}

fn access_failure(error: &AccessError) -> Failure {
    Failure::of(FailureKind::Refused, Subject::Operator, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::CheckStatus;

    fn failure() -> Failure {
        Failure::example(Subject::Operator, "two ArgoCDs")
    }

    fn statuses(checks: Checks) -> Vec<(CheckId, CheckStatus)> {
        checks.into_vec().iter().map(|check| (check.id, check.status())).collect()
    }

    #[test]
    fn an_operator_that_is_left_alone_is_skipped_with_the_reason() {
        let mut checks = Checks::default();
        let part = Ok(OperatorPart::Skipped("the cluster has no OLM".into()));
        assert!(judge_part(part, &Charts::default(), &mut checks).is_ok());
        let all = checks.into_vec();
        assert_eq!(all[0].details(), ["the cluster has no OLM"]);
        let mut checks = Checks::default();
        assert!(judge_part(Err(failure()), &Charts::default(), &mut checks).is_err());
        assert_eq!(statuses(checks), [(CheckId::Operator, CheckStatus::Failed)]);
    }

    #[test]
    fn a_pending_release_blocks_and_says_how_to_go_on() {
        let pending = helm::PendingRelease {
            release: helm::OPERATORS,
            status: "pending-install".into(),
            revision: 3,
            last_whole: None,
        };
        let mut checks = Checks::default();
        assert_eq!(judge_releases(Ok(Some(vec![pending])), &mut checks), Err(Blocked));
        let all = checks.into_vec();
        assert!(all[0].details()[0].contains("pending-install (revision 3)"), "{:?}", all[0]);
        assert!(
            all[0].hint.as_ref().is_some_and(|hint| hint.to_string().contains("helm")),
            "{:?}",
            all[0].hint
        );
        let mut checks = Checks::default();
        assert_eq!(judge_releases(Ok(Some(Vec::new())), &mut checks), Ok(()));
        assert_eq!(judge_releases(Ok(None), &mut checks), Ok(()));
        assert_eq!(statuses(checks), [(CheckId::HelmReleases, CheckStatus::Ok)]);
    }

    #[test]
    fn what_olm_can_not_install_blocks_and_what_looks_odd_is_a_warning() {
        let judge = |findings| {
            let mut checks = Checks::default();
            let outcome = judge_supply(Ok(findings), 2, &mut checks);
            (outcome, statuses(checks))
        };
        let odd = operator::Findings { refused: Vec::new(), warnings: vec!["odd".into()] };
        assert_eq!(judge(Some(odd)), (Ok(()), vec![(CheckId::OperatorSupply, CheckStatus::Warning)]));
        assert_eq!(judge(None), (Ok(()), vec![]));
        let fine = operator::Findings { refused: Vec::new(), warnings: Vec::new() };
        assert_eq!(judge(Some(fine)), (Ok(()), vec![(CheckId::OperatorSupply, CheckStatus::Ok)]));
        let mut checks = Checks::default();
        assert_eq!(judge_supply(Err(failure()), 2, &mut checks), Err(Blocked));
        assert_eq!(checks.into_vec()[0].command, Some(see_catalogs().into()));
    }

    #[test]
    fn without_the_script_the_gitops_operator_alone_is_installed() {
        let subscription = |key: &str| ChartSubscription {
            key: key.into(),
            name: key.into(),
            channel: None,
            source: "redhat-operators".into(),
            source_namespace: "openshift-marketplace".into(),
            install_namespace: "openshift-operators".into(),
            starting_csv: None,
            makes_group: None,
        };
        let subscriptions = ["operators.gitops", "operators.vso"].map(subscription).into();
        let charts = Charts { subscriptions, ..Charts::default() };
        let cluster = settings::ClusterSettings {
            kubeconfig: None,
            argocd_namespace: "openshift-gitops".into(),
            force_conflicts: false,
            allow_identity_mismatch: false,
            network: cluster_access::Network::default(),
        };
        let settings = settings::OperatorSettings {
            timeout: None,
            approve_install_plan: false,
            allow_argocd_delete: false,
            create_cluster_secret: false,
        };
        let keys = |skips_script| {
            let inputs = OperatorInputs {
                is_part: true,
                cluster: &cluster,
                settings: &settings,
                skips_script,
                awaits_catalogs: false,
                environment: &std::collections::BTreeMap::new(),
            };
            to_be_installed(&inputs, &charts).into_iter().map(|it| it.key).collect::<Vec<_>>()
        };
        assert_eq!(keys(false), ["operators.gitops", "operators.vso"]);
        assert_eq!(keys(true), ["operators.gitops"]);
    }
}
