//! What the operator does when it starts: its namespace, and the default Argo CD, made or removed.

use serde_json::{Value, json};

use crate::SandboxError;
use crate::openshift::context::Context;
use crate::openshift::paths::{ARGOCDS, NAMESPACES, one, within};

/// Namespace and name of the default Argo CD.
const DEFAULT: &str = "openshift-gitops";

/// Makes the default Argo CD where there is none; where it is disabled, removes the one of that name, whoever made it.
pub(super) async fn at_start(context: &Context, disabled: bool) -> Result<(), SandboxError> {
    let labels = json!({"openshift.io/cluster-monitoring": "true"});
    let namespace =
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": DEFAULT, "labels": labels}});
    context.api.create(NAMESPACES, &namespace).await?;
    if disabled {
        context.api.delete(&one(ARGOCDS, (DEFAULT, DEFAULT))).await
    } else {
        context.api.create(&within(ARGOCDS, DEFAULT), &argocd()).await
    }
}

fn argocd() -> Value {
    let resources = json!({
        "limits": {"cpu": "2", "memory": "1Gi"}, "requests": {"cpu": "250m", "memory": "512Mi"},
    });
    let part = json!({"resources": resources});
    json!({
        "apiVersion": "argoproj.io/v1beta1", "kind": "ArgoCD",
        "metadata": {"name": DEFAULT, "namespace": DEFAULT},
        "spec": {
            "applicationSet": part, "controller": part, "redis": part, "repo": part,
            "server": {"resources": resources, "route": {"enabled": true}},
            "rbac": {
                "policy": "g, system:cluster-admins, role:admin\ng, cluster-admins, role:admin\n",
                "scopes": "[groups]",
            },
            "sso": {"provider": "dex", "dex": {"openShiftOAuth": true}},
        },
    })
}
