use serde_json::{Value, json};
use vault_access::{ConfigLookup, KubernetesConfig, MountLookup};

use crate::changes::{MountPlan, MountWrite};
use crate::desired::{Desired, root_ca};
use crate::host::same_server;
use crate::refusal::Refusal;
use crate::release::is_released;
use crate::state::State;
use crate::{ca, issuer, rights};

/// The fields that identify the old cluster, and are worse than nothing for a new one.
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
    if let MountPlan::Write(write) = &verdict.plan {
        refuse_without_right(desired, state)?;
        verdict.warnings.extend(write.unsure_issuer.as_ref().map(|issuer| unsure(&desired.mount, issuer)));
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
    } else if shares_no_authority(state, config) {
        verdict.of_another_cluster = true;
        let origin = state.authority.as_ref().map(|ours| ours.origin.as_str()).unwrap_or_default();
        verdict.notes.push(format!(
            "auth/{mount} points at this API server, but its CA has no certificate in common with that of {origin}: \
             the cluster was recreated, or its CA was replaced"
        ));
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

/// A bundle that shares a certificate with ours was renewed. One that can't be read says nothing.
fn shares_no_authority(state: &State, config: &KubernetesConfig) -> bool {
    state.authority.as_ref().is_some_and(|ours| ca::disjoint(&config.ca_cert, &ours.pem))
}

/// Whether what the mount holds besides is another cluster's: one before ours, or one that it is taken from.
fn is_anothers(desired: &Desired, state: &State, config: &KubernetesConfig) -> bool {
    let other_host = !config.host.is_empty() && !same_server(&config.host, &desired.host);
    other_host || shares_no_authority(state, config) || desired.is_recreate()
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
    let mut write = MountWrite::default();
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
        let anothers = is_anothers(desired, state, config).then_some(state);
        send_back(config, anothers, &mut write);
    }
    Some(write)
}

fn host_field(desired: &Desired, current: Option<&KubernetesConfig>) -> String {
    match current.map(|config| config.host.as_str()).filter(|host| !host.is_empty()) {
        Some(was) => format!("kubernetes_host ({}, was {was})", desired.host),
        None => format!("kubernetes_host ({})", desired.host),
    }
}

/// A write replaces the whole configuration, so what else is in it goes back with it. `anothers`: it is another
/// cluster's, and what identifies that one goes.
fn send_back(config: &KubernetesConfig, anothers: Option<&State>, write: &mut MountWrite) {
    for (field, value) in &config.fields {
        let holds_something = holds_something(value);
        if let Some(state) = anothers
            && field == "issuer"
            && issuer::is_checked(config)
        {
            send_issuer(value, state.issuer.as_deref(), write);
            continue;
        }
        if anothers.is_some() && OF_THE_CLUSTER.contains(&field.as_str()) && holds_something {
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

/// Vault would let no pod in with an empty issuer, so it gets the live one. While that is not known, the old one stays:
/// it may be the same.
fn send_issuer(was: &Value, live: Option<&str>, write: &mut MountWrite) {
    let old = was.as_str().unwrap_or_default();
    write.others.insert("issuer".to_owned(), live.map_or_else(|| was.clone(), Value::from));
    match live {
        Some(live) if live == old => write.kept.push("issuer".to_owned()),
        Some(live) if old.is_empty() => write.fields.push(format!("issuer ({live})")),
        Some(live) => write.fields.push(format!("issuer ({live}, was {old})")),
        None => {
            write.unsure_issuer = Some(old.to_owned());
            write.kept.extend((!old.is_empty()).then(|| "issuer".to_owned()));
        }
    }
}

fn unsure(mount: &str, issuer: &str) -> String {
    format!(
        "auth/{mount} accepts tokens of the issuer {issuer:?} alone (disable_iss_validation=false), and the cluster does \
         not tell its own issuer: where they differ, no pod can log in; allow `get` on \
         /.well-known/openid-configuration, or set disable_iss_validation=true"
    )
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
