//! CustomResourceDefinitions: names completed, and a status that says nothing yet.

use serde_json::{Value, json};

use crate::cluster::http::failure::Cause;
use crate::cluster::objects::kinds::{items, text};

/// Names that follow from the kind.
pub(super) fn default(object: &mut Value) {
    let kind = text(&object["spec"]["names"]["kind"]);
    let names = &mut object["spec"]["names"];
    if names["singular"].is_null() {
        names["singular"] = json!(kind.to_lowercase());
    }
    if names["listKind"].is_null() {
        names["listKind"] = json!(format!("{kind}List"));
    }
    if object["spec"]["conversion"].is_null() {
        object["spec"]["conversion"] = json!({"strategy": "None"});
    }
}

/// The status before any controller has looked.
pub(super) fn settle(object: &mut Value) {
    if !object["status"].is_null() {
        return;
    }
    let stored = items(&object["spec"]["versions"]).find(|version| version["storage"] == true);
    let stored = stored.map(|version| version["name"].clone());
    object["status"] = json!({
        "conditions": null, "acceptedNames": {"plural": "", "kind": ""}, "storedVersions": [stored],
    });
}

/// Its name is made of what it defines.
pub(super) fn check_new(object: &Value) -> Option<Cause> {
    let spec = &object["spec"];
    let expected = format!("{}.{}", text(&spec["names"]["plural"]), text(&spec["group"]));
    let name = &object["metadata"]["name"];
    let why = "must be spec.names.plural+\".\"+spec.group";
    (*name != expected).then(|| Cause::invalid_value("metadata.name", &name.to_string(), why))
}
