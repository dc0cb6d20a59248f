use cluster_access::{AccessError, Cluster, get};
use vault_access::{Vault, VaultError};

use super::{MountState, Release, ReviewerChanges, ReviewerState};
use crate::desired::Reviewer;
use crate::rights::config_path;

/// Looks at the mount: what it holds, which roles it has, and what the token may do to it.
///
/// # Errors
/// What keeps Vault from answering. What is not there, or may not be seen, is an answer.
pub async fn observe_mount(vault: &Vault, release: &Release) -> Result<MountState, VaultError> {
    let (config, itself) = (config_path(&release.mount), mount_path(&release.mount));
    let paths = [config.clone(), itself.clone()];
    let (mount, found, roles, mut capabilities) = tokio::try_join!(
        vault.auth_mount(&release.mount),
        vault.kubernetes_config(&release.mount),
        vault.kubernetes_roles(&release.mount),
        vault.capabilities(&paths),
    )?;
    Ok(MountState {
        mount,
        config: found,
        capabilities: capabilities.remove(&config),
        mount_capabilities: capabilities.remove(&itself),
        roles,
    })
}

/// Looks at the reviewer's objects.
///
/// # Errors
/// What keeps the cluster from answering; a right to look that is lacking.
pub async fn observe_reviewer(cluster: &Cluster, reviewer: &Reviewer) -> Result<ReviewerState, AccessError> {
    let named = ReviewerChanges { reviewer: reviewer.clone(), ..ReviewerChanges::default() };
    let (account, secret, binding) = (named.service_account_ref(), named.secret_ref(), named.binding_ref());
    let (service_account, secret, binding) =
        tokio::try_join!(get(cluster, &account), get(cluster, &secret), get(cluster, &binding))?;
    Ok(ReviewerState { service_account, secret, binding })
}

/// Where mounts are enabled and disabled.
pub(super) fn mount_path(mount: &str) -> String {
    format!("sys/auth/{}", mount.strip_prefix("auth/").unwrap_or(mount))
}
