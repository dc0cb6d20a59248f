use serde_json::{Map, Value};

use crate::error::VaultError;
use crate::path;
use crate::request::Vault;

/// What there is at the path of an auth mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MountLookup {
    /// A mount.
    Found {
        /// Its type, `kubernetes` for ours.
        kind: String,
        /// Its accessor: another one after it was disabled and enabled again.
        accessor: Option<String>,
    },
    /// None.
    Absent,
    /// The token may not look. Vault gives the same answer where there is none.
    Unknown,
}

impl Vault {
    /// Looks the auth mount `mount` (`kubernetes`, without `auth/`) up. First the way that is open to every token with
    /// a right on some path below the mount, then the one for those who see all mounts.
    ///
    /// # Errors
    /// Whatever keeps Vault from answering; not the lack of a right.
    pub async fn auth_mount(&self, mount: &str) -> Result<MountLookup, VaultError> {
        let mount = auth_mount_path(mount)?;
        let lookup = format!("sys/internal/ui/mounts/auth/{mount}");
        let answer = self.read(&lookup).await?;
        if answer.is_success() {
            let status = answer.status;
            let data = answer.into_data();
            // The look-up finds the mount that a path belongs to, so `a` answers for `a/b` too.
            return match is_at(&data, &mount) {
                true => self.mount_in(&data, &lookup, status),
                false => Ok(MountLookup::Absent),
            };
        }
        if !matches!(answer.status, 403 | 404) || answer.says("namespace not found") {
            return Err(self.error(answer, &lookup, "read"));
        }
        self.auth_mount_by_list(&mount).await
    }

    /// Disables the auth mount: its configuration, its roles and every login by it are gone. False where it was gone.
    ///
    /// # Errors
    /// Any refusal.
    pub async fn disable_auth_mount(&self, mount: &str) -> Result<bool, VaultError> {
        let path = format!("sys/auth/{}", auth_mount_path(mount)?);
        let answer = self.delete(&path).await?;
        match answer.status {
            200..300 => Ok(true),
            // Some servers tell that there was none, others don't.
            400 | 404 if answer.says("no matching mount") => Ok(false),
            _ => Err(self.error(answer, &path, "delete")),
        }
    }

    /// A mount as `path` tells it. Every mount has a type: an answer without one is somebody else's.
    fn mount_in(
        &self,
        data: &Map<String, Value>,
        path: &str,
        status: u16,
    ) -> Result<MountLookup, VaultError> {
        let text = |key: &str| data.get(key).and_then(Value::as_str).map(str::to_owned);
        match text("type").filter(|kind| !kind.is_empty()) {
            Some(kind) => Ok(MountLookup::Found { kind, accessor: text("accessor") }),
            None => Err(VaultError::NotVault {
                address: self.address().to_owned(),
                status,
                said: format!("{path} has no type"),
            }),
        }
    }

    async fn auth_mount_by_list(&self, mount: &str) -> Result<MountLookup, VaultError> {
        let lookup = format!("sys/auth/{mount}");
        let answer = self.read(&lookup).await?;
        match answer.status {
            status @ 200..300 => self.mount_in(&answer.into_data(), &lookup, status),
            400 | 404 => Ok(MountLookup::Absent),
            403 => Ok(MountLookup::Unknown),
            _ => Err(self.error(answer, &lookup, "read")),
        }
    }
}

/// The mount as `vault auth enable -path` takes it: `auth/` before it is tolerated.
pub(crate) fn auth_mount_path(mount: &str) -> Result<String, VaultError> {
    let mount = path::clean("the auth mount", mount)?;
    Ok(mount.strip_prefix("auth/").map_or(mount.clone(), str::to_owned))
}

fn is_at(data: &Map<String, Value>, mount: &str) -> bool {
    let at = data.get("path").and_then(Value::as_str).unwrap_or_default().trim_matches('/');
    // Servers differ in whether `auth/` and the namespace stand before it.
    let at = at.strip_prefix("auth/").unwrap_or(at);
    at.is_empty() || at == mount || at.ends_with(&format!("/{mount}"))
}
