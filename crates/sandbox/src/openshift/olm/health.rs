//! Whether the Deployment of a ClusterServiceVersion is as it should be.

use serde_json::{Value, json};

use super::deployment::{self, env_of};
use super::packages::Package;
use crate::SandboxError;
use crate::openshift::context::{Context, place};
use crate::openshift::paths::{DEPLOYMENTS, SUBSCRIPTIONS, one, within};
use crate::openshift::workloads::is_available;

/// What is wrong with a Deployment, in OLM's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ill {
    /// It is another than it should be: OLM writes it again.
    Changed(String),
    /// It is gone, or not available.
    Waiting(String),
}

impl Ill {
    pub(super) fn words(&self) -> String {
        let (Self::Changed(why) | Self::Waiting(why)) = self;
        format!("installing: {why}")
    }
}

pub(super) async fn of(
    context: &Context,
    csv: &Value,
    package: &Package,
) -> Result<Option<Ill>, SandboxError> {
    let name = package.deployment;
    let Some(found) = context.api.find(&one(DEPLOYMENTS, (place(csv).0, name))).await? else {
        return Ok(Some(missing(package)));
    };
    if !is_available(&found) {
        return Ok(Some(unavailable(package)));
    }
    let changed = *env_of(&found) != wanted_env(context, csv, package).await?;
    let said = "deployment changed old hash=5d8f6c7b9, new hash=7c9b4d5f8";
    Ok(changed.then(|| Ill::Changed(said.to_owned())))
}

pub(super) fn missing(package: &Package) -> Ill {
    Ill::Waiting(format!("missing deployment with name={}", package.deployment))
}

pub(super) fn unavailable(package: &Package) -> Ill {
    let name = package.deployment;
    Ill::Waiting(format!(
        "waiting for deployment {name} to become ready: deployment \"{name}\" not available: Deployment does not have \
         minimum availability."
    ))
}

async fn wanted_env(context: &Context, csv: &Value, package: &Package) -> Result<Value, SandboxError> {
    let subscriptions = context.api.list(&within(SUBSCRIPTIONS, place(csv).0)).await?;
    let own = subscriptions.iter().find(|subscription| subscription["spec"]["name"] == package.name);
    Ok(deployment::env(csv, package, own))
}

/// Makes the Deployment, or what it should be of the one that is there.
pub(super) async fn write(context: &Context, csv: &Value, package: &Package) -> Result<(), SandboxError> {
    let env = wanted_env(context, csv, package).await?;
    let object = deployment::object(csv, package, &env);
    let (namespace, _) = place(csv);
    let path = one(DEPLOYMENTS, (namespace, package.deployment));
    match context.api.find(&path).await? {
        None => context.api.create(&within(DEPLOYMENTS, namespace), &object).await,
        Some(_) => context.api.merge(&path, &json!({
            "metadata": {
                "labels": object["metadata"]["labels"], "ownerReferences": object["metadata"]["ownerReferences"],
            },
            "spec": {"template": object["spec"]["template"]},
        })).await,
    }
}
