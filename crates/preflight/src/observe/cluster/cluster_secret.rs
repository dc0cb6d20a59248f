//! Argo CD's cluster Secret: it can be marked, or made, and the user may do so.

use super::rights;
use crate::desired::cluster_secret::plan;
use diagnostics::{Failure, FailureKind, Subject};

use crate::inputs::ClusterInputs;
use crate::state::ClusterState;

/// Refuses what can't be done to it. Returns its warnings.
///
/// # Errors
/// It is another cluster's; something else bears its name; the user may not write it.
pub async fn check(inputs: &ClusterInputs<'_>, cluster: &ClusterState) -> Result<Vec<String>, Failure> {
    let changes = plan(inputs, cluster)
        .map_err(|error| Failure::of(FailureKind::Refused, Subject::ClusterSecret, &error))?;
    let rights = changes.further_rights();
    if !rights.is_empty() {
        let role = "bitiq-bootstrap-cluster-secret";
        rights::check_further(role, cluster, &[], &rights, Vec::new()).await?;
    }
    Ok(changes.warnings().to_vec())
}
