use serde_json::{Map, Value, json};
use trace::Change;
use vault_access::{ConfigLookup, KubernetesConfig, MountLookup, RolesLookup};

use super::observe::mount_path;
use super::{MountChanges, MountRelease, MountState, RELEASED_HOST, Release, ReleaseRefusal, is_released};
use crate::host::same_server;
use crate::mount_plan::{OF_THE_CLUSTER, holds_something, nothing_like};
use crate::rights::config_path;

/// The name that everybody's mount has.
const DEFAULT_MOUNT: &str = "kubernetes";

/// Whose the mount is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Ours,
    /// It was given back, or never configured.
    Nobodys,
}

/// Decides what becomes of the mount. Pure.
///
/// # Errors
/// It is another cluster's, or it can't be known whose it is; it is not of type `kubernetes`; the token may not.
pub fn plan_mount(release: &Release, state: &MountState) -> Result<MountChanges, ReleaseRefusal> {
    let mount = &release.mount;
    let kind = match (&state.mount, &state.config) {
        (MountLookup::Absent, _) | (_, ConfigLookup::NoMount) => {
            return Ok(kept(format!("Vault has no auth mount {mount}")));
        }
        (MountLookup::Found { kind, .. }, _) if kind != "kubernetes" => Some(kind.clone()),
        (_, ConfigLookup::OtherType) => None,
        (_, ConfigLookup::Denied) => return Err(ReleaseRefusal::Unreadable { path: config_path(mount) }),
        (_, ConfigLookup::Unset) => return of_nobody(release, state, "was never configured"),
        (_, ConfigLookup::Found(config)) => return of(release, state, config),
    };
    Err(ReleaseRefusal::WrongType { mount: mount.clone(), kind })
}

fn of(
    release: &Release,
    state: &MountState,
    config: &KubernetesConfig,
) -> Result<MountChanges, ReleaseRefusal> {
    if is_released(&config.host) {
        return of_nobody(release, state, "was given back before");
    }
    let mount = release.mount.clone();
    let Some(ours) = &release.host else {
        return Err(ReleaseRefusal::NothingRemembered { mount, host: config.host.clone() });
    };
    if !same_server(&config.host, ours) {
        return Err(ReleaseRefusal::OtherCluster { mount, host: config.host.clone(), ours: ours.clone() });
    }
    if release.disable {
        return disable(release, state, Whose::Ours);
    }
    let path = config_path(&mount);
    may(&path, "update", state.capabilities.as_ref())?;
    Ok(give_back(&path, config))
}

fn of_nobody(release: &Release, state: &MountState, why: &str) -> Result<MountChanges, ReleaseRefusal> {
    match release.disable {
        true => disable(release, state, Whose::Nobodys),
        false => Ok(kept(format!("auth/{} {why}", release.mount))),
    }
}

fn kept(note: String) -> MountChanges {
    MountChanges { release: MountRelease::Keep, described: Vec::new(), notes: vec![note] }
}

/// The CA stays: Vault takes no configuration without one. It is no secret, and nobody answers at the host.
fn give_back(path: &str, config: &KubernetesConfig) -> MountChanges {
    let mut fields = Map::new();
    fields.insert("kubernetes_host".into(), json!(RELEASED_HOST));
    fields.insert("kubernetes_ca_cert".into(), json!(config.ca_cert));
    let mut said = vec![
        format!("kubernetes_host ({RELEASED_HOST}, was {})", config.host),
        "token_reviewer_jwt (cleared)".to_owned(),
    ];
    for (field, value) in &config.fields {
        let cleared = OF_THE_CLUSTER.contains(&field.as_str());
        fields.insert(field.clone(), if cleared { nothing_like(value) } else { value.clone() });
        if holds_something(value) {
            said.push(format!("{field} ({})", if cleared { "cleared" } else { "kept" }));
        }
    }
    let change = Change::write(format!("Vault {path}")).fields(said);
    MountChanges { release: MountRelease::GiveBack(fields), described: vec![change], notes: Vec::new() }
}

/// A mount trusts one API server, so its roles are for that cluster's accounts; but who names the mount otherwise
/// than we advise may have a reason, and roles are somebody's work.
fn disable(release: &Release, state: &MountState, whose: Whose) -> Result<MountChanges, ReleaseRefusal> {
    let mount = release.mount.clone();
    let has_own_name = mount == release.own_name();
    if mount == DEFAULT_MOUNT {
        return Err(ReleaseRefusal::DefaultMount { mount });
    }
    if whose == Whose::Nobodys && !has_own_name {
        return Err(ReleaseRefusal::NobodysMount { mount, own: release.own_name() });
    }
    let roles = match &state.roles {
        RolesLookup::Found(roles) if !roles.is_empty() && !has_own_name => {
            return Err(ReleaseRefusal::Roles { mount, roles: Some(roles.clone()), own: release.own_name() });
        }
        RolesLookup::Denied if !has_own_name => {
            return Err(ReleaseRefusal::Roles { mount, roles: None, own: release.own_name() });
        }
        RolesLookup::Found(roles) => roles.iter().map(|role| format!("role {role}")).collect(),
        RolesLookup::Denied => vec!["its roles, which the token may not list".to_owned()],
    };
    let path = mount_path(&mount);
    may(&path, "delete", state.mount_capabilities.as_ref())?;
    may(&path, "sudo", state.mount_capabilities.as_ref())?;
    let change = Change::delete(format!("Vault auth/{mount}")).fields(roles);
    Ok(MountChanges { release: MountRelease::Disable, described: vec![change], notes: Vec::new() })
}

/// What can't be asked shows when it is done.
fn may(path: &str, capability: &'static str, has: Option<&Vec<String>>) -> Result<(), ReleaseRefusal> {
    let allowed = |has: &Vec<String>| has.iter().any(|word| word == capability || word == "root");
    match has {
        Some(has) if !allowed(has) => {
            Err(ReleaseRefusal::MayNot { path: path.to_owned(), capability, has: has.clone() })
        }
        _ => Ok(()),
    }
}

/// The fields of [`MountRelease::GiveBack`] that are sent.
impl MountRelease {
    /// Whether nothing is done.
    pub fn is_kept(&self) -> bool {
        *self == Self::Keep
    }

    /// A field that is sent, for tests and for the curious.
    pub fn field(&self, name: &str) -> Option<&Value> {
        match self {
            Self::GiveBack(fields) => fields.get(name),
            Self::Keep | Self::Disable => None,
        }
    }
}
