use cluster_access::{AccessError, Cluster, OwnedWrite, apply_replanned};
use serde_json::Value;

use super::body::body;
use super::{Desired, SecretChanges, State, plan};
use crate::ArgoCdError;

/// Writes the Secret as `changes` decided, and returns what was decided last. `state` is what `changes` was planned
/// from. Where someone else's write crossed it, all is planned again from what is live: a login that was rotated in
/// between stays as it is.
///
/// # Errors
/// What the cluster says; what [`plan`] refuses.
pub async fn apply(
    cluster: &Cluster,
    desired: &Desired<'_>,
    state: &State,
    changes: &SecretChanges,
) -> Result<SecretChanges, ArgoCdError> {
    let mut decided = changes.clone();
    if changes.is_empty() {
        return Ok(decided);
    }
    let first = write(desired, state.secret.as_ref(), changes)?;
    let anew = |live: Option<&Value>| {
        let now = State { secret: live.cloned(), ..state.clone() };
        decided = plan(desired, &now)?;
        write(desired, live, &decided)
    };
    apply_replanned(cluster, &desired.object(), first, anew).await?;
    Ok(decided)
}

/// A Secret whose login was to be kept may be gone by now, and nothing is left to write.
fn write(
    desired: &Desired<'_>,
    live: Option<&Value>,
    changes: &SecretChanges,
) -> Result<OwnedWrite, ArgoCdError> {
    let gone = || AccessError::NotFound {
        doing: format!("write {}", desired.object()),
        message: "it was deleted meanwhile, and its login with it".into(),
    };
    let plan = changes.plan.clone().ok_or_else(gone)?;
    Ok(OwnedWrite { desired: body(desired, live), plan })
}
