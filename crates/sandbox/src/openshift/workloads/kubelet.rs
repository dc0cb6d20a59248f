//! What kubelets do on a real cluster: pods become ready, and Nodes give signs of life.

use std::time::Duration;

use serde_json::{Value, json};

use super::rollout::delay;
use crate::SandboxError;
use crate::openshift::condition::{condition, dated, is_true, now};
use crate::openshift::context::{Context, items, place};
use crate::openshift::paths::{DEPLOYMENTS, PODS, one};

/// How often a Node gives a sign; the cluster gives it up after about 40 seconds of silence.
const HEARTBEAT: Duration = Duration::from_secs(10);

pub(super) async fn round(context: &mut Context) -> Result<(), SandboxError> {
    heartbeats(context).await?;
    let deployments = context.api.list(DEPLOYMENTS).await?;
    for pod in context.api.list(PODS).await? {
        if is_true(&pod, "Ready") || !pod["metadata"]["deletionTimestamp"].is_null() {
            continue;
        }
        let delay = delay(&context.options(), owner(&deployments, &pod).unwrap_or(&Value::Null));
        if context.timers.over(format!("pod {}", pod["metadata"]["uid"]), delay) {
            context.set_status(&one(PODS, place(&pod)), &pod, &ready(&pod)).await?;
        }
    }
    Ok(())
}

/// The Deployment whose selector chooses the pod.
fn owner<'a>(deployments: &'a [Value], pod: &Value) -> Option<&'a Value> {
    let chosen = |deployment: &&Value| {
        let wanted = deployment["spec"]["selector"]["matchLabels"].as_object();
        place(deployment).0 == place(pod).0
            && wanted.is_some_and(|wanted| {
                wanted.iter().all(|(label, value)| pod["metadata"]["labels"][label] == *value)
            })
    };
    deployments.iter().find(chosen)
}

fn ready(pod: &Value) -> Value {
    let conditions = ["PodScheduled", "Initialized", "ContainersReady", "Ready"]
        .map(|kind| condition(kind, "True", "", ""));
    let containers = items(&pod["spec"]["containers"]).map(|container| {
        json!({
            "name": container["name"], "image": container["image"], "imageID": "", "ready": true, "started": true,
            "restartCount": 0, "state": {"running": {"startedAt": now()}},
        })
    });
    json!({
        "phase": "Running", "startTime": now(), "containerStatuses": containers.collect::<Vec<_>>(),
        "conditions": dated(&pod["status"]["conditions"], conditions.into()),
    })
}

async fn heartbeats(context: &mut Context) -> Result<(), SandboxError> {
    if !context.timers.over("heartbeat", HEARTBEAT) {
        return Ok(());
    }
    context.timers.forget("heartbeat");
    for node in context.api.list("/api/v1/nodes").await? {
        let mut status = json!({"conditions": node["status"]["conditions"]});
        for one in status["conditions"].as_array_mut().into_iter().flatten() {
            one["lastHeartbeatTime"] = json!(now());
        }
        context.set_status(&format!("/api/v1/nodes/{}", place(&node).1), &node, &status).await?;
    }
    Ok(())
}
