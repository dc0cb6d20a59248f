//! Objects as a list holds them, and in the version that was asked for.

use serde_json::{Value, json};

use crate::cluster::http::request::Call;
use crate::cluster::http::selector::Selector;
use crate::cluster::http::target::Target;
use crate::cluster::objects::kinds::Kind;
use crate::cluster::objects::store::Store;

pub(super) fn list(store: &Store, call: &Call, target: &Target, kind: &Kind) -> Value {
    let selector = Selector::parse(&call.query);
    let items: Vec<Value> = store
        .list(&target.group, &target.plural, &target.namespace)
        .filter(|(_, object)| selector.selects(object))
        .map(|(_, object)| listed(object.clone(), kind))
        .collect();
    let mut metadata = json!({"resourceVersion": store.revision().to_string()});
    if kind.custom {
        metadata["continue"] = json!("");
    }
    json!({
        "kind": format!("{}List", kind.kind), "apiVersion": kind.api_version(), "metadata": metadata, "items": items,
    })
}

/// As a list holds it: objects of built-in kinds come without their type there.
fn listed(object: Value, kind: &Kind) -> Value {
    let mut object = versioned(object, kind);
    if let Some(map) = object.as_object_mut().filter(|_| !kind.custom) {
        map.remove("kind");
        map.remove("apiVersion");
    }
    object
}

/// As asked for, whatever version it was written in.
pub(super) fn versioned(mut object: Value, kind: &Kind) -> Value {
    object["apiVersion"] = json!(kind.api_version());
    object
}
