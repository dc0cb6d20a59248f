//! Trouble with the cluster's API, while looking and while writing: got over, or told, and never a hang.

use std::time::Duration;

use sandbox::faults::Fault;
use serde_json::{Value, json};

use crate::support::assert::refused;
use crate::support::sandbox::{World, left_out_on_a_real_cluster};

fn status(code: u16, reason: &str) -> Fault {
    let body = json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason,
        "message": format!("the server says {reason}"),
    });
    Fault::status(code, body.to_string())
}

fn internal() -> Fault {
    status(500, "InternalError")
}

fn busy() -> Fault {
    status(429, "TooManyRequests")
}

/// A world whose API has this fault.
async fn with_fault(test: &str, fault: Fault) -> Option<World> {
    if left_out_on_a_real_cluster(test) {
        return None;
    }
    let world = World::without_vault().await;
    world.sandbox.cluster.faults().unwrap().add(fault);
    Some(world)
}

/// It passes by itself: the run does not even mention it.
async fn check_got_over(test: &str, fault: Fault) {
    let Some(world) = with_fault(test, fault).await else { return };
    world.run(&["run", "demo"]).await.exits(0);
}

/// It lasts, before anything is written.
async fn check_refused(test: &str, fault: Fault, says: &[&str]) {
    let Some(world) = with_fault(test, fault).await else { return };
    refused(&world, world.command(&["run", "demo"]), says).await;
}

/// It lasts, in the middle of the writes: the trace says where, and the next run carries on.
async fn check_fails(test: &str, fault: Fault, step: &str, says: &[&str]) {
    let Some(world) = with_fault(test, fault).await else { return };
    world.run(&["run", "demo"]).await.exits(1).says(says);
    let trace = world.trace();
    assert_eq!((&trace["status"], &trace["exit_code"]), (&json!("failed"), &json!(1)));
    assert_eq!(trace["error"]["step"], step);
    let reached: Vec<&Value> =
        trace["steps"].as_array().unwrap().iter().filter(|step| step["status"] == "failed").collect();
    assert_eq!(reached.len(), 1, "{trace:#}");
    world.sandbox.cluster.faults().unwrap().clear();
    world.run(&["run", "demo"]).await.exits(0);
}

/// What is not there yet is made by a POST to its kind.
const SECRETS: &str = "/openshift-gitops/secrets";

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_is_refused_once_is_repeated() {
    for fault in [busy(), internal(), status(503, "ServiceUnavailable"), Fault::drop()] {
        let fault = fault.method("GET").prefix("/api/v1/namespaces").times(1);
        check_got_over("a_look_that_is_refused_once_is_repeated", fault).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_a_busy_server_did_not_take_is_repeated() {
    let fault = busy().method("POST").contains(SECRETS).times(1);
    check_got_over("a_write_that_a_busy_server_did_not_take_is_repeated", fault).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stays_broken_is_refused() {
    let says = ["failed to ask for the server's version", "500", "the server says InternalError"];
    check_refused("a_server_that_stays_broken_is_refused", internal().prefix("/version"), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stays_busy_is_refused() {
    let says = [
        "failed to read ConfigMap openshift-gitops/bitiq-bootstrap",
        "429",
        "the server says TooManyRequests",
    ];
    let fault = busy().prefix("/api/v1/namespaces/openshift-gitops/configmaps");
    check_refused("a_server_that_stays_busy_is_refused", fault, &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_up_is_refused() {
    check_refused("a_server_that_hangs_up_is_refused", Fault::drop(), &["failed to", "connection"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_nothing_is_not_waited_for_long() {
    let fault = Fault::delay(Duration::from_secs(600)).prefix("/version");
    let says = ["failed to", "did not answer within 20 s", "VPN"];
    check_refused("a_server_that_says_nothing_is_not_waited_for_long", fault, &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_that_can_not_be_made_fails_the_first_step() {
    let says = ["failed to create Namespace openshift-gitops", "the server says InternalError"];
    let fault = internal().method("POST").prefix("/api/v1/namespaces");
    check_fails("a_namespace_that_can_not_be_made_fails_the_first_step", fault, "preflight", &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_can_not_be_made_fails_before_the_steps() {
    let says = ["failed to create Lease openshift-gitops/bitiq-bootstrap", "the server says InternalError"];
    let fault = internal().method("POST").contains("/leases");
    check_fails("a_lease_that_can_not_be_made_fails_before_the_steps", fault, "lock", &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_can_not_be_written_fails_its_step() {
    let says = ["failed to write Secret openshift-gitops/gitops-repo", "the server says InternalError"];
    let fault = internal().method("POST").contains(SECRETS);
    check_fails("a_secret_that_can_not_be_written_fails_its_step", fault, "repo-creds", &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lost_during_a_write_fails_its_step() {
    let says = ["failed to write Secret openshift-gitops/gitops-repo", "connection"];
    let fault = Fault::drop().method("POST").contains(SECRETS);
    check_fails("a_connection_lost_during_a_write_fails_its_step", fault, "repo-creds", &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_can_not_be_written_fails_its_step() {
    let says =
        ["failed to write ConfigMap openshift-gitops/bitiq-bootstrap", "the server says InternalError"];
    let fault = internal().method("POST").contains("/openshift-gitops/configmaps");
    check_fails("a_record_that_can_not_be_written_fails_its_step", fault, "record", &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_fails_once_when_argo_cd_is_asked_is_asked_again() {
    let fault =
        internal().prefix("/apis/argoproj.io/v1alpha1/namespaces/openshift-gitops/applications?").times(2);
    check_got_over("an_api_that_fails_once_when_argo_cd_is_asked_is_asked_again", fault).await;
}
