//! Observes every system before the first write, side by side, and reports all that stands in the way at once.

use advice::shell;
use diagnostics::{Check, CheckId, Checks, Failure, FailureKind, Failures, Step, Subject, failures};

use crate::desired::record::desired as desired_record;
use crate::inputs::Inputs;
use crate::observe::cluster::{cluster_secret, managed_objects, still_there};
use crate::observe::machine::{self, Machine};
use crate::observe::observation::{Observation, Observed};
use crate::observe::observations::Observations;
use crate::observe::repository::Needs;
use crate::observe::vault::{mount, mount_writers};
use crate::observe::{argocd_egress, cluster, operator, repository, vault};
use crate::plan;
use crate::reporter::Reporter;
use crate::session::Session;
use crate::state::{ClusterState, ObservedState, VaultState};

/// The state of everything that the command touches.
///
/// # Errors
/// Every failure of every system; a signal.
pub async fn observe(
    inputs: &Inputs<'_>,
    session: &Session,
    reporter: &Reporter<'_>,
) -> Result<ObservedState, Failures> {
    let state = observe_each(inputs, session, reporter).await?.into_state(inputs)?;
    let checks = cross_checks(inputs, &state).await;
    reporter.checks(&checks);
    failures(&checks).into_result().map(|()| state)
}

/// The same, with what was found kept apart from what stands in the way.
///
/// # Errors
/// A signal.
pub async fn observe_each(
    inputs: &Inputs<'_>,
    session: &Session,
    reporter: &Reporter<'_>,
) -> Result<Observations, Failures> {
    let mut checks = Vec::new();
    // What stands by itself.
    let (machine, (reached, cluster), vault) = tokio::join!(
        reporter.observe(Subject::Machine, async { machine::observe(&inputs.machine) }),
        reporter.with(Subject::Cluster, cluster::observe(&inputs.cluster, session)),
        reporter.observe(Subject::Vault, vault::observe(&inputs.vault, session)),
    );
    let machine = collect(machine, &mut checks);
    let cluster = collect(cluster, &mut checks);
    let vault = collect(vault, &mut checks);
    session.stop.check(Step::Preflight)?;
    let (cluster, previous) = previous_cluster(inputs, session, machine.found(), cluster).await;
    reporter.checks(previous.as_slice());
    checks.extend(previous);
    // What needs the answers of those.
    let needs = Needs { cluster: cluster.found(), vault: &vault, machine: machine.found() };
    let fetching = |wait: &diagnostics::WaitProgress<'_>| reporter.counting(wait);
    let (auth, repository) = tokio::join!(
        reporter.observe(
            Subject::AuthMount,
            mount::observe(&inputs.mount, session, cluster.found(), &vault, machine.found()),
        ),
        reporter.observe(
            Subject::Repository,
            repository::observe(&inputs.repository, session, needs, &fetching),
        ),
    );
    let auth = collect(auth, &mut checks);
    let repository = collect(repository, &mut checks);
    let writers = writers(inputs, session, &cluster, &vault, repository.found()).await;
    let (lacking, egress) = match cluster.found() {
        Some(cluster) => argocd_egress::observe(&inputs.repository, session, cluster).await,
        None => (Vec::new(), None),
    };
    let further: Vec<Check> = writers.into_iter().chain(egress).collect();
    reporter.checks(&further);
    checks.extend(further);
    session.stop.check(Step::Preflight)?;
    // What needs the commit's charts and the cluster.
    let operator = operator::observe(&inputs.operator, session, cluster.found(), &repository);
    let operator = collect(reporter.observe(Subject::Operator, operator).await, &mut checks);
    session.stop.check(Step::Preflight)?;
    Ok(Observations { reached, machine, cluster, vault, auth, repository, operator, lacking, checks })
}

fn collect<T>(observed: Observed<T>, checks: &mut Vec<Check>) -> Observation<T> {
    checks.extend(observed.checks);
    observed.state
}

