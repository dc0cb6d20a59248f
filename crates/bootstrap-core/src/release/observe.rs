//! Observes this machine, the cluster (`cluster`) and Vault; reports all that stands in the way at once.

use crate::error::RunError;
use diagnostics::{Blocked, Check, CheckId, Checks, Failure, FailureKind, Failures, Step, Subject, failures};
use trace::{Record, VaultRecord};
use vault_access::Vault;
use vault_auth::release as vault_release;

use super::cluster;
use super::state::{ClusterSide, MountSide, ReleaseOptions, ReleaseState};
use preflight::Reporter;
use preflight::Scope;
use preflight::Session;
use preflight::inputs::{Inputs, VaultInputs};
use preflight::observe::machine::{self, Machine};
use preflight::observe::observation::{Observation, Observed};
use preflight::observe::vault;
use settings::VaultSettings;

/// What a release takes of the request.
#[derive(Clone)]
pub(super) struct ReleaseInputs<'a> {
    pub systems: Inputs<'a>,
    pub reviewer: &'a vault_auth::Reviewer,
    pub options: ReleaseOptions,
}

pub(super) async fn observe(
    inputs: &ReleaseInputs<'_>,
    session: &Session,
    reporter: &Reporter<'_>,
) -> Result<ReleaseState, Failures> {
    let Inputs { machine, cluster, vault, .. } = &inputs.systems;
    let (machine, cluster, vault) = tokio::join!(
        reporter.observe(Subject::Machine, async { machine::observe(machine) }),
        reporter.observe(Subject::Cluster, cluster::observe(cluster, inputs.reviewer, session)),
        reporter.observe(Subject::Vault, vault_itself(vault, session)),
    );
    session.stop.check(Step::Preflight)?;
    let mut checks = [machine.checks, cluster.checks, vault.checks].concat();
    let newest = machine.state.found().and_then(Machine::newest);
    let remembered = newest.and_then(Record::kubernetes).cloned();
    let in_kubeconfig = cluster.state.found().and_then(|(_, server)| server.clone());
    let server = in_kubeconfig.or_else(|| remembered.as_ref().map(|cluster| cluster.server.clone()));
    let mount = match vault.state {
        Observation::Found(Ok(vault)) => {
            let work = mount(inputs, session, vault, server.clone());
            let observed = reporter.observe(Subject::AuthMount, work).await;
            checks.extend(observed.checks);
            observed.state.part().map(|side| side.map(Ok))
        }
        Observation::Found(Err(why)) => Ok(Some(Err(why))),
        Observation::NotPartOfCommand => Ok(None),
        Observation::Blocked => Err(Blocked),
    };
    failures(&checks).into_result()?;
    let (Observation::Found((cluster, _)), Ok(Some(mount))) = (cluster.state, mount) else {
        return Err(Failures::default());
    };
    let checks = judge(&cluster, &mount, machine.state.found());
    reporter.checks(&checks);
    failures(&checks).into_result()?;
    Ok(ReleaseState { cluster, mount, remembered, server })
}

/// The checks that only the whole shows.
fn judge(cluster: &ClusterSide, mount: &Result<MountSide, String>, machine: Option<&Machine>) -> Vec<Check> {
    let mut checks = Checks::default();
    let refused = something_to_do(cluster, mount).and_then(|()| is_the_mount_of_the_record(cluster, mount));
    if checks.failure_of(CheckId::Release, "", refused).is_ok() {
        let mut warnings: Vec<String> = another_mount(machine, cluster, mount).into_iter().collect();
        warnings.extend(left_over(cluster, mount));
        checks.warn_if_any(CheckId::Release, &warnings);
    }
    checks.into_vec()
}

/// What stays after the release.
fn left_over(cluster: &ClusterSide, mount: &Result<MountSide, String>) -> Vec<String> {
    let live = match cluster {
        ClusterSide::Silent(why) => {
            return vec![format!("{why}: the objects of this program stay in the cluster")];
        }
        ClusterSide::Live(live) => live,
    };
    let mut left = live.reviewer.left().to_vec();
    left.extend(live.secret.left().into_iter().chain(live.record.left()).map(String::from));
    // Why Vault's part stays, where the record says that it was configured.
    if let (Some((address, mount)), Err(why)) = (&live.configured, mount) {
        left.push(format!(
            "the record names Vault {address} auth/{mount} for this cluster; this release does not change it ({why})"
        ));
    }
    left
}

/// With the Lease held: what goes, once more.
pub(super) async fn observe_again(
    inputs: &ReleaseInputs<'_>,
    session: &Session,
    state: &mut ReleaseState,
) -> Result<(), Failure> {
    if let ClusterSide::Live(live) = &state.cluster {
        let (access, identity) = (live.access.clone(), live.identity.clone());
        let known = (live.identity_notes.clone(), live.namespace_exists);
        let inputs_of_cluster = &inputs.systems.cluster;
        let live =
            cluster::in_cluster(inputs_of_cluster, inputs.reviewer, session, access, identity, known).await?;
        state.cluster = ClusterSide::Live(Box::new(live));
    }
    if let Ok(side) = &state.mount {
        let vault = side.vault.clone();
        if let Some(settings) = inputs.systems.mount.vault {
            let side = find_mount(inputs, settings, session, vault, state.server.clone()).await?;
            state.mount = Ok(side);
        }
    }
    Ok(())
}

