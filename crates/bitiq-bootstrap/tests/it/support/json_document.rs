//! The one JSON document of a command.

use serde_json::Value;

use super::process::Run;

/// Ends with this code and one JSON document that says which version it has.
pub async fn check(run: Run, code: i32) -> Value {
    let json = run.ran().await.exits(code).json();
    assert!(json["schema_version"].as_u64().is_some(), "{json}");
    json
}
