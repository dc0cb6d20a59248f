use cluster_access::{ObjectRef, OwnedAction, OwnedPlan, Right, applied_by_us, plan_owned};
use serde_json::{Value, json};
use trace::Change;

use super::body::{annotations, body, unwanted};
use super::observe::{State, name};
use super::{Desired, NAME};
use crate::ArgoCdError;

/// What is to be done. Holds annotations, no logins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClusterSecretChanges {
    pub(super) writes: Vec<(ObjectRef, Write)>,
    warnings: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Write {
    /// There is none.
    Make,
    /// It is ours.
    Apply(OwnedPlan),
    /// It is somebody else's: a merge patch with the resourceVersion, and the annotations in it.
    Mark { patch: Value, fields: Vec<String> },
}

impl ClusterSecretChanges {
    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// Whether one is to be made: the script may bring one, so that waits.
    pub fn makes_one(&self) -> bool {
        self.writes.iter().any(|(_, write)| *write == Write::Make)
    }

    /// What the user should know of.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// What must be allowed beyond what finding it needs.
    pub fn further_rights(&self) -> Vec<Right> {
        self.writes.iter().map(|(object, _)| Right::on("patch", object)).collect()
    }

    /// The changes in the trace's words.
    pub fn describe(&self) -> Vec<Change> {
        let told = |(object, write): &(ObjectRef, Write)| match write {
            Write::Make => Change::create(object.to_string()).fields(["name, server, config, annotations"]),
            Write::Apply(plan) => {
                let gone = plan.dropped.iter().map(|field| format!("{} (removed)", short(field)));
                let changed = plan.fields.iter().chain(&plan.adopted).map(|field| short(field));
                let removed = plan.remove.iter().map(|pointer| {
                    format!(
                        "annotation {} (removed)",
                        pointer.rsplit('/').next().unwrap_or_default().replace("~1", "/")
                    )
                });
                Change::update(object.to_string()).fields(changed.chain(gone).chain(removed))
            }
            Write::Mark { fields, .. } => Change::update(object.to_string()).fields(fields.clone()),
        };
        self.writes.iter().map(told).collect()
    }
}

fn short(field: &str) -> String {
    field
        .strip_prefix("metadata.annotations.")
        .map(|annotation| format!("annotation {annotation}"))
        .unwrap_or_else(|| field.strip_prefix("data.").unwrap_or(field).into())
}

/// Decides what the Secret needs. Pure.
///
/// # Errors
/// One with another cluster's mark; something else that bears the name of the one to be made.
pub fn plan(desired: &Desired<'_>, state: &State) -> Result<ClusterSecretChanges, ArgoCdError> {
    let mut changes = ClusterSecretChanges::default();
    if state.local.len() > 1 {
        let names: Vec<&str> = state.local.iter().map(name).collect();
        changes.warnings.push(format!(
            "Secrets {} in {} are all for the cluster that Argo CD runs in: an ApplicationSet makes its \
             Applications once for each",
            names.join(", "),
            desired.namespace
        ));
    }
    for live in &state.local {
        let object = ObjectRef::secret(desired.namespace, name(live));
        desired.owner.check_mark(&object.to_string(), live)?;
        let write = if is_ours(live) { owned(desired, &object, live)? } else { mark(desired, live) };
        changes.writes.extend(write.map(|write| (object, write)));
    }
    if state.local.is_empty() && desired.create {
        if state.named.is_some() {
            return Err(ArgoCdError::NameTaken { object: desired.object().to_string() });
        }
        changes.writes.push((desired.object(), Write::Make));
    }
    Ok(changes)
}

/// Made by us: what Argo CD reads in it is ours too.
pub(super) fn is_ours(live: &Value) -> bool {
    name(live) == NAME && applied_by_us(live, &["data", "server"])
}

fn owned(desired: &Desired<'_>, object: &ObjectRef, live: &Value) -> Result<Option<Write>, ArgoCdError> {
    let pointers: Vec<String> = unwanted(desired)
        .into_iter()
        .map(|name| format!("/metadata/annotations/{}", name.replace('/', "~1")))
        .collect();
    let pointers: Vec<&str> = pointers.iter().map(String::as_str).collect();
    let plan = plan_owned(&body(desired), Some(live), &pointers, desired.force)
        .map_err(|conflict| ArgoCdError::HeldByOther { object: object.to_string(), conflict })?;
    Ok((plan.action != OwnedAction::Unchanged).then_some(Write::Apply(plan)))
}

/// Somebody else's keeps all that it has: only our annotations come to it, or go.
fn mark(desired: &Desired<'_>, live: &Value) -> Option<Write> {
    let there = &live["metadata"]["annotations"];
    let mut wanted = annotations(desired);
    wanted.retain(|name, value| there[name] != *value);
    let mut fields: Vec<String> = wanted.keys().map(|name| format!("annotation {name}")).collect();
    for name in unwanted(desired).into_iter().filter(|name| !there[name].is_null()) {
        fields.push(format!("annotation {name} (removed)"));
        wanted.insert(name.into(), Value::Null);
    }
    if fields.is_empty() {
        return None;
    }
    let version = &live["metadata"]["resourceVersion"];
    let patch = json!({ "metadata": { "resourceVersion": version, "annotations": wanted } });
    Some(Write::Mark { patch, fields })
}
