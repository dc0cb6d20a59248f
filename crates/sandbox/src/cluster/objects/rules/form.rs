//! What every object has to look like.

use serde_json::Value;

use crate::cluster::http::failure::{Cause, Failure};
use crate::cluster::objects::kinds::{Kind, items};

/// Refuses what is no object at all, or has something else where every object has maps.
pub(crate) fn check(kind: &Kind, object: &Value) -> Result<(), Failure> {
    let is_map = |value: &Value| value.is_object() || value.is_null();
    let of_strings = |value: &Value| {
        is_map(value)
            && value.as_object().into_iter().flatten().all(|(_, value)| value.is_string() || value.is_null())
    };
    let metadata = &object["metadata"];
    let texts = kind.group.is_empty() && matches!(kind.kind.as_str(), "Secret" | "ConfigMap");
    let fits = object.is_object()
        && is_map(metadata)
        && of_strings(&metadata["labels"])
        && of_strings(&metadata["annotations"])
        && ["spec", "status"].iter().all(|part| is_map(&object[part]) || kind.custom)
        && ["data", "stringData"].iter().all(|part| !texts || of_strings(&object[part]));
    if fits {
        return Ok(());
    }
    let message =
        format!("{} in version \"{}\" cannot be handled as a {}", kind.kind, kind.version, kind.kind);
    Err(Failure::bad_request(format!("{message}: json: cannot unmarshal into Go value")))
}

/// Maps and lists that the server leaves out while they are empty.
pub(super) fn drop_empty(kind: &Kind, object: &mut Value) {
    const METADATA: [&str; 4] = ["labels", "annotations", "finalizers", "ownerReferences"];
    let is_empty = |value: &Value| match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(list) => list.is_empty(),
        value => value.is_null(),
    };
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.retain(|field, value| !METADATA.contains(&field.as_str()) || !is_empty(value));
    }
    if let Some(map) = object.as_object_mut().filter(|_| !kind.custom) {
        map.retain(|field, value| !matches!(field.as_str(), "data" | "subjects") || !is_empty(value));
    }
}

/// Nothing new may hold an object that is being deleted.
pub(super) fn check_finalizers(old: &Value, new: &Value) -> Vec<Cause> {
    let before: Vec<_> = items(&old["metadata"]["finalizers"]).collect();
    let added: Vec<_> = items(&new["metadata"]["finalizers"])
        .filter(|one| !before.contains(one))
        .map(Value::to_string)
        .collect();
    if old["metadata"]["deletionTimestamp"].is_null() || added.is_empty() {
        return Vec::new();
    }
    let message = format!(
        "Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
        added.join(", ")
    );
    vec![Cause { reason: "FieldValueForbidden", message, field: "metadata.finalizers".to_owned() }]
}
