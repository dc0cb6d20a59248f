use cluster_access::ObjectRef;
use serde_json::{Value, json};
use vault_access::{ConfigLookup, KubernetesConfig, MountLookup};

use crate::changes::{MountPlan, MountWrite};
use crate::desired::Desired;
use crate::host::same_server;
use crate::refusal::Refusal;
use crate::release::is_released;
use crate::state::State;
use crate::{ca, rights};

/// What identifies the old cluster, and is worse than nothing for a new one; with what "none" looks like.
pub(crate) const OF_THE_CLUSTER: [&str; 2] = ["issuer", "pem_keys"];

/// What is to become of the mount, and what is to be said about it.
pub(crate) struct Verdict {
    pub plan: MountPlan,
    /// Our host, another authority.
    pub of_another_cluster: bool,
    pub warnings: Vec<String>,
    pub notes: Vec<String>,
}

/// Decides about the mount.
pub(crate) fn plan(desired: &Desired, state: &State) -> Result<Verdict, Refusal> {
    refuse_wrong_mount(desired, state)?;
    let current = match &state.config {
        ConfigLookup::Found(config) => Some(config),
        _ => None,
    };
    let mut verdict =
        Verdict { plan: MountPlan::Keep, of_another_cluster: false, warnings: Vec::new(), notes: Vec::new() };
    if let Some(config) = current {
        check_owner(desired, state, config, &mut verdict)?;
    }
    if state.config == ConfigLookup::Denied {
        verdict.warnings.push(blind(&desired.mount));
    }
    verdict.plan = what_to_write(desired, state, current).map_or(MountPlan::Keep, MountPlan::Write);
    if verdict.plan != MountPlan::Keep {
        refuse_without_right(desired, state)?;
    }
    Ok(verdict)
}

fn refuse_wrong_mount(desired: &Desired, state: &State) -> Result<(), Refusal> {
    let mount = desired.mount.clone();
    let wrong_type = |kind: Option<&String>| Refusal::WrongType {
        mount: mount.clone(),
        kind: kind.cloned(),
        cluster: desired.cluster.clone(),
    };
    match (&state.mount, &state.config) {
        (MountLookup::Absent, _) | (_, ConfigLookup::NoMount) => Err(Refusal::NoMount { mount }),
        (MountLookup::Found { kind, .. }, _) if kind != "kubernetes" => Err(wrong_type(Some(kind))),
        (_, ConfigLookup::OtherType) => Err(wrong_type(None)),
        (MountLookup::Unknown, ConfigLookup::Denied) if !may_update(state).unwrap_or(false) => {
            Err(Refusal::MountNotVisible { mount })
        }
        _ => Ok(()),
    }
}

/// A mount's only owner mark is the API server it points at.
fn check_owner(
    desired: &Desired,
    state: &State,
    config: &KubernetesConfig,
    verdict: &mut Verdict,
) -> Result<(), Refusal> {
    let mount = &desired.mount;
    if config.host.is_empty() {
        return Ok(());
    }
    if is_released(&config.host) {
        verdict.notes.push(format!("auth/{mount} was given back by the cluster that had it: it is taken"));
        return Ok(());
    }
    if !same_server(&config.host, &desired.host) {
        if !desired.replace_host {
            return Err(Refusal::OtherCluster {
                mount: mount.clone(),
                host: config.host.clone(),
                ours: desired.host.clone(),
                answers: state.other_host_answers,
                cluster: desired.cluster.clone(),
            });
        }
        verdict
            .warnings
            .push(format!("auth/{mount} is taken over from the API server {}, as asked for", config.host));
    } else if has_another_authority(state, config) {
        verdict.of_another_cluster = true;
        verdict.notes.push(match &state.authority {
            Some(ours) => format!(
                "auth/{mount} points at this API server, but with another CA than that of {}: the cluster was \
                 recreated, or its CA changed",
                ours.origin
            ),
            None => format!(
                "auth/{mount} points at this API server, which has not published its CA yet: the cluster was recreated"
            ),
        });
    }
    Ok(())
}

