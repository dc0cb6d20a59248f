//! Vault's auth mount against this cluster.

use crate::error::PreflightError;
use advice::shell;
use diagnostics::{Blocked, Check, CheckId, Checks, Failure, FailureKind, Step, Subject};
use vault_access::{TokenInfo, Vault, VaultError};

use super::policy::mount_policy;
use super::{mount_checks, refused};
use crate::expiry::{self, TokenLife};
use crate::inputs::MountInputs;
use crate::observe::cluster::rights;
use crate::observe::machine::Machine;
use crate::observe::observation::{Observation, Observed};
use crate::session::Session;
use crate::state::{ClusterState, VaultAuthState};
use settings::VaultSettings;
use settings::variables;

/// The auth mount. Not part of the command where it is to be left alone.
pub async fn observe(
    inputs: &MountInputs<'_>,
    session: &Session,
    cluster: Option<&ClusterState>,
    vault: &Observation<Vault>,
    machine: Option<&Machine>,
) -> Observed<VaultAuthState> {
    let mut checks = Checks::default();
    let settings = match inputs.vault {
        Some(settings) if inputs.is_written => settings,
        Some(_) => {
            let why = "SKIP_VAULT_K8S_AUTH_CONFIG is set";
            checks.skipped(CheckId::AuthMount, why);
            return Observed::not_part(checks);
        }
        None => return Observed::not_part(checks),
    };
    let (Some(cluster), Some(vault)) = (cluster, vault.found()) else {
        checks.skipped(CheckId::AuthMount, "what it needs failed above");
        return Observed::of(Err(Blocked), checks, |_| String::new());
    };
    let found = Box::pin(find(inputs, settings, session, (cluster, vault, machine), &mut checks)).await;
    Observed::of(found, checks, |state| format!("auth/{} for {}", state.desired.mount, state.desired.host))
}

async fn find(
    inputs: &MountInputs<'_>,
    settings: &VaultSettings,
    session: &Session,
    (cluster, vault, machine): (&ClusterState, &Vault, Option<&Machine>),
    checks: &mut Checks,
) -> Result<VaultAuthState, Blocked> {
    let desired = desired(inputs, settings, cluster, machine);
    let desired = checks.failure_of(CheckId::AuthMountAuthority, "", desired)?;
    let token = async { vault.token().await.map_err(|error| refused(&error)) };
    let token = session.stop.unless_stopped(Step::Preflight, token).await;
    let token = checks.failure_of(CheckId::AuthMountToken, shell!("vault token lookup"), token)?;
    let operators_awaited = inputs.awaits_operators && cluster.identity.is_openshift;
    judge_token(&token, operators_awaited, checks)?;
    let read = read(session, cluster, vault, &desired).await;
    let Read { state, changes, allowed } = match read {
        Ok(read) => read,
        Err(NotRead::Stopped) => return Err(Blocked),
        Err(NotRead::Refused(error)) => {
            let failure = mount_refused(&error, &desired.mount);
            mount_checks::refused(&error, &failure, &desired, checks);
            return Err(Blocked);
        }
    };
    mount_checks::fine(&state, &changes, &desired, checks);
    let see = shell!("oc --kubeconfig <kubeconfig> auth can-i --list");
    checks.result(CheckId::ReviewerObjects, "may be written", see, allowed)?;
    let fingerprint = state.fingerprint(&desired);
    Ok(VaultAuthState { desired, changes, fingerprint, written: None })
}

const TOKEN_LASTS: &str = "outlives the writes to Vault";

/// The token has to outlive what is written with it; nobody renews it meanwhile.
fn judge_token(token: &TokenInfo, operators_awaited: bool, checks: &mut Checks) -> Result<(), Blocked> {
    let renew = expiry::renew_token(token.renewable);
    match expiry::token_life(token.ttl_seconds, operators_awaited) {
        TokenLife::Enough => checks.passed(CheckId::AuthMountToken, TOKEN_LASTS),
        TokenLife::MayEnd(told) => {
            checks.push(
                Check::warning(CheckId::AuthMountToken, vec![format!("the Vault token {told}")]).hint(renew),
            );
        }
        TokenLife::TooShort(why) => {
            let failure = PreflightError::TokenTooShort { why, renew }.refused(Subject::VaultToken);
            let see = shell!("vault token lookup");
            return Err(checks.failed(CheckId::AuthMountToken, see, failure));
        }
    }
    Ok(())
}

/// The mount and the reviewer as read, and the decision.
struct Read {
    state: vault_auth::State,
    changes: vault_auth::Changes,
    /// The user may write the reviewer's objects.
    allowed: Result<(), Failure>,
}

enum NotRead {
    Stopped,
    Refused(vault_auth::VaultAuthError),
}

async fn read(
    session: &Session,
    cluster: &ClusterState,
    vault: &Vault,
    desired: &vault_auth::Desired,
) -> Result<Read, NotRead> {
    let state = tokio::select! {
        state = vault_auth::observe(&cluster.access, vault, desired) => state.map_err(NotRead::Refused)?,
        () = session.stop.token.cancelled() => return Err(NotRead::Stopped),
    };
    let changes = vault_auth::plan(desired, &state).map_err(NotRead::Refused)?;
    let allowed = rights::check_reviewer(cluster, desired, &changes).await;
    Ok(Read { state, changes, allowed })
}

