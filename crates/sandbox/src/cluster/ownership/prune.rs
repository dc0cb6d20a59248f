//! Taking single fields out of an object, by their path.

use serde_json::Value;

use crate::cluster::ownership::fields::item_segment;
use crate::cluster::ownership::shape::Shape;

/// Removes the field at `path`, and the maps and lists that become empty by that.
pub(crate) fn remove(value: &mut Value, path: &[String], shape: &Shape<'_>) {
    let Some((segment, rest)) = path.split_first() else { return };
    match value {
        Value::Object(map) => {
            let Some(field) = segment.strip_prefix("f:") else { return };
            if let Some(below) = map.get_mut(field).filter(|_| !rest.is_empty()) {
                remove(below, rest, &shape.field(field));
                if !is_empty(below) {
                    return;
                }
            }
            map.remove(field);
        }
        Value::Array(list) => {
            let (kind, inner) = (shape.list(), shape.item());
            let Some(at) = list.iter().position(|item| item_segment(item, &kind) == *segment) else { return };
            if rest.is_empty() {
                list.remove(at);
            } else {
                remove(&mut list[at], rest, &inner);
            }
        }
        _ => {}
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}
