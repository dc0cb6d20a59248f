use advice::Advice;
use cluster_access::{LAST_APPLIED, OwnedAction, OwnedPlan, plan_owned};
use cluster_spec::{RepoUrl, UrlKind, same_repository};
use serde_json::Value;
use trace::{Action, Change};

use super::body::{LOGIN_KEYS, body, has_login, keys_of_another_kind, login_to_write, owner_of, text};
use super::observe::{SECRET_TYPE, State};
use super::{Desired, neighbours};
use crate::ArgoCdError;

/// What is to be done to the Secret. Holds no values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretChanges {
    pub(super) object: String,
    /// None: no Secret is needed.
    pub(super) plan: Option<OwnedPlan>,
    pub(super) origin: String,
    pub(super) warnings: Vec<Advice>,
}

impl SecretChanges {
    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.plan.as_ref().is_none_or(OwnedPlan::is_unchanged)
    }

    /// What the user should know of.
    pub fn warnings(&self) -> &[Advice] {
        &self.warnings
    }

    /// The changes in the trace's words.
    pub fn describe(&self) -> Vec<Change> {
        let Some(plan) = self.plan.as_ref().filter(|plan| !plan.is_unchanged()) else { return Vec::new() };
        let action = if plan.action == OwnedAction::Create { Action::Create } else { Action::Update };
        let mut change = Change::new(action, self.object.clone());
        change.fields.extend(plan.fields.iter().map(|field| self.with_origin(&short(field))));
        change
            .fields
            .extend(plan.adopted.iter().map(|field| format!("{} (taken over as it is)", short(field))));
        change.fields.extend(plan.dropped.iter().map(|field| format!("{} (removed)", short(field))));
        change
            .fields
            .extend(plan.remove.iter().map(|pointer| format!("{} (removed)", short(&dotted(pointer)))));
        vec![change]
    }

    fn with_origin(&self, field: &str) -> String {
        if LOGIN_KEYS.contains(&field) && !self.origin.is_empty() {
            format!("{field} (from {})", self.origin)
        } else {
            field.into()
        }
    }
}

/// `data.url` → `url`, `metadata.labels.x` → `label x`
fn short(field: &str) -> String {
    let of = |prefix: &str, word: &str| field.strip_prefix(prefix).map(|rest| format!("{word}{rest}"));
    of("data.", "")
        .or_else(|| of("metadata.labels.", "label "))
        .or_else(|| of("metadata.annotations.", "annotation "))
        .unwrap_or_else(|| if field == "type" { "Secret type".into() } else { field.into() })
}

fn dotted(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".").replace("~1", "/").replace("~0", "~")
}

/// Decides what the Secret needs. Pure.
///
/// # Errors
/// What must not be written over: another cluster's Secret, one of another kind, fields that another manager holds.
pub fn plan(desired: &Desired<'_>, state: &State) -> Result<SecretChanges, ArgoCdError> {
    let live = state.secret.as_ref();
    let mut changes = SecretChanges {
        object: desired.object().to_string(),
        plan: None,
        origin: desired.origin.into(),
        warnings: neighbours::warnings(desired, state),
    };
    changes.warnings.extend(no_key_for_argocd(desired, live).map(Advice::from));
    let login = login_to_write(desired, live);
    if live.is_none() && login.is_none() {
        return Ok(changes);
    }
    if let Some(live) = live {
        refuse(desired, live)?;
        changes.warnings.extend(lay_open(&changes.object, live).map(Advice::from));
    }
    let mut unwanted = login.map(keys_of_another_kind).unwrap_or_default();
    unwanted.push(LAST_APPLIED.into());
    let unwanted: Vec<&str> = unwanted.iter().map(String::as_str).collect();
    let plan = plan_owned(&body(desired, live), live, &unwanted, desired.force)
        .map_err(|conflict| ArgoCdError::HeldByOther { object: changes.object.clone(), conflict })?;
    if live.is_some_and(|live| live["immutable"] == Value::Bool(true)) && changes_content(&plan) {
        return Err(ArgoCdError::Immutable { object: changes.object, fields: plan.fields });
    }
    changes.plan = Some(plan);
    Ok(changes)
}

fn changes_content(plan: &OwnedPlan) -> bool {
    let is_data = |field: &String| field.trim_start_matches('/').starts_with("data");
    plan.fields.iter().chain(&plan.dropped).chain(&plan.remove).any(is_data)
}

/// What is there and is not ours to write over.
fn refuse(desired: &Desired<'_>, live: &Value) -> Result<(), ArgoCdError> {
    let object = desired.object().to_string();
    desired.owner.check_mark(&object, live)?;
    let foreign = |why: String| Err(ArgoCdError::Foreign { object: object.clone(), why });
    if let Some(kind) = live["type"].as_str().filter(|kind| *kind != "Opaque") {
        return foreign(format!("it is there with type {kind}, which can't be changed in place"));
    }
    match live["metadata"]["labels"][SECRET_TYPE].as_str() {
        Some("repository") => {}
        Some(other) => {
            return foreign(format!("it is there, and to Argo CD it is a {other}, not a repository"));
        }
        None => {
            if let Some(owner) = owner_of(live) {
                return foreign(format!("it is there, belongs to {owner}, and is no repository of Argo CD"));
            }
        }
    }
    if let Some(kind) = text(live, "type").filter(|kind| kind != "git") {
        return foreign(format!("it is there for a repository of type {kind}, not git"));
    }
    match text(live, "url") {
        Some(theirs) if keeps_login_for_another_host(desired, live, &theirs) => Err(ArgoCdError::OtherHost {
            object: object.clone(),
            theirs: without_password(&theirs),
            ours: desired.url.to_string(),
        }),
        _ => Ok(()),
    }
}

/// A new URL with the old login would send that login to another host, or in clear text.
fn keeps_login_for_another_host(desired: &Desired<'_>, live: &Value, theirs: &str) -> bool {
    if login_to_write(desired, Some(live)).is_some() || !has_login(live) {
        return false;
    }
    if same_repository(theirs, desired.url.as_str()) {
        return false;
    }
    let theirs = RepoUrl::parse(theirs).ok();
    theirs.is_none_or(|theirs| !desired.url.may_take_login_of(&theirs))
}

fn without_password(url: &str) -> String {
    RepoUrl::parse(url).map_or_else(|_| "another repository".into(), |url| url.to_string())
}

/// The user's own ssh clones for us; nobody clones for Argo CD.
fn no_key_for_argocd(desired: &Desired<'_>, live: Option<&Value>) -> Option<String> {
    let none = desired.login.is_none() && !live.is_some_and(has_login);
    (desired.url.kind() == UrlKind::Ssh && none).then(|| {
        format!(
            "Argo CD has no key for {}: put sshPrivateKey into Vault, it is written from there",
            desired.url
        )
    })
}

/// The login that `kubectl apply` copied into an annotation, where every reader of metadata saw it.
fn lay_open(object: &str, live: &Value) -> Option<String> {
    let annotation = LAST_APPLIED.rsplit('/').next()?.replace("~1", "/");
    let copy = live["metadata"]["annotations"][&annotation].as_str()?;
    let copy: Value = serde_json::from_str(copy).ok()?;
    let held = |part: &str| LOGIN_KEYS.iter().any(|key| *key != "username" && copy[part][key].is_string());
    (held("data") || held("stringData")).then(|| {
        format!("the login of {object} lay open in its annotation {annotation}: rotate it, others may have seen it")
    })
}
