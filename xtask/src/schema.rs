//! `cargo xtask schema`: the published JSON Schemas, as the program prints them.

use std::path::Path;

use serde_json::Value;

use crate::command::{output, root};
use crate::report::{Outcome, failed};

/// Writes the schemas, or with `check` only says which ones are stale.
///
/// # Errors
/// One is stale, or can't be written.
pub fn run(check: bool) -> Outcome {
    let folder = root().join("schemas");
    let schemas = schemas()?;
    if check { stale(&folder, &schemas) } else { write(&folder, &schemas) }
}

/// File name and content of each: the program knows them, its documents are its own.
fn schemas() -> Result<Vec<(String, String)>, Vec<String>> {
    let list: Value = serde_json::from_str(&printed(&["--list", "-o", "json"])?).map_err(failed)?;
    let names = list["schemas"].as_object().map(|all| all.keys().cloned().collect::<Vec<_>>());
    let content = |name: String| Ok((format!("{name}.schema.json"), printed(&[&name])?));
    names.unwrap_or_default().into_iter().map(content).collect()
}

fn printed(arguments: &[&str]) -> Result<String, Vec<String>> {
    let program = ["run", "--quiet", "--package", "bitiq-bootstrap", "--", "schema"];
    let printed = output("cargo", &[&program, arguments].concat()).map_err(failed)?;
    String::from_utf8(printed).map_err(failed)
}

fn write(folder: &Path, schemas: &[(String, String)]) -> Outcome {
    let failed = |error: std::io::Error| vec![format!("failed to write the schemas: {error}")];
    fs_err::create_dir_all(folder).map_err(failed)?;
    for (name, content) in schemas {
        fs_err::write(folder.join(name), content).map_err(failed)?;
    }
    Ok(format!("{} schemas written", schemas.len()))
}

fn stale(folder: &Path, schemas: &[(String, String)]) -> Outcome {
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
    fn a_schema_that_was_edited_by_hand_is_stale() {
        let folder = tempfile::tempdir().unwrap();
        let schemas = [("a.json".to_owned(), "{\"type\":\"object\"}\n".to_owned())];
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
        assert!(stale(folder.path(), &[("a.json".to_owned(), String::new())]).is_err());
    }
}
