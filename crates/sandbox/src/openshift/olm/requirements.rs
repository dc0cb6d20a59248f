//! What a ClusterServiceVersion needs before it is installed: `status.requirementStatus`.

use serde_json::{Value, json};

use super::packages::Package;
use crate::SandboxError;
use crate::definition;
use crate::openshift::context::{Context, place, text};
use crate::openshift::paths::{SERVICE_ACCOUNTS, one};

/// All of them, and whether they are met.
pub(super) async fn of(
    context: &Context,
    csv: &Value,
    package: &Package,
) -> Result<(Vec<Value>, bool), SandboxError> {
    let mut all = vec![version(csv)];
    let served = definition::established(&context.api).await?;
    all.extend(package.definitions.iter().map(|one| kind(&one.name(), served.contains(&one.name()))));
    let account = context.api.find(&one(SERVICE_ACCOUNTS, (place(csv).0, package.deployment))).await?;
    all.push(service_account(package, account.is_some()));
    let unmet = context.options().unmet.filter(|unmet| unmet.package == package.name);
    for item in &mut all {
        let struck = unmet.as_ref().filter(|unmet| {
            item["kind"] == unmet.kind.as_str()
                && (unmet.name.is_empty() || item["name"] == unmet.name.as_str())
        });
        if let Some(unmet) = struck {
            (item["status"], item["message"]) = (json!(unmet.status), json!(unmet.message));
        }
    }
    let met = all.iter().all(|one| text(&one["status"]) == "Present");
    Ok((all, met))
}

fn version(csv: &Value) -> Value {
    json!({
        "group": "operators.coreos.com", "version": "v1alpha1", "kind": "ClusterServiceVersion",
        "name": place(csv).1, "status": "Present",
        "message": "CSV minKubeVersion (1.25.0) less than server version (v1.33.5)",
    })
}

fn kind(name: &str, established: bool) -> Value {
    let (status, message) = if established {
        ("Present", "CRD is present and Established condition is true")
    } else {
        ("NotPresent", "CRD is not present")
    };
    json!({
        "group": "apiextensions.k8s.io", "version": "v1", "kind": "CustomResourceDefinition", "name": name,
        "status": status, "message": message,
    })
}

fn service_account(package: &Package, there: bool) -> Value {
    let mut status = json!({
        "group": "", "version": "v1", "kind": "ServiceAccount", "name": package.deployment,
        "status": if there { "Present" } else { "NotPresent" },
    });
    if there {
        status["dependents"] = json!([]);
    } else {
        status["message"] = json!("Service account does not exist");
    }
    status
}
