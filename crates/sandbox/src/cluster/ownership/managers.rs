//! `metadata.managedFields`: who wrote which field.

use serde_json::{Value, json};

use crate::cluster::clock;
use crate::cluster::objects::kinds::{items, text};
use crate::cluster::ownership::compare::{Difference, comparable, ownable};
use crate::cluster::ownership::fields::FieldSet;
use crate::cluster::ownership::shape::Shape;

/// Who writes, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Writer {
    /// The field manager.
    pub manager: String,
    /// The version written in.
    pub api_version: String,
    /// `status`, or empty.
    pub subresource: String,
}

/// One entry of `managedFields`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub writer: Writer,
    /// `Apply` or `Update`.
    pub operation: String,
    pub time: String,
    pub fields: FieldSet,
}

impl Entry {
    fn from_json(entry: &Value) -> Self {
        Self {
            writer: Writer {
                manager: text(&entry["manager"]),
                api_version: text(&entry["apiVersion"]),
                subresource: text(&entry["subresource"]),
            },
            operation: text(&entry["operation"]),
            time: text(&entry["time"]),
            fields: FieldSet::from_v1(&entry["fieldsV1"]),
        }
    }

    fn to_json(&self) -> Value {
        let mut entry = json!({
            "manager": self.writer.manager, "operation": self.operation, "apiVersion": self.writer.api_version,
            "time": self.time, "fieldsType": "FieldsV1", "fieldsV1": self.fields.to_v1(),
        });
        if !self.writer.subresource.is_empty() {
            entry["subresource"] = json!(self.writer.subresource);
        }
        entry
    }

    /// Whether this is the entry of `writer` for `operation`.
    pub(crate) fn is(&self, writer: &Writer, operation: &str) -> bool {
        self.writer == *writer && self.operation == operation
    }

    /// How a conflict names this manager: `"kubectl" using v1`, or `"helm"` for one that applies.
    pub(crate) fn display(&self) -> String {
        let mut name = format!("{:?}", self.writer.manager);
        if !self.writer.subresource.is_empty() {
            name.push_str(&format!(" with subresource {:?}", self.writer.subresource));
        }
        if self.operation == "Update" {
            name.push_str(&format!(" using {}", self.writer.api_version));
        }
        name
    }
}

/// The entries of an object.
pub(crate) fn read(object: &Value) -> Vec<Entry> {
    items(&object["metadata"]["managedFields"])
        .map(Entry::from_json)
        .filter(|entry| !entry.fields.is_empty())
        .collect()
}

/// Puts entries on an object, in the server's order.
pub(crate) fn write(object: &mut Value, mut entries: Vec<Entry>) {
    entries.retain(|entry| !entry.fields.is_empty());
    entries.sort_by(|a, b| {
        (&a.operation, &a.time, &a.writer.manager).cmp(&(&b.operation, &b.time, &b.writer.manager))
    });
    object["metadata"]["managedFields"] = entries.iter().map(Entry::to_json).collect();
    if let Some(metadata) = object["metadata"].as_object_mut().filter(|_| entries.is_empty()) {
        metadata.remove("managedFields");
    }
}

/// Adds `fields` to the entry of `writer`, or sets them where `replace` says so. The time moves only with the fields.
pub(crate) fn give(
    entries: &mut Vec<Entry>,
    writer: &Writer,
    operation: &str,
    fields: FieldSet,
    replace: bool,
) {
    if let Some(entry) = entries.iter_mut().find(|entry| entry.is(writer, operation)) {
        let mut next = if replace { FieldSet::default() } else { entry.fields.clone() };
        next.add(fields);
        if next != entry.fields {
            entry.fields = next;
            entry.time = clock::now();
        }
    } else {
        entries.push(Entry {
            writer: writer.clone(),
            operation: operation.to_owned(),
            time: clock::now(),
            fields,
        });
    }
}

/// Records an update (create, PUT, or any patch but apply) from `old` to `new` on `new`.
pub(crate) fn record_update(old: Option<&Value>, new: &mut Value, writer: &Writer, shape: &Shape<'_>) {
    let after = ownable(new);
    let difference = Difference::between(&comparable(old, &after, shape), &after, shape);
    let mut entries = if items(&new["metadata"]["managedFields"]).next().is_some() {
        read(new)
    } else {
        old.map(read).unwrap_or_default()
    };
    let written = difference.written();
    for entry in &mut entries {
        if !entry.is(writer, "Update") {
            entry.fields.take_away(&written);
        }
        entry.fields.take_away(&difference.removed);
    }
    if !written.is_empty() {
        give(&mut entries, writer, "Update", written, false);
    }
    write(new, entries);
}
