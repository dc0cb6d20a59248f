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
/// between, all is read and planned again. What was written.
///
/// # Errors
/// What the server says; what the new plan says.
pub async fn apply(
    cluster: &Cluster,
    desired: &Desired<'_>,
    changes: &Changes,
) -> Result<Vec<Change>, ArgoCdError> {
    let mut done = Vec::new();
    let mut changes = changes.clone();
    for _ in 1..ATTEMPTS {
        match once(cluster, &changes, &mut done).await {
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
    once(cluster, &changes, &mut done).await?;
    Ok(done)
}

async fn once(cluster: &Cluster, changes: &Changes, done: &mut Vec<Change>) -> Result<(), AccessError> {
    let namespace = changes.place.namespace.as_deref().unwrap_or_default();
    let mut planned = changes.describe_own().into_iter();
    for name in &changes.namespaces {
        let body = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        made_by_anyone(create(cluster, &ObjectRef::namespace(name), &body).await)?;
        done.extend(planned.next());
    }
    if let Some(name) = &changes.group {
        let object = objects::group(namespace, name);
        let body = json!({
            "apiVersion": object.api_version, "kind": object.kind,
            "metadata": {"name": name, "namespace": namespace}, "spec": {},
        });
        made_by_anyone(create(cluster, &object, &body).await)?;
        done.extend(planned.next());
    }
    match &changes.subscription {
        SubscriptionChange::Create(body) => drop(create(cluster, &changes.place, body).await?),
        SubscriptionChange::Patch { patch, .. } => drop(merge_patch(cluster, &changes.place, patch).await?),
        SubscriptionChange::Nothing => {}
    }
    done.extend(planned);
    Ok(())
}

/// Made by someone else in between: as good as ours.
fn made_by_anyone(outcome: Result<serde_json::Value, AccessError>) -> Result<(), AccessError> {
    match outcome {
        Ok(_) | Err(AccessError::AlreadyExists { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}
