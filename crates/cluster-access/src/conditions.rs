//! What is read of any object: its name, and what its conditions say.

use secret::one_line;
use serde_json::Value;

/// `name`
pub fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap_or_default()
}

/// `namespace/name`
pub fn path(object: &Value) -> String {
    match object["metadata"]["namespace"].as_str() {
        Some(namespace) => format!("{namespace}/{}", name(object)),
        None => name(object).to_owned(),
    }
}

/// The conditions of its status.
pub fn conditions(object: &Value) -> impl Iterator<Item = &Value> {
    object["status"]["conditions"].as_array().into_iter().flatten()
}

/// The condition of this type.
pub fn condition<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    conditions(object).find(|condition| condition["type"] == kind)
}

/// Whether the condition of this type is `True`.
pub fn is_true(object: &Value, kind: &str) -> bool {
    condition(object, kind).is_some_and(|condition| condition["status"] == "True")
}

/// What a condition says: its message, else its reason, as one line.
pub fn said(condition: &Value) -> String {
    let text = |key: &str| condition[key].as_str().map(str::trim).filter(|text| !text.is_empty());
    let said = text("message").or_else(|| text("reason")).unwrap_or_default();
    one_line(said)
}

/// `what`, and after a colon what was said of it, where something was.
pub fn with_words(what: String, said: &str) -> String {
    if said.is_empty() { what } else { format!("{what}: {said}") }
}
