//! Argo CD's ApplicationSet controller: works in the namespaces where the GitOps operator has made one.

mod generators;
mod status;
mod template;
mod write;

use std::collections::BTreeSet;

use serde_json::Value;

use super::context::{Context, place};
use super::paths::{APPLICATION_SETS, DEPLOYMENTS, SECRETS, one, within};
use super::workloads::is_available;
use crate::SandboxError;
use generators::Parameters;
use status::Trouble;

/// How the Deployments of the controllers are called.
const CONTROLLER: &str = "-applicationset-controller";

const CLUSTERS: &str = "labelSelector=argocd.argoproj.io%2Fsecret-type%3Dcluster";

pub(super) async fn round(context: &mut Context) -> Result<(), SandboxError> {
    let deployments = context.api.list(DEPLOYMENTS).await?;
    let works = |one: &&Value| place(one).1.ends_with(CONTROLLER) && is_available(one);
    let namespaces: BTreeSet<&str> = deployments.iter().filter(works).map(|one| place(one).0).collect();
    for namespace in namespaces {
        let sets = context.api.list(&within(APPLICATION_SETS, namespace)).await?;
        if sets.is_empty() {
            continue;
        }
        let clusters = context.api.list(&format!("{}?{CLUSTERS}", within(SECRETS, namespace))).await?;
        for set in sets {
            reconcile(context, &set, &clusters).await?;
        }
    }
    Ok(())
}

async fn reconcile(context: &Context, set: &Value, clusters: &[Value]) -> Result<(), SandboxError> {
    let rendered = generators::parameters(set, clusters).and_then(|found| applications(set, &found));
    if let Ok(applications) = &rendered {
        write::write(context, set, applications).await?;
    }
    let path = one(APPLICATION_SETS, place(set));
    context.set_status(&path, set, &status::status(set, rendered.as_ref().err())).await
}

/// The template, once for each set of parameters.
fn applications(set: &Value, parameters: &[Parameters]) -> Result<Vec<Value>, Trouble> {
    parameters.iter().map(|one| template::render(set, one)).collect()
}
