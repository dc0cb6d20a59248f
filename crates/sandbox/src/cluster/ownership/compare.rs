//! What differs between two states of an object, field by field.

use serde_json::{Value, json};

use crate::cluster::ownership::fields::{FieldSet, Path, children};
use crate::cluster::ownership::shape::{ListShape, Shape};

/// The fields that differ.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    pub added: FieldSet,
    pub changed: FieldSet,
    pub removed: FieldSet,
}

impl Difference {
    /// From `old` to `new`.
    pub(crate) fn between(old: &Value, new: &Value, shape: &Shape<'_>) -> Self {
        let mut difference = Self::default();
        difference.walk(old, new, shape, &mut Vec::new());
        difference
    }

    /// All that was added or changed.
    pub(crate) fn written(&self) -> FieldSet {
        let mut written = self.added.clone();
        written.add(self.changed.clone());
        written
    }

    fn walk(&mut self, old: &Value, new: &Value, shape: &Shape<'_>, at: &mut Path) {
        if old == new {
            return;
        }
        let granular = match (old, new) {
            (Value::Object(_), Value::Object(_)) => !shape.is_atomic_map(),
            (Value::Array(_), Value::Array(_)) => shape.list() != ListShape::Atomic,
            _ => false,
        };
        if !granular {
            self.changed.insert(at.clone());
            return;
        }
        let (before, after) = (children(old, shape), children(new, shape));
        for (segment, value, shape) in &after {
            at.push(segment.clone());
            match before.iter().find(|(one, ..)| one == segment) {
                Some((_, earlier, _)) => self.walk(earlier, value, shape, at),
                None => self.added.add(FieldSet::every(value, shape, at)),
            }
            at.pop();
        }
        for (segment, value, shape) in &before {
            if !after.iter().any(|(one, ..)| one == segment) {
                at.push(segment.clone());
                self.removed.add(FieldSet::every(value, shape, at));
                at.pop();
            }
        }
    }
}

/// Metadata that belongs to the server, which no manager owns.
const SERVERS_OWN: [&str; 9] = [
    "name",
    "namespace",
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "generation",
    "managedFields",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
];

/// `object` without what no manager can own.
pub(crate) fn ownable(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(map) = object.as_object_mut() {
        map.remove("apiVersion");
        map.remove("kind");
    }
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.retain(|field, _| !SERVERS_OWN.contains(&field.as_str()));
        if metadata.is_empty()
            && let Some(map) = object.as_object_mut()
        {
            map.remove("metadata");
        }
    }
    object
}

/// What `object` is compared with: `before`, or nothing, with the same structure. Metadata, and for built-in kinds spec
/// and status, are always there for the server, so nobody comes to own them as such.
pub(crate) fn comparable(before: Option<&Value>, object: &Value, shape: &Shape<'_>) -> Value {
    let mut before = before.map_or_else(|| json!({}), ownable);
    let parts: &[&str] = if shape.is_custom() { &["metadata"] } else { &["metadata", "spec", "status"] };
    for part in parts {
        if object[part].is_object() && before.get(part).is_none() {
            before[part] = json!({});
        }
    }
    before
}
