//! Vault: it answers, is unsealed, the token counts; then its auth mount against this cluster.

use vault_access::{Vault, VaultError};

use super::Look;
use super::local::Local;
use crate::failure::{Failure, FailureKind};
use crate::request::{Context, Request, Scope};
use crate::settings::{VaultChoice, VaultSettings};
use crate::world::{ClusterWorld, VaultAuthWorld};

/// Vault itself. `None` where there is none to be asked.
pub(crate) async fn look(request: &Request, context: &Context) -> Look<Option<Vault>> {
    let VaultChoice::Present(settings) = &request.settings.vault else {
        return match request.scope {
            Scope::VaultAuth => Look::Failed(vec![
                Failure::refused("Vault", "VAULT_ADDR and VAULT_TOKEN are not both set").hint("export both"),
            ]),
            Scope::Run | Scope::RepoCreds => Look::Untouched(None),
        };
    };
    let ready = async {
        let vault = Vault::new(settings.access.clone())?;
        let health = vault.ready().await?;
        let token = vault.token().await?;
        Ok::<_, VaultError>((vault, health, token))
    };
    let answer = tokio::select! {
        answer = ready => answer,
        () = context.stop.token.cancelled() => return Look::Failed(vec![context.stop.failure("preflight")]),
    };
    match answer {
        Ok((vault, health, token)) => {
            let detail = format!("{} ({}) as {}", vault.address(), health.version, token.display_name);
            Look::Fine(Some(vault), detail)
        }
        // Vault is asked for the login alone: without it the other sources are asked.
        Err(error) if settings.skip_auth && request.scope != Scope::VaultAuth && error.is_unreachable() => {
            context.events.warn(format!("Vault can't be asked for the repository login: {error}"));
            Look::Fine(None, "out of reach; left alone (SKIP_VAULT_K8S_AUTH_CONFIG)".into())
        }
        Err(error) => Look::Failed(vec![refused(&error)]),
    }
}

fn refused(error: &VaultError) -> Failure {
    Failure::during(FailureKind::Refused, "Vault", "ask Vault", error, error.hint())
}

/// The auth mount. `None` where it is to be left alone.
pub(crate) async fn look_at_mount(
    request: &Request,
    context: &Context,
    cluster: Option<&ClusterWorld>,
    vault: Option<&Option<Vault>>,
    local: Option<&Local>,
) -> Look<Option<VaultAuthWorld>> {
    let (VaultChoice::Present(settings), true) =
        (&request.settings.vault, super::rights::configures_vault(request))
    else {
        return Look::Untouched(None);
    };
    // What failed before is told there.
    let (Some(cluster), Some(Some(vault))) = (cluster, vault) else { return Look::Failed(Vec::new()) };
    let desired = match desired(request, settings, cluster, local) {
        Ok(desired) => desired,
        Err(failure) => return Look::Failed(vec![failure]),
    };
    match observe(context, cluster, vault, desired).await {
        Ok(world) => {
            let detail = format!("auth/{} for {}", world.desired.mount, world.desired.host);
            Look::Fine(Some(world), detail)
        }
        Err(failure) => Look::Failed(vec![failure]),
    }
}

/// Reads the mount and the reviewer, and decides what has to be done.
pub(crate) async fn observe(
    context: &Context,
    cluster: &ClusterWorld,
    vault: &Vault,
    desired: vault_auth::Desired,
) -> Result<VaultAuthWorld, Failure> {
    let refused = |error: vault_auth::VaultAuthError| {
        let doing = "have Vault trust the cluster";
        Failure::during(FailureKind::Refused, "Vault auth mount", doing, &error, error.hint())
    };
    let state = tokio::select! {
        state = vault_auth::observe(&cluster.access, vault, &desired) => state.map_err(refused)?,
        () = context.stop.token.cancelled() => return Err(context.stop.failure("preflight")),
    };
    let changes = vault_auth::plan(&desired, &state).map_err(refused)?;
    super::rights::check_reviewer(cluster, &desired, &changes).await?;
    let fingerprint = state.fingerprint(&desired);
    Ok(VaultAuthWorld { desired, changes, fingerprint })
}

/// What is wanted of the mount.
fn desired(
    request: &Request,
    settings: &VaultSettings,
    cluster: &ClusterWorld,
    local: Option<&Local>,
) -> Result<vault_auth::Desired, Failure> {
    let ca_override = settings
        .kubernetes_ca_file
        .as_ref()
        .map(|file| {
            fs_err::read_to_string(file).map_err(|error| {
                let hint = "VAULT_KUBERNETES_CA_CERT names a PEM file";
                Failure::of(FailureKind::Refused, "Vault auth mount", &error, Some(hint.into()))
            })
        })
        .transpose()?;
    let earlier = local.map(|local| local.earlier(&cluster.identity));
    Ok(vault_auth::Desired {
        cluster: request.spec.name.clone(),
        cluster_id: cluster.identity.cluster_id.clone(),
        previous_cluster_id: earlier.and_then(|earlier| earlier.id().map(String::from)),
        mount: settings.mount.clone(),
        reviewer: settings.reviewer.clone(),
        make_namespace: settings.reviewer.namespace != request.settings.cluster.argocd_namespace,
        host: settings.kubernetes_host.clone().unwrap_or_else(|| cluster.access.server.clone()),
        ca_override,
        replace_host: settings.replace_host,
        force: settings.force,
        force_conflicts: request.settings.cluster.force_conflicts,
        labels: std::collections::BTreeMap::new(),
        previous_fingerprint: last_written(cluster),
        network: request.settings.cluster.network.clone(),
    })
}

/// The fingerprint of what was last written to the mount, as the record remembers it.
pub(crate) fn last_written(cluster: &ClusterWorld) -> Option<vault_auth::Fingerprint> {
    let fingerprint = cluster.record.record()?.vault?.fingerprint?;
    Some(vault_auth::Fingerprint::from_record(fingerprint))
}
