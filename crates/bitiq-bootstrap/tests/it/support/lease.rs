//! A Lease that another run holds.

use serde_json::json;

use super::objects::make_namespace;
use super::sandbox::World;

/// A Lease that is held by a run on this machine, in this folder.
pub async fn hold(world: &World, machine: &str, folder: &str) {
    make_namespace(world, "openshift-gitops").await;
    let marks = json!({
        "bitiq.io/holder": "eve@elsewhere", "bitiq.io/machine": machine, "bitiq.io/folder": folder,
        "bitiq.io/since": "2026-11-23T19:33:00Z",
    });
    let metadata = json!({"name": "bitiq-bootstrap", "namespace": "openshift-gitops", "annotations": marks});
    let spec = json!({"holderIdentity": "20261123T193300Z-0a1b2c", "leaseDurationSeconds": 60});
    let lease =
        json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec});
    world.sandbox.cluster.put(&lease).await.unwrap();
}
