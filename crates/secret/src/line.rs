//! Finds what looks like a secret in a line of text.

use std::collections::BTreeSet;

use crate::named_value::holds_named_value;
use crate::secret_pattern::{RULES, SecretPattern};
use crate::url::without_passwords;

/// All patterns of secrets that a line of text holds. A secret of no known pattern is not found, and a harmless word may be: what is found
/// is for a person to look at.
pub fn secret_patterns(line: &str) -> BTreeSet<SecretPattern> {
    let mut found: BTreeSet<SecretPattern> =
        RULES.iter().filter(|rule| rule.holds(line)).map(|rule| rule.kind).collect();
    if without_passwords(line) != line {
        found.insert(SecretPattern::UrlPassword);
    }
    if holds_named_value(line) {
        found.insert(SecretPattern::NamedValue);
    }
    found
}
