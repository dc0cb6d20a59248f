//! From the text of a cluster.yaml to a [`ClusterSpec`], or to everything that is wrong with it.

use crate::problem::{Found, SpecProblems};
use crate::redact::safe_by_sight;
use crate::repository_schema::RepositorySchema;
use crate::spec_error::SpecError;
use crate::text::utf8;
use crate::validate_tree::{Parsed, TreeValidator};
use crate::yaml::Node;

/// The longest file that is read, in bytes. The longest real one has less than two thousand.
pub(crate) const LONGEST: usize = 1024 * 1024;

/// Understands the bytes of a cluster.yaml that is called `file` in messages, and holds it against the repository's
/// `schema` where there is one.
///
/// # Errors
/// Everything that is wrong with it; a text that is no YAML is the only problem then.
pub fn parse(file: &str, bytes: &[u8], schema: Option<&RepositorySchema>) -> Result<Parsed, SpecProblems> {
    let text = &decode(file, bytes)?;
    let root = Node::parse(text).map_err(|found| {
        let safe = safe_by_sight(text, found.span.start);
        SpecProblems::new(file, text, &safe, vec![found])
    })?;
    let mut validator = TreeValidator::new(file, text, &root);
    let spec = validator.root(&root);
    if let Some(schema) = schema {
        validator.add_objections(schema, &root);
    }
    validator.finish(spec)
}

/// The text, where the bytes are one and not too many.
fn decode(file: &str, bytes: &[u8]) -> Result<String, SpecProblems> {
    if bytes.len() > LONGEST {
        let found = Found::new("", 0..0, &SpecError::TooLong);
        return Err(SpecProblems::new(file, "", &[], vec![found]));
    }
    String::from_utf8(utf8(bytes).into_owned()).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        // All before the spot is text; what the spot itself holds can't be shown.
        let before = std::str::from_utf8(&error.as_bytes()[..at]).unwrap_or_default();
        let found = Found::new("", at..at, &SpecError::NotUtf8);
        SpecProblems::new(file, before, &safe_by_sight(before, at), vec![found])
    })
}
