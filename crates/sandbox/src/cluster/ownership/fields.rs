//! Sets of fields, as `managedFields` writes them (`fieldsV1`) and as messages name them.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::cluster::ownership::shape::{ListShape, Shape, key_value};

/// The way to a field: `f:name`, `k:{"name":"a"}` (an item by its keys), `v:"a"` (an item by its value).
pub(crate) type Path = Vec<String>;

/// A set of fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FieldSet(BTreeSet<Path>);

impl FieldSet {
    /// Reads `fieldsV1`.
    pub(crate) fn from_v1(fields: &Value) -> Self {
        let mut set = Self::default();
        set.read(fields, &mut Vec::new());
        set
    }

    fn read(&mut self, fields: &Value, at: &mut Path) {
        let Some(children) = fields.as_object() else { return };
        if children.is_empty() && !at.is_empty() {
            self.0.insert(at.clone());
        }
        for (segment, below) in children {
            if segment == "." {
                self.0.insert(at.clone());
                continue;
            }
            at.push(segment.clone());
            self.read(below, at);
            at.pop();
        }
    }

    /// Writes `fieldsV1`.
    pub(crate) fn to_v1(&self) -> Value {
        let mut root = Map::new();
        for path in &self.0 {
            let mut level = &mut root;
            for segment in path {
                let below = level.entry(segment.clone()).or_insert_with(|| json!({}));
                level = below.as_object_mut().expect("every level is made an object here");
            }
            if self.has_below(path) {
                level.insert(".".to_owned(), json!({}));
            }
        }
        Value::Object(root)
    }

    /// The fields that `value` sets, as server-side apply counts them: leaves, items, and empty maps.
    pub(crate) fn applied(value: &Value, shape: &Shape<'_>) -> Self {
        let mut set = Self::default();
        set.collect(value, shape, &mut Vec::new(), false);
        set
    }

    /// Every field inside `value`, with the maps and lists between.
    pub(crate) fn every(value: &Value, shape: &Shape<'_>, at: &mut Path) -> Self {
        let mut set = Self::default();
        set.collect(value, shape, at, true);
        set
    }

    fn collect(&mut self, value: &Value, shape: &Shape<'_>, at: &mut Path, between: bool) {
        let keyed_item = at.last().is_some_and(|segment| segment.starts_with("k:"));
        let leaf = match value {
            Value::Object(map) => map.is_empty() || shape.is_atomic_map(),
            Value::Array(list) => list.is_empty() || shape.list() == ListShape::Atomic,
            _ => true,
        };
        if !at.is_empty() && (leaf || between || keyed_item) {
            self.0.insert(at.clone());
        }
        if leaf {
            return;
        }
        for (segment, below, shape) in children(value, shape) {
            at.push(segment);
            self.collect(below, &shape, at, between);
            at.pop();
        }
    }

    pub(crate) fn insert(&mut self, path: Path) {
        self.0.insert(path);
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(crate) fn take_away(&mut self, other: &Self) {
        self.0.retain(|path| !other.0.contains(path));
    }

    pub(crate) fn contains(&self, path: &Path) -> bool {
        self.0.contains(path)
    }

    /// Whether a field inside `path` is in the set.
    pub(crate) fn has_below(&self, path: &Path) -> bool {
        let mut after = self.0.range(path.clone()..);
        after.find(|one| *one != path).is_some_and(|next| next.starts_with(path))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Path> {
        self.0.iter()
    }
}

/// What is inside a map or a list that is not atomic, with the segment that leads there.
pub(crate) fn children<'a>(value: &'a Value, shape: &Shape<'a>) -> Vec<(String, &'a Value, Shape<'a>)> {
    match value {
        Value::Object(map) => {
            map.iter().map(|(field, below)| (format!("f:{field}"), below, shape.field(field))).collect()
        }
        Value::Array(list) => {
            list.iter().map(|item| (item_segment(item, &shape.list()), item, shape.item())).collect()
        }
        _ => Vec::new(),
    }
}

/// How an item of a list is called.
pub(crate) fn item_segment(item: &Value, list: &ListShape) -> String {
    match list {
        ListShape::Keyed(keys) => {
            let named = keys.iter().filter_map(|key| Some((key.clone(), key_value(item, key)?)));
            format!("k:{}", Value::Object(named.collect()))
        }
        ListShape::Set | ListShape::Atomic => format!("v:{item}"),
    }
}

/// `.data.password`, `.spec.containers[name="web"].image`.
pub(crate) fn display(path: &Path) -> String {
    path.iter().map(|segment| display_segment(segment)).collect()
}

fn display_segment(segment: &str) -> String {
    let (sort, rest) = segment.split_at(segment.len().min(2));
    match sort {
        "k:" => {
            let keys: Value = serde_json::from_str(rest).unwrap_or_default();
            let named: Vec<_> =
                keys.as_object().into_iter().flatten().map(|(key, value)| format!("{key}={value}")).collect();
            format!("[{}]", named.join(","))
        }
        "v:" => format!("[={rest}]"),
        _ => format!(".{rest}"),
    }
}
