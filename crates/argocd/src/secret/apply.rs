use cluster_access::{Cluster, apply_owned};

use super::body::body;
use super::{Desired, SecretChanges, State};
use crate::ArgoCdError;

/// Writes the Secret as `changes` decided; true where something was written. `state` is what `changes` was planned
/// from.
///
/// # Errors
/// What the cluster says; a manager that took a field since the plan.
pub async fn apply(
    cluster: &Cluster,
    desired: &Desired<'_>,
    state: &State,
    changes: &SecretChanges,
) -> Result<bool, ArgoCdError> {
    let Some(plan) = changes.plan.as_ref().filter(|plan| !plan.is_unchanged()) else { return Ok(false) };
    apply_owned(cluster, &desired.object(), &body(desired, state.secret.as_ref()), plan).await?;
    Ok(true)
}
