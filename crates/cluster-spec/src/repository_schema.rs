//! The JSON Schema that a repository of clusters brings along: what it has against a file, and where.

use jsonschema::Validator;
use jsonschema::error::{ValidationError, ValidationErrorKind};
use serde_json::Value as Json;

use crate::key::{join, shown};
use crate::problem::Found;
use crate::spec_error::SpecError;
use crate::yaml::{Node, Value, get};

/// A repository's own `schemas/cluster.schema.json`.
pub struct RepositorySchema(Validator);

/// A rule of the repository's schema that a file breaks.
pub(crate) struct Objection {
    /// Keys and indices from the root to the value.
    pub path: Vec<String>,
    /// The rule that is broken there.
    pub breach: Breach,
}

/// A broken rule of a schema.
pub(crate) enum Breach {
    /// A key is missing.
    Missing(String),
    /// A key is too many.
    Unexpected(String),
    /// The value is not the one that is expected, which is described without repeating it.
    Value(String),
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
    breaches(error).into_iter().map(|breach| Objection { path: path.clone(), breach }).collect()
}

fn breaches(error: &ValidationError<'_>) -> Vec<Breach> {
    let expected = match error.kind() {
        ValidationErrorKind::Required { property } => {
            return vec![Breach::Missing(property.as_str().unwrap_or_default().to_owned())];
        }
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            return unexpected.iter().cloned().map(Breach::Unexpected).collect();
        }
        ValidationErrorKind::Enum { options } => format!("expected one of {options}"),
        ValidationErrorKind::Pattern { pattern } => format!("expected to match {pattern}"),
        ValidationErrorKind::Format { format } => format!("expected a {format}"),
        _ => error.masked_with("the value").to_string(),
    };
    vec![Breach::Value(expected)]
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
    Some(match objection.breach {
        Breach::Missing(key) => {
            let path = join(&path, &key);
            Found::new(&path, span, &SpecError::SchemaRequires { path: shown(&path) })
        }
        Breach::Unexpected(key) => {
            let span = match &node.value {
                Value::Map(entries) => get(entries, &key).map_or(span, |(key, _)| key.span.clone()),
                _ => span,
            };
            let path = join(&path, &key);
            Found::new(&path, span, &SpecError::SchemaForbids { path: shown(&path) })
        }
        Breach::Value(expected) => {
            Found::new(&path, span, &SpecError::SchemaRefuses { path: shown(&path), expected })
        }
    })
}
