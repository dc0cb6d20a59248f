use cluster_access::{
    AccessError, Cluster, ObjectRef, OwnedPlan, OwnedWrite, apply_replanned, create, delete, merge_patch,
};
use serde_json::Value;
use trace::Change;

use super::body::body;
use super::observe::{name, observe};
use super::plan::{ClusterSecretChanges, Write, plan};
use super::{Desired, NAME};
use crate::ArgoCdError;

/// How often a write that someone else's write crossed is planned and tried again.
const ATTEMPTS: usize = 6;

/// Looks, plans and writes, until nothing is left to do. What was written; `wrote` hears each write right after it.
///
/// # Errors
/// What the cluster says; what [`plan`] refuses.
pub async fn apply(
    cluster: &Cluster,
    desired: &Desired<'_>,
    wrote: &mut (dyn FnMut(Change) + Send),
) -> Result<Vec<Change>, ArgoCdError> {
    let mut crossed = None;
    for _ in 0..ATTEMPTS {
        let state = observe(cluster, desired.namespace, desired.create).await?;
        let changes = plan(desired, &state)?;
        match write_all(cluster, desired, &changes, wrote).await {
            Ok(true) => return Ok(changes.describe()),
            // A second one came while we made ours, and ours is gone again.
            Ok(false) => {}
            Err(ArgoCdError::Cluster(
                error @ (AccessError::Conflict { .. }
                | AccessError::NotFound { .. }
                | AccessError::AlreadyExists { .. }),
            )) => crossed = Some(error),
            Err(error) => return Err(error),
        }
    }
    crossed.map_or(Ok(Vec::new()), |error| Err(error.into()))
}

async fn write_all(
    cluster: &Cluster,
    desired: &Desired<'_>,
    changes: &ClusterSecretChanges,
    wrote: &mut (dyn FnMut(Change) + Send),
) -> Result<bool, ArgoCdError> {
    for ((object, write), change) in changes.writes.iter().zip(changes.describe()) {
        match write {
            Write::Mark { patch, .. } => drop(merge_patch(cluster, object, patch).await?),
            Write::Apply(plan) => own(cluster, desired, object, plan).await?,
            Write::Make => {
                if !make(cluster, desired, object).await? {
                    return Ok(false);
                }
            }
        }
        wrote(change);
    }
    Ok(true)
}

/// Made by a request that fails where one of this name came in between. Where somebody made one of another name
/// meanwhile, ours goes: two would make every Application twice.
async fn make(cluster: &Cluster, desired: &Desired<'_>, object: &ObjectRef) -> Result<bool, ArgoCdError> {
    let ours = create(cluster, object, &body(desired)).await?;
    let now = observe(cluster, desired.namespace, false).await?;
    if now.local.iter().all(|secret| name(secret) == NAME) {
        return Ok(true);
    }
    delete(cluster, object, ours["metadata"]["resourceVersion"].as_str()).await?;
    Ok(false)
}

/// Ends with the conflict where someone else's write crossed it: the caller looks and plans again, since the Secret may
/// be somebody else's by now.
async fn own(
    cluster: &Cluster,
    desired: &Desired<'_>,
    object: &ObjectRef,
    plan: &OwnedPlan,
) -> Result<(), ArgoCdError> {
    let first = OwnedWrite { desired: body(desired), plan: plan.clone() };
    let anew = |_: Option<&Value>| {
        let message = "it changed since it was looked at".into();
        Err(ArgoCdError::Cluster(AccessError::Conflict { doing: format!("write {object}"), message }))
    };
    apply_replanned(cluster, object, first, anew).await.map(drop)
}
