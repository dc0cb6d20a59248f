//! The one thing written here: the request to look again. The controllers take it away when they have.

use std::time::Duration;

use cluster_access::{AccessError, Cluster, ObjectRef, merge_patch};
use serde_json::{Value, json};

use super::refresh_state::REFRESH;

/// The annotation by which an ApplicationSet is asked to generate anew.
const REFRESH_SET: &str = "argocd.argoproj.io/application-set-refresh";

/// Pause after a request that could not be made, and may be made later.
pub(super) const RETRY: Duration = Duration::from_secs(2);

/// Asks for an Application to be compared anew, with nothing taken from a cache. What the API server made of it.
pub(super) async fn refresh(cluster: &Cluster, namespace: &str, name: &str) -> Result<Value, AccessError> {
    let patch = json!({"metadata": {"annotations": {REFRESH: "hard"}}});
    merge_patch(cluster, &ObjectRef { name: name.into(), ..applications(namespace) }, &patch).await
}

/// Asks for an ApplicationSet to be looked at anew.
pub(super) async fn refresh_set(cluster: &Cluster, namespace: &str, name: &str) -> Result<(), AccessError> {
    let patch = json!({"metadata": {"annotations": {REFRESH_SET: "true"}}});
    merge_patch(cluster, &ObjectRef { name: name.into(), ..sets(namespace) }, &patch).await.map(drop)
}

/// All Applications of a namespace.
pub fn applications(namespace: &str) -> ObjectRef {
    ObjectRef::namespaced("argoproj.io/v1alpha1", "Application", "applications", namespace, "")
}

pub(super) fn sets(namespace: &str) -> ObjectRef {
    ObjectRef::namespaced("argoproj.io/v1alpha1", "ApplicationSet", "applicationsets", namespace, "")
}
