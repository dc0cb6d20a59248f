use vaultrs::api::sys::requests::DisableAuthRequest;

use crate::answer::Answer;
use crate::endpoint::{FindMount, Mount, ReadAuthMount};
use crate::error::VaultError;
use crate::path;
use crate::request::Vault;
use crate::sender::As;

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
        let answer = self.read(&FindMount { path: format!("auth/{mount}") }, As::Us).await?;
        if answer.is_success() {
            let found: Mount = answer.data()?;
            // The look-up finds the mount that a path belongs to, so `a` answers for `a/b` too.
            return if is_at(&found, &mount) { found_in(found, &answer) } else { Ok(MountLookup::Absent) };
        }
        if !matches!(answer.status, 403 | 404) || answer.says("namespace not found") {
            return Err(answer.error());
        }
        let answer = self.read(&ReadAuthMount { mount }, As::Us).await?;
        match answer.status {
            200..300 => found_in(answer.data()?, &answer),
            400 | 404 => Ok(MountLookup::Absent),
            403 => Ok(MountLookup::Unknown),
            _ => Err(answer.error()),
        }
    }

    /// Disables the auth mount: its configuration, its roles and every login by it are gone. False where it was gone.
    ///
    /// # Errors
    /// Any refusal.
    pub async fn disable_auth_mount(&self, mount: &str) -> Result<bool, VaultError> {
        let answer = self.write(&DisableAuthRequest { path: auth_mount_path(mount)? }, As::Us).await?;
        match answer.status {
            200..300 => Ok(true),
            // Some servers tell that there was none, others don't.
            400 | 404 if answer.says("no matching mount") => Ok(false),
            _ => Err(answer.error()),
        }
    }
}

/// Every mount has a type: an answer without one is somebody else's.
fn found_in(mount: Mount, answer: &Answer<'_>) -> Result<MountLookup, VaultError> {
    match mount {
        Mount { kind, .. } if kind.is_empty() => Err(answer.lacks("a type")),
        Mount { kind, accessor, .. } => Ok(MountLookup::Found { kind, accessor }),
    }
}

/// The mount as `vault auth enable -path` takes it: `auth/` before it is tolerated.
pub(crate) fn auth_mount_path(mount: &str) -> Result<String, VaultError> {
    let mount = path::clean("the auth mount", mount)?;
    Ok(mount.strip_prefix("auth/").map_or(mount.clone(), str::to_owned))
}

fn is_at(found: &Mount, mount: &str) -> bool {
    let at = found.path.trim_matches('/');
    // Servers differ in whether `auth/` and the namespace stand before it.
    let at = at.strip_prefix("auth/").unwrap_or(at);
    at.is_empty() || at == mount || at.ends_with(&format!("/{mount}"))
}
