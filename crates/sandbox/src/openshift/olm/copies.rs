//! Copied ClusterServiceVersions: one of each operator that serves the whole cluster, in every other namespace, as if it
//! ran there.

use serde_json::{Value, json};

use super::component::COMPONENT;
use super::groups::is_global;
use super::package_manifests::living;
use crate::SandboxError;
use crate::openshift::context::{Context, place, text};
use crate::openshift::paths::{CSVS, OPERATOR_GROUPS, one, within};

/// The label that tells a copy: the namespace of its original.
const COPIED: &str = "olm.copiedFrom";

/// Whether this is a copy.
pub(super) fn is_copy(csv: &Value) -> bool {
    csv["metadata"]["labels"][COPIED].is_string()
}

/// Copies what has succeeded, and removes the copies of what is gone.
pub(in crate::openshift) async fn round(context: &mut Context) -> Result<(), SandboxError> {
    let csvs = context.api.list(CSVS).await?;
    let (copies, originals): (Vec<&Value>, Vec<&Value>) = csvs.iter().partition(|csv| is_copy(csv));
    let is_of = |copy: &Value, csv: &Value| {
        copy["metadata"]["labels"][COPIED] == place(csv).0 && place(copy).1 == place(csv).1
    };
    for copy in copies.iter().filter(|copy| !originals.iter().any(|csv| is_of(copy, csv))) {
        context.api.delete(&one(CSVS, place(copy))).await?;
    }
    for csv in originals.into_iter().filter(|csv| csv["status"]["phase"] == "Succeeded") {
        let groups = context.api.list(&within(OPERATOR_GROUPS, place(csv).0)).await?;
        if groups.iter().any(is_global) {
            copy_everywhere(context, csv, &csvs).await?;
        }
    }
    Ok(())
}

async fn copy_everywhere(context: &Context, csv: &Value, there: &[Value]) -> Result<(), SandboxError> {
    let name = place(csv).1;
    let namespaces = living(&context.api).await?;
    let lacks = |namespace: &&String| !there.iter().any(|one| place(one) == (namespace.as_str(), name));
    let made = namespaces.iter().filter(lacks).map(|namespace| async move {
        let made = context.api.create_with_status(&within(CSVS, namespace), &copy(csv, namespace)).await;
        context.gone_is_fine(made)
    });
    futures::future::try_join_all(made).await.map(drop)
}

fn copy(csv: &Value, namespace: &str) -> Value {
    let metadata = &csv["metadata"];
    let mut labels = metadata["labels"].as_object().cloned().unwrap_or_default();
    labels.retain(|label, _| !label.starts_with(COMPONENT));
    labels.insert(COPIED.to_owned(), metadata["namespace"].clone());
    let mut status = csv["status"].clone();
    status["reason"] = json!("Copied");
    let from = text(&metadata["namespace"]);
    status["message"] = json!(format!("The operator is running in {from} but is managing this namespace"));
    json!({
        "apiVersion": csv["apiVersion"], "kind": csv["kind"], "spec": csv["spec"], "status": status,
        "metadata": {
            "name": metadata["name"], "namespace": namespace, "labels": labels, "annotations": metadata["annotations"],
        },
    })
}
