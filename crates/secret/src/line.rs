//! What a line of text holds that looks like a secret.

use std::collections::BTreeSet;

use crate::named_value::holds_named_value;
use crate::shape::{RULES, Shape};
use crate::url::without_passwords;

/// All shapes that a line of text holds. A secret of no known shape is not found, and a harmless word may be: what is found
/// is for a person to look at.
pub fn shapes(line: &str) -> BTreeSet<Shape> {
    let mut found: BTreeSet<Shape> =
        RULES.iter().filter(|rule| rule.holds(line)).map(|rule| rule.shape).collect();
    if without_passwords(line) != line {
        found.insert(Shape::UrlPassword);
    }
    if holds_named_value(line) {
        found.insert(Shape::NamedValue);
    }
    found
}
