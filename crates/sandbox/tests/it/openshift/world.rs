//! What a fresh OpenShift has, and a recreated one.

use sandbox::Sandbox;
use serde_json::Value;

use super::start;

async fn config(sandbox: &Sandbox, plural: &str, name: &str) -> Value {
    let path = format!("/apis/config.openshift.io/v1/{plural}/{name}");
    sandbox.cluster.object(&path).await.unwrap().unwrap_or_default()
}

async fn of_kind(sandbox: &Sandbox, kind: &str) -> Vec<Value> {
    let objects = sandbox.cluster.objects().await.unwrap();
    objects.into_iter().filter(|object| object["kind"] == kind).collect()
}

fn condition(object: &Value, kind: &str) -> Value {
    super::await_for::condition(object, kind)["status"].clone()
}

#[tokio::test]
async fn a_fresh_cluster_says_which_it_is() {
    let sandbox = start(|options| options.infra_suffix = Some("nkqd9".to_owned())).await;
    let infrastructure = config(&sandbox, "infrastructures", "cluster").await;
    assert_eq!(infrastructure["status"]["infrastructureName"], "demo-nkqd9");
    assert_eq!(infrastructure["status"]["platformStatus"]["aws"]["region"], "us-west-2");
    let version = config(&sandbox, "clusterversions", "version").await;
    let identity = sandbox.openshift.as_ref().unwrap().identity();
    assert_eq!(version["spec"]["clusterID"], identity.cluster_id.as_str());
    assert_eq!(config(&sandbox, "dnses", "cluster").await["spec"]["baseDomain"], "demo.example.test");
    assert_eq!(config(&sandbox, "ingresses", "cluster").await["spec"]["domain"], "apps.demo.example.test");
    assert!(config(&sandbox, "proxies", "cluster").await["spec"].is_object());
}

#[tokio::test]
async fn a_fresh_cluster_is_well() {
    let sandbox = start(|_| ()).await;
    let nodes = of_kind(&sandbox, "Node").await;
    assert_eq!(nodes.len(), 3);
    assert!(nodes.iter().all(|node| condition(node, "Ready") == "True"), "{nodes:?}");
    let tainted = nodes.iter().filter(|node| node["spec"]["taints"][0]["effect"] == "NoSchedule");
    assert_eq!(tainted.count(), 1);
    let operators = of_kind(&sandbox, "ClusterOperator").await;
    let good = |one: &Value| condition(one, "Available") == "True" && condition(one, "Degraded") == "False";
    assert!(operators.len() > 3 && operators.iter().all(good), "{operators:?}");
    let catalogs = of_kind(&sandbox, "CatalogSource").await;
    let ready = |one: &Value| one["status"]["connectionState"]["lastObservedState"] == "READY";
    assert!(catalogs.len() > 2 && catalogs.iter().all(ready), "{catalogs:?}");
    let classes = of_kind(&sandbox, "StorageClass").await;
    let default = &classes[0]["metadata"]["annotations"]["storageclass.kubernetes.io/is-default-class"];
    assert_eq!(default, "true");
}

#[tokio::test]
async fn machine_sets_carry_the_infra_id() {
    let sandbox = start(|options| options.infra_suffix = Some("nkqd9".to_owned())).await;
    let sets = of_kind(&sandbox, "MachineSet").await;
    assert_eq!(sets.len(), 2);
    for set in sets {
        assert_eq!(set["metadata"]["labels"]["machine.openshift.io/cluster-api-cluster"], "demo-nkqd9");
        let provider = &set["spec"]["template"]["spec"]["providerSpec"]["value"];
        assert_eq!(provider["iamInstanceProfile"]["id"], "demo-nkqd9-worker-profile");
    }
}

#[tokio::test]
async fn another_cluster_tells_another_domain() {
    let sandbox = start(|options| options.base_domain = Some("other.example.test".to_owned())).await;
    assert_eq!(config(&sandbox, "dnses", "cluster").await["spec"]["baseDomain"], "other.example.test");
}

#[tokio::test]
async fn a_recreated_cluster_has_the_same_name_and_another_identity() {
    let mut sandbox = start(|options| options.infra_suffix = Some("nkqd9".to_owned())).await;
    let before = sandbox.openshift.as_ref().unwrap().identity().clone();
    sandbox.recreate().await.expect("it is recreated");
    let after = sandbox.openshift.as_ref().unwrap().identity().clone();
    assert_ne!((&after.infra_id, &after.cluster_id), (&before.infra_id, &before.cluster_id));
    assert!(after.infra_id.starts_with("demo-"), "{}", after.infra_id);
    let infrastructure = config(&sandbox, "infrastructures", "cluster").await;
    assert_eq!(infrastructure["status"]["infrastructureName"], after.infra_id.as_str());
    assert!(
        of_kind(&sandbox, "ArgoCD").await.is_empty() && of_kind(&sandbox, "Subscription").await.is_empty()
    );
}

#[tokio::test]
async fn the_kinds_of_an_operator_can_be_had_without_it() {
    let sandbox = start(|_| ()).await;
    let openshift = sandbox.openshift.as_ref().unwrap();
    openshift.install_kinds("vault-secrets-operator").await.expect("they are installed");
    let secret = serde_json::json!({
        "apiVersion": "secrets.hashicorp.com/v1beta1", "kind": "VaultStaticSecret",
        "metadata": {"name": "a", "namespace": "default"}, "spec": {"mount": "secret"},
        "status": {"conditions": [{"type": "SecretSynced", "status": "False"}]},
    });
    let written = sandbox.cluster.put(&secret).await.expect("it is a kind now");
    assert_eq!(condition(&written, "SecretSynced"), "False");
    assert!(openshift.install_kinds("nope").await.is_err());
}
