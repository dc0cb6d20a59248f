//! The Deployment controller of the double: the old pods serve until the new ones are ready.

use std::time::Duration;

use serde_json::{Value, json};

use crate::SandboxError;
use crate::openshift::condition::{condition, dated, is_true};
use crate::openshift::context::{Context, place};
use crate::openshift::options::Options;
use crate::openshift::paths::{DEPLOYMENTS, one};

pub(super) async fn round(context: &mut Context) -> Result<(), SandboxError> {
    for deployment in context.api.list(DEPLOYMENTS).await? {
        if is_rolled_out(&deployment) {
            continue;
        }
        let metadata = &deployment["metadata"];
        let what = format!("rollout {} {}", metadata["uid"], metadata["generation"]);
        let delay = delay(&context.options(), &deployment);
        let status =
            if context.timers.over(what, delay) { rolled_out(&deployment) } else { rolling(&deployment) };
        context.set_status(&one(DEPLOYMENTS, place(&deployment)), &deployment, &status).await?;
    }
    Ok(())
}

/// How long this one takes.
pub(super) fn delay(options: &Options, deployment: &Value) -> Duration {
    let operator = deployment["metadata"]["labels"]["olm.owner"].is_string();
    if operator { options.operators } else { options.pace }
}

/// Whether all pods are of the latest generation, and ready.
pub(in crate::openshift) fn is_rolled_out(deployment: &Value) -> bool {
    let (wanted, status) = (replicas(deployment), &deployment["status"]);
    let count = |field: &str| status[field].as_u64().unwrap_or(0);
    status["observedGeneration"] == deployment["metadata"]["generation"]
        && ["replicas", "updatedReplicas", "availableReplicas", "readyReplicas"]
            .iter()
            .all(|field| count(field) == wanted)
        && is_true(deployment, "Progressing")
}

fn replicas(deployment: &Value) -> u64 {
    deployment["spec"]["replicas"].as_u64().unwrap_or(1)
}

fn rolled_out(deployment: &Value) -> Value {
    let wanted = replicas(deployment);
    let done = format!("ReplicaSet \"{}\" has successfully progressed.", place(deployment).1);
    let conditions = vec![
        condition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability."),
        condition("Progressing", "True", "NewReplicaSetAvailable", &done),
    ];
    json!({
        "observedGeneration": deployment["metadata"]["generation"],
        "replicas": wanted, "updatedReplicas": wanted, "readyReplicas": wanted, "availableReplicas": wanted,
        "unavailableReplicas": null, "conditions": dated(&deployment["status"]["conditions"], conditions),
    })
}

fn rolling(deployment: &Value) -> Value {
    let (wanted, before) = (replicas(deployment), &deployment["status"]);
    let ready = before["readyReplicas"].as_u64();
    let progress = format!("ReplicaSet \"{}\" is progressing.", place(deployment).1);
    let available = if ready.is_some() {
        condition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    } else {
        let said = "Deployment does not have minimum availability.";
        condition("Available", "False", "MinimumReplicasUnavailable", said)
    };
    let conditions = vec![available, condition("Progressing", "True", "ReplicaSetUpdated", &progress)];
    json!({
        "observedGeneration": deployment["metadata"]["generation"],
        "replicas": ready.map_or(wanted, |ready| ready + 1), "updatedReplicas": 1, "unavailableReplicas": 1,
        "readyReplicas": ready, "availableReplicas": ready,
        "conditions": dated(&before["conditions"], conditions),
    })
}
