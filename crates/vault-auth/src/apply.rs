use std::time::Duration;

use cluster_access::{
    AccessError, Cluster, ObjectRef, OwnedWrite, apply_owned, apply_replanned, await_object, create,
    delete_while, get, plan_owned,
};
use secret::SecretString;
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;
use trace::Change;
use vault_access::Vault;

use crate::authority::Authority;
use crate::changes::{Changes, MountPlan, MountWrite, SecretPlan, config};
use crate::desired::{Desired, root_ca};
use crate::error::VaultAuthError;
use crate::fingerprint::{Fingerprint, Parts};
use crate::mount_plan::{self, Verdict};
use crate::observe::{authority, in_config_map, observe};
use crate::outcome::Outcome;
use crate::plan::is_stale;
use crate::state::{State, is_for, token, uid};

/// How long the cluster may take to fill a token Secret or `kube-root-ca.crt`. It takes about 100 ms.
pub const FILL_LIMIT: Duration = Duration::from_secs(60);

/// Writes what `changes` say: the reviewer's objects first, then, once the cluster has given it a token, the mount.
/// `on_wait` hears what is being waited for, `on_write` each write right after it.
///
/// # Errors
/// The first write that fails, a token or an authority that does not come within a minute, and a stop.
pub async fn apply(
    cluster: &Cluster,
    vault: &Vault,
    desired: &Desired,
    changes: &Changes,
    stop: &CancellationToken,
    on_wait: impl Fn(&str),
    on_write: impl Fn(Change),
) -> Result<Outcome, VaultAuthError> {
    let wrote = |object: String| {
        changes.describe().into_iter().filter(|change| change.object == object).for_each(&on_write);
    };
    let work = async {
        if changes.namespace {
            make_namespace(cluster, &desired.reviewer.namespace).await?;
            wrote(ObjectRef::namespace(&desired.reviewer.namespace).to_string());
        }
        let account = apply_owned(
            cluster,
            &desired.service_account_ref(),
            &desired.service_account(),
            &changes.service_account,
        )
        .await?;
        wrote(desired.service_account_ref().to_string());
        let secret = write_secret(cluster, desired, &changes.secret, &account).await?;
        wrote(desired.secret_ref().to_string());
        write_binding(cluster, desired, changes).await?;
        wrote(desired.binding_ref().to_string());
        let jwt = await_token(cluster, desired, &account, secret, stop, &on_wait).await?;
        let authority = await_authority(cluster, desired, stop, &on_wait).await?;
        if let MountPlan::Write(write) = &changes.mount {
            let again = match changes.authority_known {
                true => None,
                false => mount_again(cluster, vault, desired, &authority).await?,
            };
            let fields = fields(desired, again.as_ref().unwrap_or(write), &authority);
            vault.write_kubernetes_config(&desired.mount, &fields, &jwt).await?;
            wrote(config(desired));
        }
        let fingerprint = Fingerprint::of(&Parts {
            address: vault.address(),
            namespace: vault.namespace(),
            mount: &desired.mount,
            accessor: changes.accessor.as_deref(),
            host: &desired.host,
            authority: &authority.pem,
            service_account_uid: uid(&account).unwrap_or_default(),
            jwt: &jwt,
        });
        Ok(Outcome { fingerprint, jwt, changed: !changes.is_empty(), authority })
    };
    tokio::select! {
        biased;
        () = stop.cancelled() => Err(VaultAuthError::Stopped { doing: "configuring Vault".to_owned() }),
        outcome = work => outcome,
    }
}

