//! Deployments roll out. On the double this is their controller; on a real cluster it stands in for the kubelet, and
//! the cluster's own controllers do the rest. It keeps the Nodes alive, too.

mod kubelet;
mod rollout;

use serde_json::Value;

use super::condition::is_true;
use super::context::Context;
use crate::SandboxError;

pub(super) use rollout::is_rolled_out;

pub(super) async fn round(context: &mut Context) -> Result<(), SandboxError> {
    if context.real { kubelet::round(context).await } else { rollout::round(context).await }
}

/// Whether a Deployment is rolled out and has what it needs.
pub(super) fn is_available(deployment: &Value) -> bool {
    is_rolled_out(deployment) && is_true(deployment, "Available")
}
