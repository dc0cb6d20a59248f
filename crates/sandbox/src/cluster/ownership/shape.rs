//! How the values of a kind merge: which lists are keyed, which are sets, and what is taken as a whole.

use serde_json::Value;

use crate::cluster::objects::schema;

/// How a list is treated by server-side apply and strategic merge patches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ListShape {
    /// Taken as a whole.
    Atomic,
    /// Items are known by their value.
    Set,
    /// Items are known by these keys.
    Keyed(Vec<String>),
}

/// Fields of built-in kinds whose lists are keyed, and by what.
const KEYED: &[(&str, &[&str])] = &[
    ("ownerReferences", &["uid"]),
    ("containers", &["name"]),
    ("initContainers", &["name"]),
    ("ephemeralContainers", &["name"]),
    ("env", &["name"]),
    ("volumes", &["name"]),
    ("volumeMounts", &["mountPath"]),
    ("imagePullSecrets", &["name"]),
    ("secrets", &["name"]),
    ("ports", &["containerPort", "protocol"]),
    ("conditions", &["type"]),
    ("addresses", &["type"]),
];

/// Maps of built-in kinds that are taken as a whole.
const ATOMIC_MAPS: &[&str] = &[
    "selector",
    "nodeSelector",
    "roleRef",
    "secretKeyRef",
    "configMapKeyRef",
    "fieldRef",
    "resourceFieldRef",
];

/// The place of a value inside an object, as far as merging cares.
#[derive(Debug, Clone)]
pub(crate) struct Shape<'a> {
    /// The OpenAPI schema of this value, for custom resources.
    schema: Option<&'a Value>,
    /// Whether built-in knowledge applies: built-in kinds, and everybody's metadata.
    known: bool,
    field: &'a str,
}

impl<'a> Shape<'a> {
    /// A whole object of a built-in kind.
    pub(crate) fn built_in() -> Self {
        Self { schema: None, known: true, field: "" }
    }

    /// A whole object of a kind that `definition` makes, in `version`.
    pub(crate) fn custom(definition: &'a Value, version: &str) -> Self {
        Self { schema: schema::of(definition, version), known: false, field: "" }
    }

    /// Whether this belongs to a custom kind, and is nothing every object has.
    pub(crate) fn is_custom(&self) -> bool {
        !self.known
    }

    /// The value under `field`.
    pub(crate) fn field(&self, field: &'a str) -> Self {
        let schema = self.schema.and_then(|schema| {
            schema["properties"]
                .get(field)
                .or_else(|| schema.get("additionalProperties"))
                .filter(|one| one.is_object())
        });
        let known = self.known || (self.field.is_empty() && field == "metadata");
        Self { schema, known, field }
    }

    /// An item of this list.
    pub(crate) fn item(&self) -> Self {
        let schema = self.schema.and_then(|schema| schema.get("items"));
        // An item has no name of its own, and is not the root.
        Self { schema, known: self.known, field: "[]" }
    }

    /// How this list merges.
    pub(crate) fn list(&self) -> ListShape {
        if self.known {
            return self.known_list();
        }
        let Some(schema) = self.schema else { return ListShape::Atomic };
        match schema["x-kubernetes-list-type"].as_str() {
            Some("set") => ListShape::Set,
            Some("map") => ListShape::Keyed(
                crate::cluster::objects::kinds::items(&schema["x-kubernetes-list-map-keys"])
                    .map(crate::cluster::objects::kinds::text)
                    .collect(),
            ),
            _ => ListShape::Atomic,
        }
    }

    /// Whether this map is taken as a whole.
    pub(crate) fn is_atomic_map(&self) -> bool {
        if self.known {
            return ATOMIC_MAPS.contains(&self.field);
        }
        self.schema.is_some_and(|schema| schema["x-kubernetes-map-type"] == "atomic")
    }

    fn known_list(&self) -> ListShape {
        if self.field == "finalizers" {
            return ListShape::Set;
        }
        let keyed = KEYED.iter().find(|(field, _)| *field == self.field);
        keyed.map_or(ListShape::Atomic, |(_, keys)| {
            ListShape::Keyed(keys.iter().map(|&key| key.to_owned()).collect())
        })
    }
}

/// The value of one key of a keyed item; a protocol that is left out is TCP.
pub(crate) fn key_value(item: &Value, key: &str) -> Option<Value> {
    let value = item.get(key).cloned();
    value.or_else(|| (key == "protocol").then(|| Value::from("TCP")))
}

/// Whether two items of a keyed list are the same one.
pub(crate) fn same_item(a: &Value, b: &Value, keys: &[String]) -> bool {
    keys.iter().all(|key| key_value(a, key) == key_value(b, key))
}
