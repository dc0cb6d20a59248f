//! The JSON Schemas that cluster.yaml is held against: the one this crate publishes, and one that a repository of
//! clusters brings along.

use jsonschema::Validator;
use jsonschema::error::{ValidationError, ValidationErrorKind};
use serde_json::{Value, json};

/// A repository's own `schemas/cluster.schema.json`.
pub struct RepositorySchema(Validator);

/// What a repository's schema has against a file.
pub(crate) struct Objection {
    /// Keys and indices from the root to the value.
    pub path: Vec<String>,
    /// The key in that value it is about, where it is about one that is missing or too many.
    pub key: Option<Key>,
    /// What the schema expects; never repeats a value.
    pub expected: String,
}

/// A key that a schema speaks of.
pub(crate) enum Key {
    Missing(String),
    Unexpected(String),
}

impl RepositorySchema {
    /// Understands a schema: of the draft it names, 2020-12 where it names none. Nothing outside it is fetched.
    ///
    /// # Errors
    /// Why it is no JSON Schema.
    pub fn new(schema: &Value) -> Result<Self, String> {
        jsonschema::validator_for(schema).map(Self).map_err(|error| error.to_string())
    }

    pub(crate) fn objections(&self, value: &Value) -> Vec<Objection> {
        self.0.iter_errors(value).flat_map(|error| objections(&error)).collect()
    }
}

fn objections(error: &ValidationError<'_>) -> Vec<Objection> {
    let path: Vec<String> = pointer(error.instance_path().as_str());
    let one = |key, expected| Objection { path: path.clone(), key, expected };
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default().to_owned();
            vec![one(Some(Key::Missing(name)), "required by the repository's schema".to_owned())]
        }
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => unexpected
            .iter()
            .map(|name| {
                one(Some(Key::Unexpected(name.clone())), "not a key of the repository's schema".to_owned())
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

/// The JSON Schema of cluster.yaml, published as `schemas/cluster.schema.json`: draft-07, which editors understand.
/// Never stricter than the program: sections that belong to the installer are named, and may hold anything.
pub fn json_schema() -> Value {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "cluster.yaml",
        "description": "One cluster. `name`, `dns.base_domain` and `gitops` are read by bitiq-bootstrap; the other sections belong to the installer and may hold anything.",
        "type": "object",
        "required": ["name", "dns", "gitops"],
        "properties": {
            "name": {
                "description": "The cluster's name, a DNS label. BASE_DOMAIN is apps.<name>.<dns.base_domain>.",
                "type": "string",
                "pattern": "^[a-z0-9-]+$",
                "minLength": 1,
                "maxLength": 63,
                "examples": ["prod", "example-aws-single-az"]
            },
            "dns": dns(),
            "gitops": gitops(),
            "env": { "description": "Belongs to the installer. What the hand-over reads is gitops.env." },
            "platform": { "description": "Belongs to the installer." },
            "openshift": { "description": "Belongs to the installer." },
            "credentials": { "description": "Belongs to the installer. No login of the GitOps repository belongs here." }
        }
    })
}

fn dns() -> Value {
    json!({
        "description": "Where the cluster's names live. Keys beside base_domain belong to the installer.",
        "type": "object",
        "required": ["base_domain"],
        "properties": {
            "base_domain": {
                "description": "The DNS name that the cluster's own name is put before.",
                "type": "string",
                "pattern": "^[a-z0-9.-]+$",
                "minLength": 1,
                "maxLength": 253,
                "examples": ["aws.ocp.signet.ing"]
            }
        }
    })
}

fn gitops() -> Value {
    json!({
        "description": "The repository that takes over once the cluster is up.",
        "type": "object",
        "required": ["repo_url", "repo_ref", "env"],
        "additionalProperties": false,
        "properties": {
            "repo_url": {
                "description": "Where the repository is: https, http, ssh, git@host:path or file. Never with a password.",
                "type": "string",
                "pattern": "^(https?://|ssh://|file:///|[^@/:]+@)",
                "examples": ["https://github.com/bitiq-io/gitops.git", "git@github.com:bitiq-io/gitops.git"]
            },
            "repo_ref": {
                "description": "A branch, a tag, a full commit id, or refs/….",
                "type": "string",
                "pattern": "^[^-]",
                "examples": ["main", "v1.2.0", "refs/pull/7/head"]
            },
            "env": {
                "description": "The environment, passed on as ENV. The GitOps repository owns the list of values.",
                "type": "string",
                "pattern": "^[a-z0-9-]+$",
                "minLength": 1,
                "examples": ["prod", "sno", "local"]
            }
        }
    })
}
