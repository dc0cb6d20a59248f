//! The health of objects in the cluster: nodes, operators, machines, Applications.

use sandbox::cluster::Rule;
use serde_json::{Value, json};

use super::{TIME, change, exits, node, old_trace, openshift, row_is, with_the_kubeconfig_alone};
use crate::support::objects::{NAMESPACE, make_namespace};
use crate::support::permissions::world_of;
use crate::support::sandbox::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_not_ready_and_no_node_at_all_fail() {
    let world = World::without_vault().await;
    world.run(&["verify", "demo"]).await.exits(1).says(&["✗ nodes: ", "there is no node"]);
    node(&world, "False").await;
    let says = ["node-1 is not Ready: kubelet says so", "kubectl --kubeconfig", "get nodes", "1 failed"];
    world.run(&["verify", "demo"]).await.exits(1).says(&says);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_object_says_is_shown_without_logins_and_can_t_speak_to_the_terminal() {
    let world = openshift().await;
    let said = "\u{1b}]0;title\u{7}get https://bob:hunter2hunter2@git.example.com/x: refused\u{1b}[2J";
    change(&world, "/apis/config.openshift.io/v1/clusteroperators/dns", |dns| {
        dns["status"]["conditions"] = json!([
            {"type": "Available", "status": "False", "message": said, "lastTransitionTime": TIME},
        ]);
    })
    .await;
    let ran = world.run(&["verify", "demo", "--color", "always"]).await.exits(1);
    let ran = ran.says(&["\\u{1b}]0;title\\u{7}get https://bob:***@git.example.com/x: refused\\u{1b}[2J"]);
    let ran = ran.never_says(&["\u{1b}]", "\u{7}", "\u{1b}[2J", "hunter2hunter2"]);
    assert!(ran.stdout.contains("\u{1b}[1m"), "our own colours are gone: {}", ran.stdout);
    let ran = exits(world.command(&["verify", "demo", "-o", "json"]), 1).await;
    ran.never_says(&["hunter2hunter2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn openshift_s_own_operators_and_machines_count() {
    let world = openshift().await;
    let ran = exits(world.command(&["verify", "demo", "-o", "json"]), 0).await;
    for id in ["nodes", "cluster-operators", "machine-sets"] {
        row_is(&ran, id, "ok", "");
    }
    row_is(&ran, "handed-over-namespace", "skipped", "never bootstrapped");
    change(&world, "/apis/config.openshift.io/v1/clusteroperators/dns", |dns| {
        dns["status"]["conditions"] = json!([
            {"type": "Available", "status": "False", "message": "no endpoints", "lastTransitionTime": TIME},
            {"type": "Degraded", "status": "True", "reason": "SyncFailed", "lastTransitionTime": TIME},
        ]);
    })
    .await;
    let labels = json!({"machine.openshift.io/cluster-api-cluster": "demo-gone1"});
    let metadata = json!({"name": "gpu", "namespace": "openshift-machine-api", "labels": labels});
    let spec = json!({"replicas": 0, "selector": {}, "template": {}});
    let gpu = json!({"apiVersion": "machine.openshift.io/v1beta1", "kind": "MachineSet", "metadata": metadata, "spec": spec});
    world.sandbox.cluster.put(&gpu).await.unwrap();
    let ran = exits(world.command(&["verify", "demo", "-o", "json"]), 1).await;
    row_is(&ran, "cluster-operators", "failed", "dns is not Available: no endpoints");
    row_is(&ran, "cluster-operators", "failed", "dns is Degraded: SyncFailed");
    row_is(&ran, "machine-sets", "failed", "gpu carries demo-gone1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_may_not_list_machines_is_told_of_the_right_and_of_nothing_else() {
    let rules = [("get", "config.openshift.io", "*"), ("get", "", "namespaces")];
    let rules = rules.map(|(verbs, group, resource)| Rule::new(verbs, group, resource));
    let world = world_of(openshift().await, &rules).await;
    let ran = exits(world.command(&["verify", "demo", "-o", "json"]), 1).await;
    row_is(&ran, "machine-sets", "failed", "not allowed (403)");
    let report = ran.json();
    let machines = |row: &&Value| row["id"] == "machine-sets";
    let hint = report["rows"].as_array().unwrap().iter().find(machines).unwrap()["hint"].to_string();
    assert!(hint.contains("have these rights granted") && !hint.contains("infraID"), "{hint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_openshift_that_was_handed_over_is_found_to_work() {
    let world = openshift().await;
    world.run(&["run", "demo"]).await.exits(0);
    let ran = exits(world.command(&["verify", "demo", "-o", "json", "--wait", "1m"]), 0).await;
    assert_eq!(ran.json()["counts"]["failed"], 0);
    row_is(&ran, "record", "ok", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_static_secret_counts_unless_it_is_healthy() {
    let world = openshift().await;
    fs_err::write(world.sandbox.work().join("gitops-bootstrap.json"), old_trace()).unwrap();
    make_namespace(&world, NAMESPACE).await;
    world.sandbox.openshift.as_ref().unwrap().install_kinds("vault-secrets-operator").await.unwrap();
    let secret = |healthy: &str| {
        let conditions = json!([
            {"type": "SecretSynced", "status": "False", "message": "403 at auth/kubernetes/login"},
            {"type": "Healthy", "status": healthy},
        ]);
        let metadata = json!({"name": "db", "namespace": "default"});
        json!({"apiVersion": "secrets.hashicorp.com/v1beta1", "kind": "VaultStaticSecret", "metadata": metadata,
            "status": {"conditions": conditions}})
    };
    world.sandbox.cluster.put(&secret("False")).await.unwrap();
    let says = ["✗ VaultStaticSecrets: ", "default/db: SecretSynced is False: 403 at auth"];
    with_the_kubeconfig_alone(&world, &["verify", "demo"])
        .ran()
        .await
        .exits(1)
        .says(&says)
        .says(&["bitiq-bootstrap vault-auth demo"]);
    world.sandbox.cluster.put(&secret("True")).await.unwrap();
    with_the_kubeconfig_alone(&world, &["verify", "demo"])
        .ran()
        .await
        .exits(0)
        .says(&["✓ VaultStaticSecrets: 1 synced"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_argo_cd_can_not_read_fails() {
    let mut world = World::without_vault().await;
    node(&world, "True").await;
    world.run(&["run", "demo"]).await.exits(0);
    // Nobody else reports what becomes of the Application.
    world.sandbox.argocd = None;
    let condition = json!({"type": "ComparisonError", "message": "rpc error: authentication required"});
    let application = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
        "metadata": {"name": "apps", "namespace": NAMESPACE},
        "spec": {"project": "default", "source": {"repoURL": world.sandbox.repo_url()},
            "destination": {"server": "https://kubernetes.default.svc"}},
        "status": {"sync": {"status": "Unknown"}, "conditions": [condition]},
    });
    world.sandbox.cluster.put(&application).await.unwrap();
    let says = ["✗ repository access: ", "authentication required", "apps is Unknown"];
    world.run(&["verify", "demo"]).await.exits(1).says(&says);
}
