//! The JSON Schema of a trace, published as `schemas/trace.schema.json`.

use serde_json::Value;

use crate::Trace;

/// The JSON Schema (2020-12) of a trace, made of the types themselves.
pub fn json_schema() -> Value {
    let mut schema = schemars::schema_for!(Trace);
    schema.insert("$id".to_owned(), "urn:bitiq-bootstrap:schema:trace:1".into());
    schema.insert("title".to_owned(), "Trace of a bitiq-bootstrap run".into());
    schema.to_value()
}
