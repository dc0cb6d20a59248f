//! Argo CD's kinds, without their schemas.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::SandboxError;
use crate::api::Api;

/// The group and version of all of them.
pub(super) const GROUP: &str = "/apis/argoproj.io/v1alpha1";

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/// How long the cluster may take to serve a kind.
const LIMIT: Duration = Duration::from_secs(30);

/// Kind, plural, short names, whether `/status` is a resource of its own. As in Argo CD's own definitions, that of an
/// Application is not.
const KINDS: [(&str, &str, &[&str], bool); 3] = [
    ("Application", "applications", &["app", "apps"], false),
    ("AppProject", "appprojects", &["appproj", "appprojs"], false),
    ("ApplicationSet", "applicationsets", &["appset", "appsets"], true),
];

/// Installs them, and waits until the cluster serves them.
pub(super) async fn install(api: &Api) -> Result<(), SandboxError> {
    for (kind, plural, short, status) in KINDS {
        api.create(DEFINITIONS, &definition(kind, plural, short, status)).await?;
    }
    for (_, plural, ..) in KINDS {
        let since = Instant::now();
        while let Err(why) = api.get(&format!("{GROUP}/{plural}")).await {
            if since.elapsed() > LIMIT {
                return Err(why);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(())
}

fn definition(kind: &str, plural: &str, short: &[&str], status: bool) -> Value {
    let anything = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    let schema = json!({
        "type": "object",
        "required": ["metadata", "spec"],
        "properties": {"spec": anything, "status": anything, "operation": anything},
    });
    let subresources = if status { json!({"status": {}}) } else { json!({}) };
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": format!("{plural}.argoproj.io"),
            "labels": {"app.kubernetes.io/name": format!("{plural}.argoproj.io"), "app.kubernetes.io/part-of": "argocd"},
        },
        "spec": {
            "group": "argoproj.io",
            "scope": "Namespaced",
            "names": {
                "kind": kind, "listKind": format!("{kind}List"), "plural": plural,
                "singular": kind.to_lowercase(), "shortNames": short,
            },
            "versions": [{
                "name": "v1alpha1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": schema}, "subresources": subresources,
            }],
        },
    })
}
