//! `verify`: whether the cluster and what was handed over to it are as they should be.

mod credentials;
mod expiry;
mod objects;
mod operator;
mod report;
mod wait;

use sandbox::Options;
use sandbox::faults::Fault;
use serde_json::{Value, json};

use crate::support::objects::object;
use crate::support::process::{Ran, Run};
use crate::support::sandbox::World;

pub const TIME: &str = "2026-01-02T03:04:05Z";
pub const REPOSITORY_SECRET: &str = "/api/v1/namespaces/openshift-gitops/secrets/gitops-repo";

/// Puts the one node of the cluster.
pub async fn node(world: &World, ready: &str) {
    let conditions = json!([{"type": "Ready", "status": ready, "message": "kubelet says so"}]);
    let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1"}, "status": {"conditions": conditions}});
    world.sandbox.cluster.put(&node).await.unwrap();
}

/// A cluster that is handed over and healthy.
pub async fn handed_over(test: &str) -> Option<World> {
    let world = World::with_vault(test).await?;
    node(&world, "True").await;
    world.run(&["run", "demo"]).await.exits(0);
    Some(world)
}

/// The kubeconfig alone: no login, no Vault, no credential helper.
pub fn with_the_kubeconfig_alone(world: &World, arguments: &[&str]) -> Run {
    let names =
        ["GITOPS_REPO_USERNAME", "GITOPS_REPO_PASSWORD", "GITOPS_REPO_PAT", "VAULT_ADDR", "VAULT_TOKEN"];
    names.iter().fold(world.command(arguments), |run, name| run.without(name))
}

/// Status and details of the row of a check.
#[track_caller]
pub fn row(ran: &Ran, id: &str) -> (String, String) {
    let report = ran.json();
    let rows = report["rows"].as_array().unwrap();
    let is_asked = |row: &&Value| row["id"] == id;
    let row = rows.iter().find(is_asked).unwrap_or_else(|| panic!("no row `{id}` in {report:#}"));
    (row["status"].as_str().unwrap().to_owned(), row["details"].to_string())
}

#[track_caller]
pub fn row_is(ran: &Ran, id: &str, status: &str, says: &str) {
    let (found, details) = row(ran, id);
    assert_eq!(found, status, "{id}: {details}");
    assert!(details.contains(says), "{id}: {details}");
}

pub async fn exits(run: Run, code: i32) -> Ran {
    run.ran().await.exits(code)
}

pub async fn openshift() -> World {
    World::of(Options { vault: false, ..Options::openshift() }).await
}

/// Changes an object of the cluster, its status included.
pub async fn change(world: &World, path: &str, change: impl FnOnce(&mut Value)) {
    let mut found = object(world, path).await.unwrap_or_else(|| panic!("there is no {path}"));
    change(&mut found);
    world.sandbox.cluster.put(&found).await.unwrap();
}

/// What the old script left.
pub fn old_trace() -> String {
    let keys = ["cluster", "env", "base_domain", "repo_url", "repo_ref", "git_sha", "timestamp"];
    let trace: serde_json::Map<_, _> = keys.iter().map(|key| ((*key).into(), json!("x"))).collect();
    Value::Object(trace).to_string()
}

/// A Status as the API server or Vault gives it.
pub fn answered(code: u16) -> Fault {
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code,
        "reason": if code == 403 { "Forbidden" } else { "InternalError" }, "message": "a test says no",
        "errors": ["permission denied"],
    });
    Fault::status(code, status.to_string())
}
