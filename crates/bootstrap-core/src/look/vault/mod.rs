//! Vault: it answers, is unsealed, the token counts; then its auth mount against this cluster.

mod mount_rows;
pub(crate) mod owners;
pub(crate) mod policy;

use vault_access::{Health, TokenInfo, Vault, VaultError};

use crate::checks::Rows;
use crate::expiry::{self, TokenLife};
use crate::look::cluster::connect::through;
use crate::look::local::Local;
use crate::look::observation::Look;
use crate::request::{Context, Request, Scope};
use crate::settings::{VaultChoice, VaultSettings};
use crate::world::{ClusterWorld, VaultAuthWorld};
use diagnostics::{Failure, FailureKind, Step, Subject};
use policy::{MOUNT, SYSTEM, mount_policy};

const UNSET: &str = "VAULT_ADDR and VAULT_TOKEN are not both set";

/// Vault itself. `None` where there is none to be asked.
pub(crate) async fn look(request: &Request, context: &Context) -> Look<Option<Vault>> {
    let rows = Rows::of(context, SYSTEM);
    let VaultChoice::Present(settings) = &request.settings.vault else {
        rows.skipped("Vault answers and is unsealed", UNSET);
        return match request.scope {
            Scope::VaultAuth => {
                Look::Failed(vec![Failure::refused(Subject::Vault, UNSET).hint("export both")])
            }
            Scope::Run | Scope::RepoCreds | Scope::Release => Look::Untouched(None),
        };
    };
    let may_do_without = settings.skip_auth && request.scope != Scope::VaultAuth;
    let ready = ask(settings, rows, may_do_without);
    let answer = tokio::select! {
        answer = ready => answer,
        () = context.stop.token.cancelled() => return Look::Failed(vec![context.stop.failure(Step::Preflight)]),
    };
    match answer {
        Ok((vault, health, token)) => {
            let detail = format!("{} ({}) as {}", vault.address(), health.version, token.display_name);
            Look::Fine(Some(vault), detail)
        }
        // Vault is asked for the login alone: without it the other sources are asked.
        Err(error) if may_do_without && error.is_unreachable() => {
            context.events.warn(done_without(&error));
            Look::Fine(None, "out of reach; left alone (SKIP_VAULT_K8S_AUTH_CONFIG)".into())
        }
        Err(error) => Look::Failed(vec![refused(&error)]),
    }
}

/// Each question is a row of its own: a sealed Vault and a token that is none are mended differently. Where a run does
/// without Vault, one that can't be asked is a warning.
async fn ask(
    settings: &VaultSettings,
    rows: Rows<'_>,
    may_do_without: bool,
) -> Result<(Vault, Health, TokenInfo), VaultError> {
    let told = |sentence: &str, see: &str, error: &VaultError| match may_do_without && error.is_unreachable()
    {
        true => rows.odd(sentence, &[done_without(error)]),
        false => rows.failed(sentence, see, &refused(error)),
    };
    let usable = "Vault's address, token and certificates can be used";
    let vault = Vault::new(settings.access.clone())
        .inspect_err(|error| told(usable, "env | grep -o ^VAULT_[A-Z_]*", error))?;
    let see = format!("vault status -address={}", secret::quoted(vault.address()));
    let answers = format!("Vault {} answers and is unsealed", vault.address());
    let health = vault.ready().await.inspect_err(|error| told(&answers, &see, error))?;
    rows.ok(format!("{answers} ({}){}", health.version, through(vault.proxy())));
    let counts = "Vault accepts the token";
    let see = format!("vault token lookup -address={}", secret::quoted(vault.address()));
    let token = vault.token().await.inspect_err(|error| told(counts, &see, error))?;
    rows.ok(match token.display_name.as_str() {
        "" => counts.to_owned(),
        name => format!("{counts}, as {name}"),
    });
    Ok((vault, health, token))
}

fn done_without(error: &VaultError) -> String {
    format!("Vault can't be asked for the repository login: {error}")
}

fn refused(error: &VaultError) -> Failure {
    Failure::during(FailureKind::Refused, Subject::Vault, "ask Vault", error, error.hint())
}

/// The auth mount. `None` where it is to be left alone.
pub(crate) async fn look_at_mount(
    request: &Request,
    context: &Context,
    cluster: Option<&ClusterWorld>,
    vault: Option<&Option<Vault>>,
    local: Option<&Local>,
) -> Look<Option<VaultAuthWorld>> {
    let rows = Rows::of(context, MOUNT);
    let (VaultChoice::Present(settings), true) = (&request.settings.vault, request.configures_vault()) else {
        if let VaultChoice::Present(_) = &request.settings.vault {
            rows.skipped("Vault's mount is this cluster's", "SKIP_VAULT_K8S_AUTH_CONFIG is set");
        }
        return Look::Untouched(None);
    };
    // What failed before is told there.
    let (Some(cluster), Some(Some(vault))) = (cluster, vault) else {
        rows.skipped(format!("auth/{} is this cluster's", settings.mount), "what it needs failed above");
        return Look::Failed(Vec::new());
    };
    let desired = match desired(request, settings, cluster, local) {
        Ok(desired) => desired,
        Err(failure) => return Look::Failed(vec![failure]),
    };
    let sentence = "the Vault token outlives the writes to Vault";
    let lives = check_token(request, context, cluster, vault).await;
    if let Err(failure) = rows.told(lives, sentence, "vault token lookup") {
        return Look::Failed(vec![failure]);
    }
    match observe_and_tell(context, cluster, vault, desired, Some(rows)).await {
        Ok(world) => {
            let detail = format!("auth/{} for {}", world.desired.mount, world.desired.host);
            Look::Fine(Some(world), detail)
        }
        Err(failure) => Look::Failed(vec![failure]),
    }
}