/// The mount once more, with the lock held.
///
/// # Errors
/// What stands there now forbids it; a signal.
pub async fn observe_again(
    session: &Session,
    cluster: &ClusterState,
    vault: &Vault,
    desired: vault_auth::Desired,
) -> Result<VaultAuthState, Failure> {
    let Read { state, changes, allowed } =
        read(session, cluster, vault, &desired).await.map_err(|not_read| match not_read {
            NotRead::Stopped => session.stop.failure(Step::Preflight),
            NotRead::Refused(error) => mount_refused(&error, &desired.mount),
        })?;
    allowed?;
    let fingerprint = state.fingerprint(&desired);
    Ok(VaultAuthState { desired, changes, fingerprint, written: None })
}

/// With the policy to paste, where one would mend it.
fn mount_refused(error: &vault_auth::VaultAuthError, mount: &str) -> Failure {
    let doing = "have Vault trust the cluster";
    let failure = Failure::during(FailureKind::Refused, Subject::AuthMount, doing, error);
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
        Failure::of_io(FailureKind::Refused, Subject::AuthMount, &error)
            .hint("VAULT_KUBERNETES_CA_CERT names a PEM file")
    })?;
    // One that is no text holds no certificate, which the plan refuses.
    let pem = String::from_utf8_lossy(&cluster_spec::utf8(&bytes)).replace("\r\n", "\n");
    Ok(vault_auth::Authority { pem, origin: variables::VAULT_KUBERNETES_CA_CERT.into() })
}

/// What is wanted of the mount.
fn desired(
    inputs: &MountInputs<'_>,
    settings: &VaultSettings,
    cluster: &ClusterState,
    machine: Option<&Machine>,
) -> Result<vault_auth::Desired, Failure> {
    let ca_override = settings.kubernetes_ca_file.as_ref().map(|file| given_authority(file)).transpose()?;
    let earlier = machine.map(|machine| machine.earlier(&cluster.identity, &[Step::VaultAuth]));
    Ok(vault_auth::Desired {
        cluster: inputs.spec.name.clone(),
        cluster_id: cluster.identity.cluster_id.clone(),
        previous_cluster_id: earlier.and_then(|earlier| earlier.id().map(String::from)),
        mount: settings.mount.clone(),
        reviewer: settings.reviewer.clone(),
        make_namespace: settings.reviewer.namespace != inputs.cluster.argocd_namespace,
        host: settings.kubernetes_host.clone().unwrap_or_else(|| cluster.access.server.clone()),
        ca_override,
        replace_host: settings.replace_host,
        force: settings.force,
        force_conflicts: inputs.cluster.force_conflicts,
        labels: std::collections::BTreeMap::new(),
        previous_fingerprint: last_written(&cluster.record),
        network: inputs.cluster.network.clone(),
        way: Some(cluster.kubeconfig.kubeconfig.clone()),
    })
}

/// The fingerprint of what was last written to the mount, as the record remembers it.
pub fn last_written(record: &argocd::record::State) -> Option<vault_auth::Fingerprint> {
    let fingerprint = record.record()?.vault?.fingerprint?;
    Some(vault_auth::Fingerprint::from_record(fingerprint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::CheckStatus;

    #[track_caller]
    fn check(ttl_seconds: Option<u64>, operators_awaited: bool, expect: CheckStatus) {
        let token = TokenInfo {
            display_name: "ops".into(),
            policies: Vec::new(),
            ttl_seconds,
            renewable: true,
            visible: true,
        };
        let mut checks = Checks::default();
        let outcome = judge_token(&token, operators_awaited, &mut checks);
        let all = checks.into_vec();
        assert_eq!((all[0].id, all[0].status()), (CheckId::AuthMountToken, expect));
        assert_eq!(outcome.is_err(), expect == CheckStatus::Failed);
        assert_eq!(all[0].hint.is_some(), expect != CheckStatus::Ok, "{:?}", all[0]);
    }

    #[test]
    fn a_token_that_ends_before_the_writes_blocks_and_one_that_may_is_a_warning() {
        check(None, true, CheckStatus::Ok);
        check(Some(6 * 60), false, CheckStatus::Ok);
        check(Some(6 * 60), true, CheckStatus::Warning);
        check(Some(60), false, CheckStatus::Failed);
    }

    #[test]
    fn the_record_remembers_what_was_written() {
        let data = serde_json::json!({"vault_address": "https://vault.test", "vault_fingerprint": "abc"});
        let live = serde_json::json!({ "data": data });
        let expect = vault_auth::Fingerprint::from_record("abc");
        assert_eq!(last_written(&argocd::record::State::of(Some(live))), Some(expect));
        assert_eq!(last_written(&argocd::record::State::default()), None);
    }
}