fn refuse_without_right(desired: &Desired, state: &State) -> Result<(), Refusal> {
    match (may_update(state), &state.capabilities) {
        (Some(false), Some(has)) => {
            Err(Refusal::MayNotWrite { path: format!("auth/{}/config", desired.mount), has: has.clone() })
        }
        _ => Ok(()),
    }
}

/// None: not known.
fn may_update(state: &State) -> Option<bool> {
    let has = state.capabilities.as_ref()?;
    Some(has.iter().any(|capability| matches!(capability.as_str(), "update" | "root")))
}

/// A cluster that has not published its CA yet is younger than any configuration that is there.
fn has_another_authority(state: &State, config: &KubernetesConfig) -> bool {
    let ours = state.authority.as_ref();
    !config.ca_cert.trim().is_empty() && ours.is_none_or(|ours| !ca::same(&config.ca_cert, &ours.pem))
}

/// None: the mount holds what it should.
fn what_to_write(desired: &Desired, state: &State, current: Option<&KubernetesConfig>) -> Option<MountWrite> {
    // A mount that may not be read is judged by the fingerprint alone.
    let readable = state.config != ConfigLookup::Denied;
    let host_is_right = current.is_some_and(|config| same_server(&config.host, &desired.host));
    let authority = state.authority.as_ref();
    let ca_is_right =
        current.zip(authority).is_some_and(|(config, authority)| ca::same(&config.ca_cert, &authority.pem));
    let fingerprint = state.fingerprint(desired);
    // The fingerprint knows what we wrote; that somebody took it out since, only newer servers tell.
    let erased = current.is_some_and(|config| config.reviewer_set == Some(false));
    let token_is_right =
        fingerprint.is_some() && fingerprint == desired.previous_fingerprint && !desired.force && !erased;
    if token_is_right && (!readable || (host_is_right && ca_is_right)) {
        return None;
    }
    let mut write =
        MountWrite { others: Default::default(), kept: Vec::new(), cleared: Vec::new(), fields: Vec::new() };
    if !host_is_right {
        write.fields.push(host_field(desired, current));
    }
    if !ca_is_right {
        let origin =
            authority.map_or_else(|| root_ca(desired).to_string(), |authority| authority.origin.clone());
        write.fields.push(format!("kubernetes_ca_cert (from {origin})"));
    }
    write.fields.push(format!("token_reviewer_jwt (from {})", desired.secret_ref()));
    if let Some(config) = current {
        let old = has_another_authority(state, config) || desired.is_recreate();
        send_back(config, old, &mut write);
    }
    Some(write)
}

fn host_field(desired: &Desired, current: Option<&KubernetesConfig>) -> String {
    match current.map(|config| config.host.as_str()).filter(|host| !host.is_empty()) {
        Some(was) => format!("kubernetes_host ({}, was {was})", desired.host),
        None => format!("kubernetes_host ({})", desired.host),
    }
}

/// A write replaces the whole configuration, so what else is in it goes back with it.
fn send_back(config: &KubernetesConfig, of_an_old_cluster: bool, write: &mut MountWrite) {
    for (field, value) in &config.fields {
        let holds_something = holds_something(value);
        if of_an_old_cluster && OF_THE_CLUSTER.contains(&field.as_str()) && holds_something {
            write.others.insert(field.clone(), nothing_like(value));
            write.cleared.push(field.clone());
            continue;
        }
        write.others.insert(field.clone(), value.clone());
        if holds_something {
            write.kept.push(field.clone());
        }
    }
}

pub(crate) fn holds_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Bool(true) | Value::Number(_) => true,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

pub(crate) fn nothing_like(value: &Value) -> Value {
    if value.is_array() { json!([]) } else { json!("") }
}

fn blind(mount: &str) -> String {
    let path = rights::config_path(mount);
    format!(
        "the Vault token may not read {path}: whose mount it is could not be checked, and what else it holds is \
         reset by a write; add to a policy of the token: path \"{path}\" {{ capabilities = [\"read\", \"update\"] }}"
    )
}

/// Where the cluster publishes its own authority.
pub(crate) fn root_ca(desired: &Desired) -> ObjectRef {
    ObjectRef::config_map(&desired.reviewer.namespace, "kube-root-ca.crt")
}