/// The token has to outlive what is written with it; nobody renews it meanwhile.
async fn check_token(
    request: &Request,
    context: &Context,
    cluster: &ClusterWorld,
    vault: &Vault,
) -> Result<(), Failure> {
    let token = tokio::select! {
        token = vault.token() => token.map_err(|error| refused(&error))?,
        () = context.stop.token.cancelled() => return Err(context.stop.failure(Step::Preflight)),
    };
    let operators_awaited = request.scope == Scope::Run && cluster.identity.is_openshift;
    let renew = expiry::renew_token(token.renewable);
    match expiry::token_life(token.ttl_seconds, operators_awaited) {
        TokenLife::Enough => Ok(()),
        TokenLife::MayEnd(told) => {
            context.events.warn(format!("{told}: {renew}"));
            Ok(())
        }
        TokenLife::TooShort(why) => Err(Failure::refused(Subject::VaultToken, why).hint(renew)),
    }
}

/// Reads the mount and the reviewer, and decides what has to be done.
pub(crate) async fn observe(
    context: &Context,
    cluster: &ClusterWorld,
    vault: &Vault,
    desired: vault_auth::Desired,
) -> Result<VaultAuthWorld, Failure> {
    observe_and_tell(context, cluster, vault, desired, None).await
}

async fn observe_and_tell(
    context: &Context,
    cluster: &ClusterWorld,
    vault: &Vault,
    desired: vault_auth::Desired,
    rows: Option<Rows<'_>>,
) -> Result<VaultAuthWorld, Failure> {
    let refused = |error: vault_auth::VaultAuthError| {
        let failure = mount_refused(&error, &desired.mount);
        rows.inspect(|rows| mount_rows::refused(*rows, &error, &failure, &desired));
        failure
    };
    let state = tokio::select! {
        state = vault_auth::observe(&cluster.access, vault, &desired) => state.map_err(refused)?,
        () = context.stop.token.cancelled() => return Err(context.stop.failure(Step::Preflight)),
    };
    let changes = vault_auth::plan(&desired, &state).map_err(refused)?;
    let allowed = crate::look::cluster::rights::check_reviewer(cluster, &desired, &changes).await;
    if let Some(rows) = rows {
        mount_rows::fine(rows, &state, &changes, &desired);
        let sentence = "we may write the reviewer's objects in the cluster";
        rows.told(
            allowed.as_ref().map_err(Clone::clone).copied(),
            sentence,
            "oc --kubeconfig <kubeconfig> auth can-i --list",
        )
        .ok();
    }
    allowed?;
    let fingerprint = state.fingerprint(&desired);
    Ok(VaultAuthWorld { desired, changes, fingerprint, written: None })
}

/// With the policy to paste, where one would mend it.
fn mount_refused(error: &vault_auth::VaultAuthError, mount: &str) -> Failure {
    let doing = "have Vault trust the cluster";
    let failure = Failure::during(FailureKind::Refused, MOUNT, doing, error, error.hint());
    let of_policy = match error {
        vault_auth::VaultAuthError::Refused(all) => all.iter().any(vault_auth::Refusal::is_of_policy),
        vault_auth::VaultAuthError::Vault(VaultError::Denied { .. }) => true,
        _ => false,
    };
    if of_policy { failure.command(mount_policy(mount)) } else { failure }
}

/// The authority in the file that VAULT_KUBERNETES_CA_CERT names.
fn given_authority(file: &std::path::Path) -> Result<vault_auth::Authority, Failure> {
    let bytes = fs_err::read(file).map_err(|error| {
        let hint = "VAULT_KUBERNETES_CA_CERT names a PEM file";
        Failure::of(FailureKind::Refused, MOUNT, &error, Some(hint.into()))
    })?;
    // One that is no text holds no certificate, which the plan refuses.
    let pem = String::from_utf8_lossy(&cluster_spec::utf8(&bytes)).replace("\r\n", "\n");
    Ok(vault_auth::Authority { pem, origin: "VAULT_KUBERNETES_CA_CERT".into() })
}

/// What is wanted of the mount.
fn desired(
    request: &Request,
    settings: &VaultSettings,
    cluster: &ClusterWorld,
    local: Option<&Local>,
) -> Result<vault_auth::Desired, Failure> {
    let ca_override = settings.kubernetes_ca_file.as_ref().map(|file| given_authority(file)).transpose()?;
    let earlier = local.map(|local| local.earlier(&cluster.identity, &[Step::VaultAuth]));
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
        way: Some(cluster.kubeconfig.kubeconfig.clone()),
    })
}

/// The fingerprint of what was last written to the mount, as the record remembers it.
pub(crate) fn last_written(cluster: &ClusterWorld) -> Option<vault_auth::Fingerprint> {
    let fingerprint = cluster.record.record()?.vault?.fingerprint?;
    Some(vault_auth::Fingerprint::from_record(fingerprint))
}
