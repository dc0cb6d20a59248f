//! The ways one value is merged into another: JSON merge patch, strategic merge patch, and apply.

use serde_json::{Map, Value};

use crate::cluster::ownership::shape::{ListShape, Shape, same_item};

/// JSON merge patch (RFC 7386): maps merge, null removes, all else replaces.
pub(crate) fn merge_patch(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        target.clone_from(patch);
        return;
    };
    for (field, value) in patch {
        let map = as_map(target);
        if value.is_null() {
            map.remove(field);
        } else {
            merge_patch(map.entry(field.clone()).or_insert(Value::Null), value);
        }
    }
    as_map(target);
}

/// Kubernetes' strategic merge patch: as a merge patch, but keyed lists merge item by item, sets unite, and `$patch`,
/// `$retainKeys` and `$deleteFromPrimitiveList` say what goes.
pub(crate) fn strategic_patch(target: &mut Value, patch: &Value, shape: &Shape<'_>) {
    match patch {
        Value::Object(fields) => strategic_map(target, fields, shape),
        Value::Array(items) => strategic_list(target, items, shape),
        _ => target.clone_from(patch),
    }
}

fn strategic_map(target: &mut Value, patch: &Map<String, Value>, shape: &Shape<'_>) {
    if patch.get("$patch").is_some_and(|directive| directive == "replace") || !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let map = as_map(target);
    if let Some(Value::Array(kept)) = patch.get("$retainKeys") {
        map.retain(|field, _| kept.iter().any(|one| one == field));
    }
    for (field, value) in patch {
        if let Some(list) = field.strip_prefix("$deleteFromPrimitiveList/") {
            let gone = value.as_array().cloned().unwrap_or_default();
            if let Some(Value::Array(items)) = map.get_mut(list) {
                items.retain(|item| !gone.contains(item));
            }
        } else if field.starts_with('$') {
            // Order hints; order is kept as it is here.
        } else if value.is_null() {
            map.remove(field);
        } else {
            strategic_patch(map.entry(field.clone()).or_insert(Value::Null), value, &shape.field(field));
        }
    }
}

fn strategic_list(target: &mut Value, patch: &[Value], shape: &Shape<'_>) {
    let replaces =
        patch.iter().any(|item| item.get("$patch").is_some_and(|directive| directive == "replace"));
    let mut list = target.as_array().filter(|_| !replaces).cloned().unwrap_or_default();
    match shape.list() {
        ListShape::Atomic => list = patch.to_vec(),
        ListShape::Set => list.extend(patch.iter().filter(|item| !target_holds(target, item)).cloned()),
        ListShape::Keyed(keys) => {
            // The patch merge key is the first of the keys.
            let keys = &keys[..1];
            for item in
                patch.iter().filter(|item| item.get("$patch").is_none_or(|directive| directive != "replace"))
            {
                let found = list.iter().position(|one| same_item(one, item, keys));
                match (found, item.get("$patch").is_some_and(|directive| directive == "delete")) {
                    (Some(at), true) => drop(list.remove(at)),
                    (Some(at), false) => strategic_patch(&mut list[at], item, &shape.item()),
                    (None, true) => {}
                    (None, false) => list.push(item.clone()),
                }
            }
        }
    }
    *target = Value::Array(list);
}

fn target_holds(target: &Value, item: &Value) -> bool {
    target.as_array().is_some_and(|items| items.contains(item))
}

/// What server-side apply makes of `live` where `applied` is wanted: nothing is removed here.
pub(crate) fn apply(live: &mut Value, applied: &Value, shape: &Shape<'_>) {
    match (&mut *live, applied) {
        (Value::Object(map), Value::Object(wanted)) if !shape.is_atomic_map() => {
            for (field, value) in wanted {
                apply(map.entry(field.clone()).or_insert(Value::Null), value, &shape.field(field));
            }
        }
        (Value::Array(list), Value::Array(wanted)) => match shape.list() {
            ListShape::Atomic => list.clone_from(wanted),
            ListShape::Set => {
                let new: Vec<_> = wanted.iter().filter(|item| !list.contains(item)).cloned().collect();
                list.extend(new);
            }
            ListShape::Keyed(keys) => apply_items(list, wanted, &keys, &shape.item()),
        },
        (live, applied) => live.clone_from(applied),
    }
}

fn apply_items(list: &mut Vec<Value>, wanted: &[Value], keys: &[String], shape: &Shape<'_>) {
    for item in wanted {
        match list.iter_mut().find(|one| same_item(one, item, keys)) {
            Some(live) => apply(live, item, shape),
            None => list.push(item.clone()),
        }
    }
}

fn as_map(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    value.as_object_mut().expect("made an object just above")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Shape, merge_patch, strategic_patch};

    fn check_merge(mut target: Value, patch: Value, expect: Value) {
        merge_patch(&mut target, &patch);
        assert_eq!(target, expect);
    }

    fn check_strategic(mut target: Value, patch: Value, expect: Value) {
        strategic_patch(&mut target, &patch, &Shape::built_in());
        assert_eq!(target, expect);
    }

    #[test]
    fn null_removes_a_field() {
        check_merge(
            json!({"a": 1, "b": {"c": 2, "d": 3}}),
            json!({"b": {"c": null}}),
            json!({"a": 1, "b": {"d": 3}}),
        );
    }

    #[test]
    fn a_merge_patch_replaces_lists() {
        check_merge(json!({"a": [1, 2]}), json!({"a": [3]}), json!({"a": [3]}));
    }

    #[test]
    fn nulls_inside_a_new_map_leave_nothing() {
        check_merge(json!({}), json!({"a": {"b": null}}), json!({"a": {}}));
    }

    #[test]
    fn a_strategic_patch_merges_containers_by_name() {
        check_strategic(
            json!({"containers": [{"name": "a", "image": "1"}, {"name": "b"}]}),
            json!({"containers": [{"name": "a", "image": "2"}], "$setElementOrder/containers": [{"name": "a"}]}),
            json!({"containers": [{"name": "a", "image": "2"}, {"name": "b"}]}),
        );
    }

    #[test]
    fn a_strategic_patch_can_delete_an_item() {
        check_strategic(
            json!({"containers": [{"name": "a"}, {"name": "b"}]}),
            json!({"containers": [{"name": "a", "$patch": "delete"}]}),
            json!({"containers": [{"name": "b"}]}),
        );
    }

    #[test]
    fn a_strategic_patch_replaces_atomic_lists() {
        check_strategic(json!({"rules": [1]}), json!({"rules": [2]}), json!({"rules": [2]}));
    }
}
