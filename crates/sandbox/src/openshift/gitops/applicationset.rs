//! The ApplicationSet controller of an Argo CD.

use serde_json::Value;

use super::manifest;
use crate::SandboxError;
use crate::openshift::context::{Context, place};
use crate::openshift::paths::{DEPLOYMENTS, one, within};

/// Makes the controller after a while where the Argo CD wants one, and removes it where it does not.
pub(super) async fn reconcile(
    context: &mut Context,
    argocd: &Value,
    there: bool,
) -> Result<(), SandboxError> {
    let wanted = is_enabled(argocd);
    let what = format!("applicationset {}", argocd["metadata"]["uid"]);
    let (namespace, name) = (place(argocd).0.to_owned(), place(argocd).1);
    match (wanted, there) {
        (true, false) => {
            let delay = context.options().applicationset;
            if !context.timers.over(&what, delay) {
                return Ok(());
            }
            let object = manifest::deployment(argocd, "applicationset-controller");
            context.api.create(&within(DEPLOYMENTS, &namespace), &object).await
        }
        (false, true) => {
            context.timers.forget(&what);
            let name = format!("{name}-applicationset-controller");
            context.api.delete(&one(DEPLOYMENTS, (&namespace, &name))).await
        }
        (true, true) | (false, false) => {
            context.timers.forget(&what);
            Ok(())
        }
    }
}

/// A part that is there is wanted, unless it says otherwise.
pub(super) fn is_enabled(argocd: &Value) -> bool {
    let part = &argocd["spec"]["applicationSet"];
    part.is_object() && part["enabled"] != false
}
