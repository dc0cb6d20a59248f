use cluster_access::{AccessError, Cluster, delete_while, get, merge_patch};
use secret::SecretString;
use serde_json::json;
use vault_access::{Vault, VaultError};

use super::reviewer::{is_our_account, is_our_secret, release_of_binding, remaining};
use super::{BindingRelease, MountChanges, MountRelease, ReviewerChanges};

/// How often a write that somebody else's crossed is tried again.
const CROSSINGS: u32 = 5;

/// Gives the mount back, or removes it, as planned.
///
/// # Errors
/// What Vault says.
pub async fn apply_mount(vault: &Vault, mount: &str, changes: &MountChanges) -> Result<(), VaultError> {
    match &changes.release {
        MountRelease::Keep => Ok(()),
        MountRelease::GiveBack(fields) => {
            vault.write_kubernetes_config(mount, fields, &SecretString::from("")).await
        }
        MountRelease::Disable => vault.disable_auth_mount(mount).await.map(drop),
    }
}

/// Removes the reviewer's objects, as planned: first what it may, then the account, then what is left of its token.
/// What somebody else took over since the plan stays.
///
/// # Errors
/// What the cluster says.
pub async fn apply_reviewer(cluster: &Cluster, changes: &ReviewerChanges) -> Result<(), AccessError> {
    match changes.binding {
        Some(BindingRelease::Delete) => {
            let still =
                |live: &_| release_of_binding(live, &changes.reviewer) == Some(BindingRelease::Delete);
            delete_while(cluster, &changes.binding_ref(), still).await?;
            // Another subject came in meanwhile.
            drop_subject(cluster, changes).await?;
        }
        Some(BindingRelease::DropSubject) => drop_subject(cluster, changes).await?,
        None => {}
    }
    if changes.service_account {
        let still = |live: &_| is_our_account(live, changes.secret);
        delete_while(cluster, &changes.service_account_ref(), still).await?;
    }
    if changes.secret {
        delete_while(cluster, &changes.secret_ref(), |live| is_our_secret(live, &changes.reviewer)).await?;
    }
    Ok(())
}

async fn drop_subject(cluster: &Cluster, changes: &ReviewerChanges) -> Result<(), AccessError> {
    let object = changes.binding_ref();
    let mut attempts = 1..=CROSSINGS;
    loop {
        let live = get(cluster, &object).await?;
        let ours = |live: &serde_json::Value| {
            release_of_binding(live, &changes.reviewer) == Some(BindingRelease::DropSubject)
        };
        let Some(live) = live.filter(ours) else { return Ok(()) };
        let patch = json!({
            "metadata": { "resourceVersion": live["metadata"]["resourceVersion"] },
            "subjects": remaining(&live, &changes.reviewer),
        });
        match merge_patch(cluster, &object, &patch).await {
            Err(AccessError::Conflict { .. }) if attempts.next().is_some() => {}
            result => return result.map(drop),
        }
    }
}
