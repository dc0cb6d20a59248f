use std::time::Duration;

use cluster_access::{AccessError, Cluster, ObjectRef, get, merge_patch};
use serde_json::Value;
use trace::Change;

use super::plan::{InstanceChanges, enabled, plan};
use super::{default, of_chart};
use crate::ArgoCdError;
use crate::chart::ArgoInstance;
use crate::helm;
use crate::wait::{Seen, Verdict, WaitBudget, until};

/// Attempts at a write that someone else's write crosses; each plans again.
const ATTEMPTS: usize = 6;

/// Time limit for the operator to make its default instance.
const MADE: Duration = Duration::from_secs(120);

/// Waits until the operator has made its default instance: Helm would stumble over one that comes between our look and
/// its install. False where it did not come in time: then Helm makes it.
///
/// # Errors
/// We may not look, or the wait was stopped.
pub async fn await_made(cluster: &Cluster, budget: &mut WaitBudget<'_>) -> Result<bool, ArgoCdError> {
    let object = default();
    let what = format!("the operator to make {object}");
    let limit = budget.limits.rollout.min(MADE);
    let look = || Seen::read(cluster, [object.clone()]);
    let judge = |seen: &Seen, _| match seen.of("ArgoCD") {
        Some(_) => Verdict::Done(true),
        None => Verdict::Waiting("it is not there yet".into()),
    };
    match until(cluster, budget, &what, limit, look, judge).await {
        Err(ArgoCdError::WaitedTooLong { .. }) => Ok(false),
        outcome => outcome,
    }
}

/// Adopts the chart's ArgoCD where it is there. What was written.
///
/// # Errors
/// What the server says; it belongs to another Helm release.
pub async fn adopt(cluster: &Cluster, wanted: &ArgoInstance) -> Result<Vec<Change>, ArgoCdError> {
    if !wanted.create {
        return Ok(Vec::new());
    }
    let object = of_chart(wanted);
    let planned = |live: &Value| {
        helm::check_release(&object, live)?;
        Ok(plan(wanted, live))
    };
    bring(cluster, &object, planned).await
}

/// Enables the ApplicationSet controller. What was written.
///
/// # Errors
/// What the server says.
pub async fn enable(cluster: &Cluster, object: &ObjectRef) -> Result<Vec<Change>, ArgoCdError> {
    bring(cluster, object, |live| Ok(enabled(object.clone(), live))).await
}

async fn bring(
    cluster: &Cluster,
    object: &ObjectRef,
    plan: impl Fn(&Value) -> Result<InstanceChanges, ArgoCdError>,
) -> Result<Vec<Change>, ArgoCdError> {
    let mut crossed = None;
    for _ in 0..ATTEMPTS {
        let Some(live) = get(cluster, object).await? else { return Ok(Vec::new()) };
        let changes = plan(&live)?;
        let Some(patch) = &changes.patch else { return Ok(Vec::new()) };
        match merge_patch(cluster, &changes.place, patch).await {
            Err(error @ (AccessError::Conflict { .. } | AccessError::NotFound { .. })) => {
                crossed = Some(error)
            }
            Err(error) => return Err(error.into()),
            Ok(_) => return Ok(changes.describe()),
        }
    }
    crossed.map_or(Ok(Vec::new()), |error| Err(error.into()))
}
