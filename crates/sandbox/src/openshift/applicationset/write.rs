//! The Applications of an ApplicationSet: made, changed where they differ, removed where nothing generates them.

use serde_json::{Value, json};

use crate::SandboxError;
use crate::openshift::context::{Context, covers, items, place};
use crate::openshift::paths::{APPLICATIONS, one, within};

pub(super) async fn write(context: &Context, set: &Value, wanted: &[Value]) -> Result<(), SandboxError> {
    let path = within(APPLICATIONS, place(set).0);
    let there = context.api.list(&path).await?;
    for application in wanted {
        match there.iter().find(|one| place(one) == place(application)) {
            None => context.api.create(&path, application).await?,
            Some(found) => update(context, found, application).await?,
        }
    }
    let generated = |found: &Value| wanted.iter().any(|one| place(one) == place(found));
    for gone in there.iter().filter(|found| is_of(found, set) && !generated(found)) {
        context.api.delete(&one(APPLICATIONS, place(gone))).await?;
    }
    Ok(())
}

fn is_of(application: &Value, set: &Value) -> bool {
    items(&application["metadata"]["ownerReferences"]).any(|owner| owner["uid"] == set["metadata"]["uid"])
}

async fn update(context: &Context, found: &Value, wanted: &Value) -> Result<(), SandboxError> {
    let metadata = &wanted["metadata"];
    let patch = json!({
        "metadata": {
            "labels": or_none(&metadata["labels"]), "annotations": or_none(&metadata["annotations"]),
            "ownerReferences": metadata["ownerReferences"],
        },
        "spec": wanted["spec"],
    });
    if covers(found, &patch) {
        return Ok(());
    }
    context.gone_is_fine(context.api.merge(&one(APPLICATIONS, place(found)), &patch).await)
}

/// Null in a patch would take away what others wrote.
fn or_none(map: &Value) -> Value {
    if map.is_object() { map.clone() } else { json!({}) }
}
