//! `cargo xtask schema`: the published JSON Schemas, made of the types.

use std::path::Path;

use serde_json::Value;

use crate::command::root;
use crate::report::Outcome;

/// Writes the schemas, or with `check` only says which ones are stale.
///
/// # Errors
/// One is stale, or can't be written.
pub fn run(check: bool) -> Outcome {
    let folder = root().join("schemas");
    if check { stale(&folder, &schemas()) } else { write(&folder, &schemas()) }
}

/// File name and content of each.
fn schemas() -> Vec<(&'static str, String)> {
    vec![
        ("cluster.schema.json", pretty(&cluster_spec::json_schema())),
        ("trace.schema.json", pretty(&trace::json_schema())),
    ]
}

fn pretty(schema: &Value) -> String {
    format!("{schema:#}\n")
}

fn write(folder: &Path, schemas: &[(&str, String)]) -> Outcome {
    let failed = |error: std::io::Error| vec![format!("failed to write the schemas: {error}")];
    fs_err::create_dir_all(folder).map_err(failed)?;
    for (name, content) in schemas {
        fs_err::write(folder.join(name), content).map_err(failed)?;
    }
    Ok(format!("{} schemas written", schemas.len()))
}

fn stale(folder: &Path, schemas: &[(&str, String)]) -> Outcome {
    let problems: Vec<String> = schemas
        .iter()
        .filter(|(name, content)| fs_err::read_to_string(folder.join(name)).ok().as_ref() != Some(content))
        .map(|(name, _)| format!("schemas/{name} is stale: run `cargo xtask schema`"))
        .collect();
    if problems.is_empty() { Ok("schemas are fresh".to_owned()) } else { Err(problems) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_schemas_are_those_of_the_types() {
        assert_eq!(run(true), Ok("schemas are fresh".to_owned()));
    }

    #[test]
    fn a_schema_that_was_edited_by_hand_is_stale() {
        let folder = tempfile::tempdir().unwrap();
        let schemas = [("a.json", pretty(&serde_json::json!({"type": "object"})))];
        write(folder.path(), &schemas).unwrap();
        assert!(stale(folder.path(), &schemas).is_ok());
        fs_err::write(folder.path().join("a.json"), "{}").unwrap();
        assert_eq!(
            stale(folder.path(), &schemas),
            Err(vec!["schemas/a.json is stale: run `cargo xtask schema`".to_owned()])
        );
    }

    #[test]
    fn a_schema_that_is_missing_is_stale() {
        let folder = tempfile::tempdir().unwrap();
        assert!(stale(folder.path(), &[("a.json", String::new())]).is_err());
    }
}
