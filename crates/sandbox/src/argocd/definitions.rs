//! Argo CD's kinds, without their schemas.

use serde_json::json;

use crate::SandboxError;
use crate::api::Api;
use crate::definition::{self, Definition};

/// The group and version of all of them.
pub(super) const GROUP: &str = "/apis/argoproj.io/v1alpha1";

/// As in Argo CD's own definitions, the status of an Application is no resource of its own.
pub(crate) const KINDS: [Definition; 3] = [
    Definition::namespaced("argoproj.io", "v1alpha1", "Application", "applications")
        .short(&["app", "apps"])
        .without_status(),
    Definition::namespaced("argoproj.io", "v1alpha1", "AppProject", "appprojects")
        .short(&["appproj", "appprojs"])
        .without_status(),
    Definition::namespaced("argoproj.io", "v1alpha1", "ApplicationSet", "applicationsets")
        .short(&["appset", "appsets"]),
];

/// Installs them, and waits until the cluster serves them.
pub(super) async fn install(api: &Api) -> Result<(), SandboxError> {
    definition::install(api, &KINDS, &json!({"app.kubernetes.io/part-of": "argocd"})).await
}
