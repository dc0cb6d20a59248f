use cluster_access::{AccessError, Cluster, ObjectRef, create, merge_patch};
use serde_json::json;
use trace::Change;

use super::objects;
use super::observe::observe;
use super::plan::{Changes, Desired, SubscriptionChange, plan};
use crate::ArgoCdError;

/// How often a write that someone else's write crossed is planned and tried again.
const ATTEMPTS: usize = 6;

/// Writes Namespace, OperatorGroup and Subscription as the plan says; the rest is OLM's. Where someone else wrote in
/// between, all is read and planned again. What was written; `wrote` hears each write right after it.
///
/// # Errors
/// What the server says; what the new plan says.
pub async fn apply(
    cluster: &Cluster,
    desired: &Desired<'_>,
    changes: &Changes,
    wrote: &mut (dyn FnMut(Change) + Send),
) -> Result<Vec<Change>, ArgoCdError> {
    let mut done = Vec::new();
    let mut note = |change: Change| {
        wrote(change.clone());
        done.push(change);
    };
    let mut changes = changes.clone();
    for _ in 1..ATTEMPTS {
        match once(cluster, &changes, &mut note).await {
            Err(
                AccessError::Conflict { .. }
                | AccessError::AlreadyExists { .. }
                | AccessError::NotFound { .. },
            ) => {}
            Err(error) => return Err(error.into()),
            Ok(()) => return Ok(done),
        }
        let state = observe(cluster, desired.chart).await?.unwrap_or_default();
        changes = plan(desired, &state)?;
    }
    once(cluster, &changes, &mut note).await?;
    Ok(done)
}

async fn once(
    cluster: &Cluster,
    changes: &Changes,
    note: &mut (dyn FnMut(Change) + Send),
) -> Result<(), AccessError> {
    let namespace = changes.place.namespace.as_deref().unwrap_or_default();
    let mut planned = changes.describe_own().into_iter();
    for name in &changes.namespaces {
        let body = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        made_by_anyone(create(cluster, &ObjectRef::namespace(name), &body).await)?;
        planned.next().into_iter().for_each(&mut *note);
    }
    if let Some(name) = &changes.group {
        let object = objects::group(namespace, name);
        let body = json!({
            "apiVersion": object.api_version, "kind": object.kind,
            "metadata": {"name": name, "namespace": namespace}, "spec": {},
        });
        made_by_anyone(create(cluster, &object, &body).await)?;
        planned.next().into_iter().for_each(&mut *note);
    }
    match &changes.subscription {
        SubscriptionChange::Create(body) => drop(create(cluster, &changes.place, body).await?),
        SubscriptionChange::Patch { patch, .. } => drop(merge_patch(cluster, &changes.place, patch).await?),
        SubscriptionChange::Nothing => {}
    }
    planned.for_each(note);
    Ok(())
}

/// Made by someone else in between: as good as ours.
fn made_by_anyone(outcome: Result<serde_json::Value, AccessError>) -> Result<(), AccessError> {
    match outcome {
        Ok(_) | Err(AccessError::AlreadyExists { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}