/// The cluster, unless the one that was handed over before still answers: then this one is not to be written to.
async fn previous_cluster(
    inputs: &Inputs<'_>,
    session: &Session,
    machine: Option<&Machine>,
    cluster: Observation<ClusterState>,
) -> (Observation<ClusterState>, Option<Check>) {
    let (Some(machine), Observation::Found(now)) = (machine, &cluster) else { return (cluster, None) };
    let result = still_there::check(&inputs.cluster, session, machine, now).await;
    let mut checks = Checks::default();
    let see = shell!("oc --kubeconfig <kubeconfig> config view --minify");
    match checks.failure_of(CheckId::PreviousCluster, see, result) {
        Ok(()) => (cluster, None),
        Err(_) => (Observation::Blocked, checks.into_vec().pop()),
    }
}

/// Observed even where the mount failed: another writer may be why.
async fn writers(
    inputs: &Inputs<'_>,
    session: &Session,
    cluster: &Observation<ClusterState>,
    vault: &Observation<vault_access::Vault>,
    repository: Option<&crate::state::RepositoryState>,
) -> Option<Check> {
    let (cluster, vault) = (cluster.found()?, vault.found()?);
    let settings = inputs.mount.vault.filter(|_| inputs.mount.is_written)?;
    let ours = mount_writers::TargetMount::new(inputs.mount.spec, vault, &settings.mount);
    mount_writers::observe(&inputs.mount, session, cluster, repository, &ours).await
}

/// The checks that need the state of every system: the record and Argo CD's cluster Secret.
pub async fn cross_checks(inputs: &Inputs<'_>, state: &ObservedState) -> Vec<Check> {
    let mut checks = Checks::default();
    let namespace = &inputs.cluster.settings.argocd_namespace;
    let name = argocd::record::NAME;
    let see = shell!(
        "oc --kubeconfig <kubeconfig> -n {} get configmap {} -o yaml --show-managed-fields",
        namespace,
        name
    );
    checks
        .result(
            CheckId::RecordManager,
            format!("ConfigMap {namespace}/{name}"),
            see,
            check_record(inputs, state),
        )
        .ok();
    let see = shell!(
        "oc --kubeconfig <kubeconfig> -n {} get secret -l argocd.argoproj.io/secret-type=cluster",
        namespace
    );
    let marked = cluster_secret::check(&inputs.cluster, &state.cluster).await;
    if let Ok(warnings) = checks.result(CheckId::ClusterSecret, "can be written", see, marked) {
        checks.warn_if_any(CheckId::ClusterSecretContent, &warnings);
    }
    checks.into_vec()
}

/// A record that is another cluster's, or that another manager holds.
fn check_record(inputs: &Inputs<'_>, state: &ObservedState) -> Result<(), Failure> {
    plan::plan_record(inputs.cluster.settings, state, &desired_record(inputs.cluster.spec, state))
        .map(drop)
        .map_err(|error| Failure::of(FailureKind::Refused, Subject::Record, &error))
}

/// With the lock held: Secret, record, mount and ClusterRoleBinding once more. True if the plan moved.
///
/// # Errors
/// What stands there now forbids it; a signal.
pub async fn observe_again(
    inputs: &Inputs<'_>,
    session: &Session,
    state: &mut ObservedState,
) -> Result<bool, Failure> {
    let before = plan::plan(inputs, state);
    let objects = managed_objects(&inputs.cluster, session, &state.cluster.access).await?;
    (state.cluster.secrets, state.cluster.record, state.cluster.cluster_secret) = objects;
    if let Some(VaultState { vault, auth: Some(auth) }) = &mut state.vault {
        auth.desired.previous_fingerprint = mount::last_written(&state.cluster.record);
        *auth = mount::observe_again(session, &state.cluster, vault, auth.desired.clone()).await?;
    }
    if let Some(repository) = &mut state.repository {
        repository.secret =
            repository::login::plan_secret(&inputs.repository, &state.cluster, &repository.found)?;
    }
    check_record(inputs, state)?;
    cluster_secret::check(&inputs.cluster, &state.cluster).await?;
    Ok(plan::plan(inputs, state) != before)
}