/// Neither a cluster nor a Vault: a success would say that something was given back.
fn something_to_do(cluster: &ClusterSide, mount: &Result<MountSide, String>) -> Result<(), Failure> {
    match (cluster, mount) {
        (ClusterSide::Silent(silent), Err(vault)) => {
            let error = RunError::NothingToRelease { cluster: silent.clone(), vault: vault.clone() };
            Err(Failure::stating(FailureKind::Refused, Subject::Command("release"), &error))
        }
        _ => Ok(()),
    }
}

/// The record knows which mount was configured. With another one, the right one would trust the cluster for ever: with
/// the record goes what is known of it.
fn is_the_mount_of_the_record(
    cluster: &ClusterSide,
    mount: &Result<MountSide, String>,
) -> Result<(), Failure> {
    let (ClusterSide::Live(live), Ok(now)) = (cluster, mount) else { return Ok(()) };
    let Some((address, mount)) = &live.configured else { return Ok(()) };
    if is_at(now, address, mount) {
        return Ok(());
    }
    let (address, mount) = (address.clone(), mount.clone());
    let now = format!("{} auth/{}", now.vault.address(), now.release.mount);
    let error = RunError::OtherMount { now, address, mount };
    Err(Failure::stating(FailureKind::Refused, Subject::AuthMount, &error))
}

/// A cluster that is gone, or whose record is, can't be asked which mount it had; the newest run may know.
fn another_mount(
    machine: Option<&Machine>,
    cluster: &ClusterSide,
    mount: &Result<MountSide, String>,
) -> Option<String> {
    let has_record = matches!(cluster, ClusterSide::Live(live) if live.configured.is_some());
    let (false, Ok(now)) = (has_record, mount) else { return None };
    let traces = machine?.known.iter().filter_map(|record| match record {
        Record::New(trace) => Some(trace),
        Record::Old(_) => None,
    });
    // What was given back since is known to be gone.
    let mut wrote = traces.take_while(|trace| trace.tool.command != Scope::Release.name());
    let trace = wrote.find(|trace| trace.vault.is_some())?;
    let VaultRecord { address, mount, .. } = trace.vault.as_ref()?;
    (!is_at(now, address, mount)).then(|| {
        format!(
            "run {} configured Vault {address} auth/{mount} for this cluster, and this gives back {} auth/{}: the \
             other one is left as it is (VAULT_ADDR, VAULT_K8S_AUTH_MOUNT)",
            trace.run_id,
            now.vault.address(),
            now.release.mount
        )
    })
}

fn is_at(side: &MountSide, address: &str, mount: &str) -> bool {
    side.vault.address() == address && side.release.mount == mount
}

/// Vault, or why it is left alone.
async fn vault_itself(inputs: &VaultInputs<'_>, session: &Session) -> Observed<Result<Vault, String>> {
    let alone = |why: String| {
        let state = Observation::Found(Err(why));
        Observed { state, summary: String::new(), checks: Vec::new() }
    };
    match inputs.settings {
        None => alone("VAULT_ADDR and VAULT_TOKEN are not both set".into()),
        Some(settings) if settings.skip_auth => alone("SKIP_VAULT_K8S_AUTH_CONFIG is set".into()),
        Some(_) => {
            let Observed { state, summary, checks } = vault::observe(inputs, session).await;
            let state = match state {
                Observation::Found(vault) => Observation::Found(Ok(vault)),
                Observation::NotPartOfCommand => Observation::Found(Err(summary.clone())),
                Observation::Blocked => Observation::Blocked,
            };
            Observed { state, summary, checks }
        }
    }
}

async fn mount(
    inputs: &ReleaseInputs<'_>,
    session: &Session,
    vault: Vault,
    server: Option<String>,
) -> Observed<MountSide> {
    let mut checks = Checks::default();
    let Some(settings) = inputs.systems.mount.vault else { return Observed::not_part(checks) };
    let found = find_mount(inputs, settings, session, vault, server).await;
    let found = checks.failure_of(CheckId::AuthMount, "", found);
    Observed::of(found, checks, |side| {
        let host = side.release.host.as_deref().unwrap_or("no server");
        format!("auth/{} for {host}", side.release.mount)
    })
}

async fn find_mount(
    inputs: &ReleaseInputs<'_>,
    settings: &VaultSettings,
    session: &Session,
    vault: Vault,
    server: Option<String>,
) -> Result<MountSide, Failure> {
    let release = vault_release::Release {
        cluster: inputs.systems.cluster.spec.name.clone(),
        mount: settings.mount.clone(),
        host: settings.kubernetes_host.clone().or(server).filter(|host| !host.is_empty()),
        disable: inputs.options.disable_mount,
    };
    let doing = "reset the Vault auth mount";
    let state = async {
        vault_release::observe_mount(&vault, &release)
            .await
            .map_err(|error| Failure::during(FailureKind::Refused, Subject::AuthMount, doing, &error))
    };
    let state = session.stop.unless_stopped(Step::Preflight, state).await?;
    let changes = vault_release::plan_mount(&release, &state)
        .map_err(|refusal| Failure::during(FailureKind::Refused, Subject::AuthMount, doing, &refusal))?;
    Ok(MountSide { vault, release, changes })
}
