//! The status of an Argo CD, made of those of its parts.

use serde_json::{Value, json};

use super::applicationset;
use crate::openshift::context::place;
use crate::openshift::workloads::is_available;

pub(super) fn status(argocd: &Value, deployments: &[&Value], route: Option<&Value>) -> Value {
    let name = place(argocd).1;
    let part = |part: &str| {
        let full = format!("{name}-{part}");
        match deployments.iter().find(|one| place(one).1 == full) {
            None => "Unknown",
            Some(found) if is_available(found) => "Running",
            Some(_) => "Pending",
        }
    };
    let (server, repo, redis) = (part("server"), part("repo-server"), part("redis"));
    let set_controller =
        if applicationset::is_enabled(argocd) { part("applicationset-controller") } else { "Unknown" };
    let running = [server, repo, redis].iter().all(|state| *state == "Running");
    json!({
        "phase": if running { "Available" } else { "Pending" },
        "server": server, "repo": repo, "redis": redis, "applicationController": redis,
        "applicationSetController": set_controller, "sso": "Unknown",
        "host": route.map_or(json!(""), |route| route["spec"]["host"].clone()),
    })
}