async fn make_namespace(cluster: &Cluster, name: &str) -> Result<(), AccessError> {
    let body = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
    match create(cluster, &ObjectRef::namespace(name), &body).await {
        Ok(_) | Err(AccessError::AlreadyExists { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The Secret as it stands afterwards, for this very ServiceAccount.
async fn write_secret(
    cluster: &Cluster,
    desired: &Desired,
    plan: &SecretPlan,
    account: &Value,
) -> Result<Value, AccessError> {
    let (object, wanted) = (desired.secret_ref(), desired.secret());
    if let SecretPlan::Apply(owned) = plan {
        let written = apply_owned(cluster, &object, &wanted, owned).await?;
        // If it is stale, it was planned while the ServiceAccount was another one.
        if !is_stale(&written, Some(account)) {
            return Ok(written);
        }
    }
    delete_stale(cluster, &object, account).await?;
    let anew = plan_owned(&wanted, None, &[], desired.force_conflicts)
        .map_err(|conflict| AccessError::Ownership { doing: format!("create {object}"), conflict })?;
    apply_owned(cluster, &object, &wanted, &anew).await
}

/// Deletes the Secret if it holds the token of an account that is gone. The cluster does the same in its own time, so
/// it may be gone or changed at any moment.
async fn delete_stale(cluster: &Cluster, object: &ObjectRef, account: &Value) -> Result<(), AccessError> {
    delete_while(cluster, object, |live| is_stale(live, Some(account))).await.map(drop)
}

/// The subjects that stay are those of now, not those of the time of the plan.
async fn write_binding(cluster: &Cluster, desired: &Desired, changes: &Changes) -> Result<(), AccessError> {
    if changes.binding.is_unchanged() {
        return Ok(());
    }
    let object = desired.binding_ref();
    let wanted = |live: Option<&Value>| desired.binding(live);
    let live = get(cluster, &object).await?;
    let first = OwnedWrite { desired: wanted(live.as_ref()), plan: changes.binding.clone() };
    let anew = |live: Option<&Value>| {
        let desired_now = wanted(live);
        plan_owned(&desired_now, live, &[], desired.force_conflicts)
            .map(|plan| OwnedWrite { desired: desired_now, plan })
            .map_err(|conflict| AccessError::Ownership { doing: format!("write {object}"), conflict })
    };
    apply_replanned(cluster, &object, first, anew).await.map(drop)
}

async fn await_token(
    cluster: &Cluster,
    desired: &Desired,
    account: &Value,
    secret: Value,
    stop: &CancellationToken,
    on_wait: &impl Fn(&str),
) -> Result<SecretString, VaultAuthError> {
    let uid = uid(account).unwrap_or_default();
    let ready = |secret: &Value| token(secret).is_some() && is_for(secret, uid);
    let secret = if ready(&secret) {
        secret
    } else {
        let object = desired.secret_ref();
        let waiting_for = format!("the token in {object}");
        on_wait(&waiting_for);
        await_object(cluster, &object, ready, FILL_LIMIT, stop, &waiting_for).await?
    };
    token(&secret).ok_or_else(|| VaultAuthError::WrongToken {
        secret: desired.secret_ref().to_string(),
        account: desired.service_account_ref().to_string(),
    })
}

async fn await_authority(
    cluster: &Cluster,
    desired: &Desired,
    stop: &CancellationToken,
    on_wait: &impl Fn(&str),
) -> Result<Authority, VaultAuthError> {
    if let Some(found) = authority(cluster, desired).await? {
        return Ok(found);
    }
    let object = root_ca(desired);
    let waiting_for = format!("the cluster's CA in {object}");
    on_wait(&waiting_for);
    let is_there = |found: &Value| in_config_map(&object, found).is_some();
    let found = await_object(cluster, &object, is_there, FILL_LIMIT, stop, &waiting_for).await?;
    let lost = || AccessError::WaitedTooLong { waiting_for: waiting_for.clone(), limit: FILL_LIMIT };
    Ok(in_config_map(&object, &found).ok_or_else(lost)?)
}

/// What the mount gets, decided now that the authority is known: whether what it holds is another cluster's shows by the
/// authority alone.
async fn mount_again(
    cluster: &Cluster,
    vault: &Vault,
    desired: &Desired,
    authority: &Authority,
) -> Result<Option<MountWrite>, VaultAuthError> {
    let state = State { authority: Some(authority.clone()), ..observe(cluster, vault, desired).await? };
    match mount_plan::plan(desired, &state) {
        Ok(Verdict { plan: MountPlan::Write(write), .. }) => Ok(Some(write)),
        Ok(_) => Ok(None),
        Err(refusal) => Err(VaultAuthError::Refused(vec![refusal])),
    }
}

fn fields(desired: &Desired, write: &MountWrite, authority: &Authority) -> Map<String, Value> {
    let mut fields = write.others.clone();
    fields.insert("kubernetes_host".to_owned(), Value::from(desired.host.as_str()));
    fields.insert("kubernetes_ca_cert".to_owned(), Value::from(authority.pem.as_str()));
    fields
}
