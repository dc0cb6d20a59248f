//! Looks at this machine, the cluster (`cluster`) and Vault; reports all that stands in the way at once.

use diagnostics::{Failure, FailureKind, Step, Subject};
use secret::quoted;
use trace::{Record, VaultRecord};
use vault_access::Vault;
use vault_auth::release as vault_release;

use super::cluster;
use super::world::{ClusterSide, MountSide, ReleaseOptions, ReleaseWorld};
use crate::look::local::Local;
use crate::look::observation::{Look, keep, told};
use crate::look::{local, vault};
use crate::request::{Context, Request, Scope};
use crate::settings::{VaultChoice, VaultSettings};

pub(super) async fn look(
    request: &Request,
    options: ReleaseOptions,
    context: &Context,
) -> Result<ReleaseWorld, Vec<Failure>> {
    let mut failures = Vec::new();
    let (local, cluster, vault) = tokio::join!(
        told(context, Subject::Machine, local::look(request, context)),
        told(context, cluster::SYSTEM, cluster::look(request, context)),
        told(context, Subject::Vault, vault_itself(request, context)),
    );
    let local = keep(local, &mut failures);
    let cluster = keep(cluster, &mut failures);
    let vault = keep(vault, &mut failures);
    context.stop.check(Step::Preflight).map_err(one)?;
    let newest = local.as_ref().and_then(|local| local.newest());
    let remembered = newest.and_then(Record::kubernetes).cloned();
    let in_kubeconfig = cluster.as_ref().and_then(|(_, server)| server.clone());
    let server = in_kubeconfig.or_else(|| remembered.as_ref().map(|cluster| cluster.server.clone()));
    let mount = match vault {
        Some(Ok(vault)) => {
            let look = mount(request, options, context, vault, server.clone());
            keep(told(context, Subject::AuthMount, look).await, &mut failures).map(Ok)
        }
        Some(Err(why)) => Some(Err(why)),
        None => None,
    };
    let (Some((cluster, _)), Some(mount), true) = (cluster, mount, failures.is_empty()) else {
        return Err(failures);
    };
    something_to_do(&cluster, &mount)?;
    is_the_mount_of_the_record(&cluster, &mount).map_err(one)?;
    let warnings = another_mount(local.as_ref(), &cluster, &mount).into_iter().collect();
    Ok(ReleaseWorld { cluster, mount, remembered, server, warnings })
}

/// With the Lease held: what goes, once more.
pub(super) async fn again(
    request: &Request,
    options: ReleaseOptions,
    context: &Context,
    world: &mut ReleaseWorld,
) -> Result<(), Failure> {
    if let ClusterSide::Live(live) = &world.cluster {
        let (access, identity) = (live.access.clone(), live.identity.clone());
        let (notes, exists) = (live.identity_notes.clone(), live.namespace_exists);
        let live =
            cluster::in_cluster(request, context, access, identity, (notes, exists)).await.map_err(first)?;
        world.cluster = ClusterSide::Live(Box::new(live));
    }
    if let Ok(side) = &world.mount {
        let vault = side.vault.clone();
        match mount(request, options, context, vault, world.server.clone()).await {
            Look::Fine(side, _) | Look::Untouched(side) => world.mount = Ok(side),
            Look::Failed(failures) => return Err(first(failures)),
        }
    }
    Ok(())
}

