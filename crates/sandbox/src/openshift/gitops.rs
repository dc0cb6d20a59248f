//! The GitOps operator: the default Argo CD, and for each Argo CD its Deployments, its Route and its status.

mod applicationset;
mod default_instance;
mod instance;
mod instance_status;
mod manifest;

use serde_json::Value;

use super::context::{Context, place};
use super::olm::env_of;
use super::paths::{ARGOCDS, DEPLOYMENTS};
use super::workloads::is_available;
use crate::SandboxError;

/// The name of its Deployment.
const OPERATOR: &str = "openshift-gitops-operator-controller-manager";

/// It works as soon as its Deployment does; what is done but once is done when it starts.
pub(super) async fn round(context: &mut Context) -> Result<(), SandboxError> {
    let deployments = context.api.list(DEPLOYMENTS).await?;
    let operator = deployments.iter().find(|one| place(one).1 == OPERATOR && is_available(one));
    let Some(operator) = operator else { return Ok(()) };
    let life = format!("{} {}", operator["metadata"]["uid"], operator["metadata"]["generation"]);
    if context.booted.as_ref() != Some(&life) {
        default_instance::at_start(context, is_disabled(operator)).await?;
        context.booted = Some(life);
    }
    for argocd in context.api.list(ARGOCDS).await? {
        instance::reconcile(context, &argocd, &deployments).await?;
    }
    Ok(())
}

fn is_disabled(operator: &Value) -> bool {
    let env = env_of(operator).as_array().cloned().unwrap_or_default();
    env.iter().any(|one| {
        let value = one["value"].as_str().unwrap_or_default();
        one["name"] == "DISABLE_DEFAULT_ARGOCD_INSTANCE" && value.eq_ignore_ascii_case("true")
    })
}
