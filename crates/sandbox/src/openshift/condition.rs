//! Conditions: one that stays keeps the time it began.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::context::items;

/// Now, to the second.
pub(super) fn now() -> String {
    format!("{:.0}", Timestamp::now())
}

/// A condition as it is wanted: type, status, reason, message.
pub(super) fn condition(kind: &str, status: &str, reason: &str, message: &str) -> Value {
    json!({"type": kind, "status": status, "reason": reason, "message": message})
}

/// The wanted conditions, each with the time since when it has this status.
pub(super) fn dated(before: &Value, wanted: Vec<Value>) -> Value {
    let dated = wanted.into_iter().map(|mut one| {
        let same = |old: &&Value| old["type"] == one["type"] && old["status"] == one["status"];
        let since = items(before).find(same).map(|old| old["lastTransitionTime"].clone());
        one["lastTransitionTime"] = since.filter(Value::is_string).unwrap_or_else(|| json!(now()));
        one
    });
    dated.collect()
}

/// Whether a condition has the status `True`.
pub(super) fn is_true(object: &Value, kind: &str) -> bool {
    items(&object["status"]["conditions"]).any(|one| one["type"] == kind && one["status"] == "True")
}