/// Neither a cluster nor a Vault: a success would say that something was given back.
fn something_to_do(cluster: &ClusterSide, mount: &Result<MountSide, String>) -> Result<(), Vec<Failure>> {
    match (cluster, mount) {
        (ClusterSide::Silent(silent), Err(vault)) => {
            let message = format!("nothing can be given back: {silent}, and Vault is left alone ({vault})");
            Err(one(Failure::refused(Subject::Command("release"), message).hint(
                "name the cluster's kubeconfig with --kubeconfig FILE, or export VAULT_ADDR and VAULT_TOKEN",
            )))
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
    let message = format!(
        "Vault {} auth/{} is not what was configured for this cluster: the record names Vault {address} auth/{mount}",
        now.vault.address(),
        now.release.mount
    );
    Err(Failure::refused(Subject::AuthMount, message).hint(format!(
        "name that one, or leave Vault as it is with SKIP_VAULT_K8S_AUTH_CONFIG=1:\nexport VAULT_ADDR={} VAULT_K8S_AUTH_MOUNT={}",
        quoted(address),
        quoted(mount)
    )))
}

/// A cluster that is gone, or whose record is, can't be asked which mount it had; the newest run may know.
fn another_mount(
    local: Option<&Local>,
    cluster: &ClusterSide,
    mount: &Result<MountSide, String>,
) -> Option<String> {
    let has_record = matches!(cluster, ClusterSide::Live(live) if live.configured.is_some());
    let (false, Ok(now)) = (has_record, mount) else { return None };
    let traces = local?.known.iter().filter_map(|record| match record {
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
async fn vault_itself(request: &Request, context: &Context) -> Look<Result<Vault, String>> {
    match &request.settings.vault {
        VaultChoice::Absent => Look::Untouched(Err("VAULT_ADDR and VAULT_TOKEN are not both set".into())),
        VaultChoice::Present(settings) if settings.skip_auth => {
            Look::Untouched(Err("SKIP_VAULT_K8S_AUTH_CONFIG is set".into()))
        }
        VaultChoice::Present(_) => match vault::look(request, context).await {
            Look::Fine(Some(vault), detail) => Look::Fine(Ok(vault), detail),
            Look::Fine(None, why) => Look::Untouched(Err(why)),
            Look::Untouched(_) => Look::Untouched(Err("it is not part of this command".into())),
            Look::Failed(failures) => Look::Failed(failures),
        },
    }
}

async fn mount(
    request: &Request,
    options: ReleaseOptions,
    context: &Context,
    vault: Vault,
    server: Option<String>,
) -> Look<MountSide> {
    let Some(settings) = request.settings.vault() else { return Look::Failed(Vec::new()) };
    let release = wanted_of_mount(request, settings, options, server);
    let state = tokio::select! {
        state = vault_release::observe_mount(&vault, &release) => state,
        () = context.stop.token.cancelled() => return Look::Failed(one(context.stop.failure(Step::Preflight))),
    };
    let doing = "give the Vault mount back";
    let state = match state {
        Ok(state) => state,
        Err(error) => {
            let hint = error.hint();
            return Look::Failed(one(Failure::during(
                FailureKind::Refused,
                Subject::AuthMount,
                doing,
                &error,
                hint,
            )));
        }
    };
    match vault_release::plan_mount(&release, &state) {
        Ok(changes) => {
            let detail =
                format!("auth/{} for {}", release.mount, release.host.as_deref().unwrap_or("no server"));
            Look::Fine(MountSide { vault, release, changes }, detail)
        }
        Err(refusal) => {
            let hint = Some(refusal.hint());
            Look::Failed(one(Failure::during(
                FailureKind::Refused,
                Subject::AuthMount,
                doing,
                &refusal,
                hint,
            )))
        }
    }
}

fn wanted_of_mount(
    request: &Request,
    settings: &VaultSettings,
    options: ReleaseOptions,
    server: Option<String>,
) -> vault_release::Release {
    vault_release::Release {
        cluster: request.spec.name.clone(),
        mount: settings.mount.clone(),
        host: settings.kubernetes_host.clone().or(server).filter(|host| !host.is_empty()),
        disable: options.disable_mount,
    }
}

fn first(failures: Vec<Failure>) -> Failure {
    let none = || {
        Failure::refused(Subject::Command("release"), "it could not be looked at once more").hint("run again")
    };
    failures.into_iter().next().unwrap_or_else(none)
}

fn one(failure: Failure) -> Vec<Failure> {
    vec![failure]
}
