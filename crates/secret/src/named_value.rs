//! `password: …` and its like: whether a value that is named as a secret is one. Logs and plans are full of names that only
//! tell of secrets (`secret: gitops-repo`, `token: permission denied`), so the value decides with the name.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::masked::{MASKED, SHORTEST_MASKED};

/// A name that ends so, what separates it, quotes, the value. Blanks and quotes end a value, and so does what ends one in
/// JSON, in a shell or in a URL's query.
const PATTERN: &str = r#"(?ix)
    (password|passwd|passphrase|token|secret|jwt|(?:api|access|secret|private)[_-]?key)
    ["'\\]*  \s*  (:=?|=>?)  [\x20\t]*
    (["'\\]*)  ([^\s"'\\,;&(){}\[\]|]+)  (["'\\]*)  ([^\n]*)"#;

/// A password is short and of any letters; all else that is secret was made by a machine.
const PASSWORDS: [&str; 3] = ["password", "passwd", "passphrase"];
const SHORTEST_PASSWORD: usize = 4;

/// What stands where there is none, or where it is not shown.
const EMPTY: [&str; 14] = [
    "null",
    "none",
    "nil",
    "true",
    "false",
    "unset",
    "empty",
    "redacted",
    "masked",
    "hidden",
    "omitted",
    "changed",
    "unchanged",
    "missing",
];

/// Whether a value stands in the line that its name calls a secret, and that looks like one.
pub(crate) fn holds_named_value(line: &str) -> bool {
    static FINDER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(PATTERN).expect("the pattern is a constant, and the tests use it"));
    let mut rest = line;
    // Not `captures_iter`: the rest of the line, which each of them looks at, may hold the next.
    while let Some(found) = FINDER.captures(rest) {
        if is_secret(&found) {
            return true;
        }
        rest = found.get(1).map_or("", |name| &rest[name.end()..]);
    }
    false
}

fn is_secret(found: &Captures<'_>) -> bool {
    let group = |number: usize| found.get(number).map_or("", |it| it.as_str());
    let value = group(4).trim_end_matches(['.', ':', '!', '?']);
    if is_placeholder(value) {
        return false;
    }
    if PASSWORDS.contains(&group(1).to_lowercase().as_str()) {
        let quoted = !group(3).is_empty() && !group(5).is_empty();
        is_password(value, quoted || group(2) == "=" || ends_there(group(6)))
    } else {
        is_made(value)
    }
}

fn is_placeholder(value: &str) -> bool {
    value.contains(MASKED)
        || value.starts_with(['$', '<', '%', '*', '…', '/', '~'])
        || EMPTY.contains(&value.to_lowercase().as_str())
}

/// Nothing comes after it that would make it the first word of a sentence.
fn ends_there(after: &str) -> bool {
    let after = after.trim_start();
    after.is_empty() || after.starts_with([',', ';', '&', '}', ']', ')', '#', '|', '\\'])
}

fn is_password(value: &str, alone: bool) -> bool {
    value.len() >= SHORTEST_PASSWORD && (alone || has_digit_and_letter(value))
}

/// Made by a machine: letters and digits, and no name of an object, a path or a domain.
fn is_made(value: &str) -> bool {
    value.len() >= SHORTEST_MASKED
        && has_digit_and_letter(value)
        && (is_uuid(value) || !is_name(value))
        && !value.starts_with("sha256:")
}

fn has_digit_and_letter(value: &str) -> bool {
    value.chars().any(|it| it.is_ascii_digit()) && value.chars().any(|it| it.is_ascii_alphabetic())
}

/// As Kubernetes names things, in words: `vault-token-reviewer-2`, `kubernetes.io/x1`.
fn is_name(value: &str) -> bool {
    let lower = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "-./".contains(it);
    value.chars().all(lower) && value.contains(['-', '.', '/'])
}

fn is_uuid(value: &str) -> bool {
    let lengths: Vec<usize> = value.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && value.chars().all(|it| it == '-' || it.is_ascii_hexdigit())
}
