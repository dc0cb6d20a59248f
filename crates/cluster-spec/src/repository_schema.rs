//! The JSON Schema that a repository of clusters brings along: what it has against a file, and where.

use jsonschema::Validator;
use jsonschema::error::{ValidationError, ValidationErrorKind};
use serde_json::Value as Json;

use crate::key::{join, shown};
use crate::problem::Found;
use crate::yaml::{Node, Value, get};

/// A repository's own `schemas/cluster.schema.json`.
pub struct RepositorySchema(Validator);

/// A rule of the repository's schema that a file breaks.
pub(crate) struct Objection {
    /// Keys and indices from the root to the value.
    pub path: Vec<String>,
    /// The key in that value it is about, where it is about one that is missing or too many.
    pub key: Option<Named>,
    /// The schema's expectation; never repeats a value.
    pub expected: String,
}

/// A key that a schema speaks of.
pub(crate) enum Named {
    Missing(String),
    Unexpected(String),
}

impl RepositorySchema {
    /// Understands a schema: of the draft it names, 2020-12 where it names none. Nothing outside it is fetched.
    ///
    /// # Errors
    /// Why it is no JSON Schema.
    pub fn new(schema: &Json) -> Result<Self, String> {
        jsonschema::validator_for(schema).map(Self).map_err(|error| error.to_string())
    }

    pub(crate) fn objections(&self, value: &Json) -> Vec<Objection> {
        self.0.iter_errors(value).flat_map(|error| objections(&error)).collect()
    }
}

fn objections(error: &ValidationError<'_>) -> Vec<Objection> {
    let path: Vec<String> = pointer(error.instance_path().as_str());
    let one = |key, expected| Objection { path: path.clone(), key, expected };
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default().to_owned();
            vec![one(Some(Named::Missing(name)), "required by the repository's schema".to_owned())]
        }
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => unexpected
            .iter()
            .map(|name| {
                one(Some(Named::Unexpected(name.clone())), "not a key of the repository's schema".to_owned())
            })
            .collect(),
        ValidationErrorKind::Enum { options } => vec![one(None, format!("expected one of {options}"))],
        ValidationErrorKind::Pattern { pattern } => vec![one(None, format!("expected to match {pattern}"))],
        ValidationErrorKind::Format { format } => vec![one(None, format!("expected a {format}"))],
        _ => vec![one(None, error.masked_with("the value").to_string())],
    }
}

fn pointer(text: &str) -> Vec<String> {
    text.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect()
}

/// Finds the place in the file that an objection of the repository's schema is about.
pub(crate) fn locate(root: &Node, objection: Objection) -> Option<Found> {
    let (mut node, mut span) = (root, root.span.clone());
    for part in &objection.path {
        (node, span) = match &node.value {
            Value::Map(entries) => get(entries, part).map(|(key, node)| (node, key.span.clone()))?,
            Value::List(items) => {
                items.get(part.parse::<usize>().ok()?).map(|node| (node, node.span.clone()))?
            }
            _ => return None,
        };
    }
    let path = objection.path.join(".");
    Some(match objection.key {
        Some(Named::Missing(key)) => {
            let path = join(&path, &key);
            Found::new(&path, span, format!("`{}` is missing", shown(&path)), objection.expected)
        }
        Some(Named::Unexpected(key)) => {
            let span = match &node.value {
                Value::Map(entries) => get(entries, &key).map_or(span, |(key, _)| key.span.clone()),
                _ => span,
            };
            let path = join(&path, &key);
            Found::new(&path, span, format!("`{}` is not allowed", shown(&path)), objection.expected)
        }
        None => {
            let what = if path.is_empty() { "the file".to_owned() } else { format!("`{}`", shown(&path)) };
            let message = format!("{what} does not fit the repository's schema");
            Found::new(&path, span, message, objection.expected)
        }
    })
}
