//! What a merge patch has to say so that an object holds what is wanted: nothing where nothing differs.

use serde_json::{Map, Value};

/// The part of `wanted` that `live` lacks, as a merge patch; maps are merged, all else is taken whole. None where
/// nothing is lacking. A null in `wanted` asks for nothing.
pub(crate) fn lacking(wanted: &Value, live: &Value) -> Option<Value> {
    match wanted {
        Value::Null => None,
        Value::Object(wanted) if live.is_object() || live.is_null() => {
            let differing =
                wanted.iter().filter_map(|(key, value)| Some((key.clone(), lacking(value, &live[key])?)));
            let patch: Map<String, Value> = differing.collect();
            (!patch.is_empty() || live.is_null()).then_some(Value::Object(patch))
        }
        wanted => (!same(wanted, live)).then(|| wanted.clone()),
    }
}

/// What a patch touches, dotted: `spec.server.route.enabled`.
pub(crate) fn fields(at: &str, patch: &Value) -> Vec<String> {
    match patch {
        Value::Object(map) if !map.is_empty() => {
            map.iter().flat_map(|(key, value)| fields(&format!("{at}.{key}"), value)).collect()
        }
        _ => vec![at.to_owned()],
    }
}

/// An operator that reads and writes the object makes text of a quantity that was written as a number.
fn same(wanted: &Value, live: &Value) -> bool {
    match (wanted, live) {
        (Value::Number(number), Value::String(text)) | (Value::String(text), Value::Number(number)) => {
            *text == number.to_string()
        }
        _ => wanted == live,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(wanted: Value, live: Value, expect: Option<Value>) {
        assert_eq!(lacking(&wanted, &live), expect, "{wanted} in {live}");
    }

    #[test]
    fn what_is_there_is_not_sent_again() {
        check(json!({"a": {"b": 1}}), json!({"a": {"b": 1, "c": 2}, "d": 3}), None);
        check(json!({}), json!({"a": 1}), None);
    }

    #[test]
    fn only_what_differs_is_sent() {
        check(json!({"a": {"b": 1, "c": 2}}), json!({"a": {"b": 1}}), Some(json!({"a": {"c": 2}})));
        check(json!({"a": [1]}), json!({"a": [1, 2]}), Some(json!({"a": [1]})));
        check(json!({"a": {"b": 1}}), json!({"a": "text"}), Some(json!({"a": {"b": 1}})));
    }

    #[test]
    fn an_empty_map_makes_the_map() {
        check(json!({"a": {}}), json!({}), Some(json!({"a": {}})));
        check(json!({"a": {}}), json!({"a": {"b": 1}}), None);
    }

    #[test]
    fn a_quantity_that_became_text_is_the_same() {
        check(json!({"cpu": 2}), json!({"cpu": "2"}), None);
        check(json!({"cpu": "2"}), json!({"cpu": 3}), Some(json!({"cpu": "2"})));
    }

    #[test]
    fn a_null_asks_for_nothing() {
        check(json!({"a": null}), json!({"a": 1}), None);
    }

    #[test]
    fn fields_are_dotted() {
        let patch = json!({"server": {"route": {"enabled": true}}, "x": {}});
        assert_eq!(fields("spec", &patch), ["spec.server.route.enabled", "spec.x"]);
    }
}
