//! Schemas of all documents.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::document::{Document, TextView, VERSION};
use super::jsonl::Line;
use super::{
    BundleDocument, Env, Explained, Failed, InfraIdDocument, InitDocument, Plan, Report, Status, TraceDiff,
    TraceList, Valid,
};

/// A published schema.
pub struct Published {
    /// Its name.
    pub name: &'static str,
    /// What prints such a document.
    pub of: &'static str,
    /// Makes it, apart from its `$id`.
    schema: fn() -> Value,
}

impl Published {
    /// The schema. Its `$id` is a name and no address: nobody has to fetch anything, and a copy in another repository is
    /// the same schema. The number goes up with `schema_version`.
    pub fn document(&self) -> Value {
        let mut schema = (self.schema)();
        if let Some(map) = schema.as_object_mut() {
            map.entry("$id").or_insert_with(|| format!("urn:bitiq-bootstrap:schema:{}:1", self.name).into());
        }
        schema
    }
}

/// All of them.
pub const SCHEMAS: &[Published] = &[
    published("cluster", "cluster.yaml itself", cluster_spec::json_schema),
    published(
        "trace",
        "run, vault-auth, repo-creds, release, trace; gitops-bootstrap.json",
        trace::json_schema,
    ),
    published("trace-list", "trace --list", of::<TraceList<'static>>),
    published("trace-diff", "trace --diff", of::<TraceDiff>),
    published("plan", "plan; run, vault-auth, repo-creds, release --dry-run", of::<Plan<'static>>),
    published("report", "check, verify", of::<Report<'static>>),
    published("status", "status", of::<Status<'static>>),
    published("validate", "validate", of::<Valid<'static>>),
    published("env", "env", of::<Env<'static>>),
    published("infra-id", "infra-id", of::<InfraIdDocument<'static>>),
    published("init", "init", of::<InitDocument>),
    published("support-bundle", "support-bundle", of::<BundleDocument<'static>>),
    published("explain", "explain", of::<Explained<'static>>),
    published("schema-list", "schema --list", of::<SchemaList>),
    published(
        "failure",
        "any command that failed before it had a document of its own",
        of::<Failed<'static>>,
    ),
    published("event", "one line of -o jsonl", of::<Line<'static>>),
];

const fn published(name: &'static str, of: &'static str, schema: fn() -> Value) -> Published {
    Published { name, of, schema }
}

fn of<T: JsonSchema>() -> Value {
    schemars::schema_for!(T).to_value()
}

/// Of `schema --list`.
#[derive(Serialize, JsonSchema)]
pub struct SchemaList {
    /// The version of this document: 1.
    schema_version: u32,
    /// The name of each schema, and what it describes.
    schemas: BTreeMap<&'static str, &'static str>,
}

impl SchemaList {
    /// Of all schemas.
    pub fn of_all() -> Self {
        Self { schema_version: VERSION, schemas: SCHEMAS.iter().map(|it| (it.name, it.of)).collect() }
    }
}

impl Document for SchemaList {
    fn text(&self, _: &TextView<'_>) -> String {
        SCHEMAS.iter().map(|it| format!("{:<12} {}\n", it.name, it.of)).collect()
    }
}
