//! Kinds that OpenShift has, as far as a test needs them.

use serde_json::{Value, json};

use crate::world::World;

/// A kind that holds anything.
pub async fn define(world: &World, group: &str, version: &str, kind: &str, scope: &str) {
    let singular = kind.to_lowercase();
    let plural = format!("{singular}s");
    let schema = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    let versions =
        json!([{"name": version, "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}}]);
    let names = json!({"plural": plural, "singular": singular, "kind": kind});
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{group}")},
        "spec": {"group": group, "scope": scope, "names": names, "versions": versions},
    });
    world.sandbox.cluster.put(&definition).await.unwrap();
}

async fn put(world: &World, object: Value) {
    world.sandbox.cluster.put(&object).await.unwrap();
}

/// The configuration that every OpenShift has, and its kinds of operators and machines.
pub async fn cluster(world: &World, infra_id: &str) {
    for kind in ["ClusterVersion", "ClusterOperator", "Infrastructure"] {
        define(world, "config.openshift.io", "v1", kind, "Cluster").await;
    }
    define(world, "machine.openshift.io", "v1beta1", "MachineSet", "Namespaced").await;
    let version = json!({"name": "version"});
    let spec = json!({"clusterID": "11111111-2222-3333-4444-555555555555"});
    put(world, json!({"apiVersion": "config.openshift.io/v1", "kind": "ClusterVersion", "metadata": version, "spec": spec}))
        .await;
    let status = json!({"infrastructureName": infra_id});
    put(world, json!({"apiVersion": "config.openshift.io/v1", "kind": "Infrastructure", "metadata": {"name": "cluster"},
        "status": status}))
    .await;
    crate::evidence::make_namespace(world, "openshift-machine-api").await;
}

/// A ClusterOperator that says this of itself.
pub async fn operator(world: &World, name: &str, available: &str, degraded: &str) {
    let conditions =
        json!([{"type": "Available", "status": available}, {"type": "Degraded", "status": degraded}]);
    put(
        world,
        json!({"apiVersion": "config.openshift.io/v1", "kind": "ClusterOperator", "metadata": {"name": name},
        "status": {"conditions": conditions}}),
    )
    .await;
}

/// A MachineSet that carries this infraID.
pub async fn machine_set(world: &World, name: &str, infra_id: &str) {
    let labels = json!({"machine.openshift.io/cluster-api-cluster": infra_id});
    let metadata = json!({"name": name, "namespace": "openshift-machine-api", "labels": labels});
    put(
        world,
        json!({"apiVersion": "machine.openshift.io/v1beta1", "kind": "MachineSet", "metadata": metadata}),
    )
    .await;
}
