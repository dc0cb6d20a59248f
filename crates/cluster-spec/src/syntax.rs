//! Why a text is no YAML, in words and at a place that help to mend it.

use serde_saphyr::Error;
use serde_saphyr::budget::BudgetBreach;

use crate::problem::Found;

/// What the parser's `error` about `text` means.
pub(crate) fn explain(error: &Error, text: &str) -> Found {
    let place = error.location().map_or((1, 1), |at| (at.line() as usize, at.column() as usize));
    let at = offset(text, place);
    let said = error.without_snippet().render_with_formatter(&serde_saphyr::UserMessageFormatter);
    let said = said.split(" at line ").next().unwrap_or_default().to_owned();
    let tab = leading_tab(text, at).filter(|_| said.contains("tab"));
    let (message, expected, help) = match behind(error) {
        _ if tab.is_some() => {
            ("the file is not YAML: a tab indents this line", "expected spaces".to_owned(), None)
        }
        Error::MultipleDocuments { .. } | Error::Budget { breach: BudgetBreach::Documents { .. }, .. } => {
            ("the file holds a second YAML document", "expected one document".to_owned(), None)
        }
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => {
            ("the file is too large once its aliases are expanded, or too deeply nested", limits(), None)
        }
        _ if said.contains("recursion limit") => {
            ("the file is too large once its aliases are expanded, or too deeply nested", limits(), None)
        }
        Error::UnknownAnchor { .. } => {
            ("the file is not YAML", "expected the name of an anchor above".to_owned(), None)
        }
        _ => ("the file is not YAML", said.clone(), advice(&said)),
    };
    let at = tab.unwrap_or(at);
    Found { help: help.map(str::to_owned), ..Found::new("", at..at, message, expected) }
}

/// The error behind its wrappers.
fn behind(error: &Error) -> &Error {
    match error.without_snippet() {
        Error::AliasError { error, .. } => behind(error),
        error => error,
    }
}

fn limits() -> String {
    format!("expected at most {MOST_VALUES} values, 64 levels deep")
}

/// What is usually behind a complaint of the parser.
fn advice(said: &str) -> Option<&'static str> {
    let known = [
        (
            "mapping values are not allowed",
            "expected one `key: value` per line, keys of a section indented alike, and quotes around a value that holds `: `",
        ),
        ("illegal placement of ':'", "expected `]`, `}` or `,`: is a bracket above left open?"),
        ("unclosed quote", "expected a closing quote on this line"),
        ("unexpected character", "expected quotes around a value that begins with this character"),
        ("escape", "expected single quotes around a value with a backslash in it"),
    ];
    let found = known.into_iter().find(|(part, _)| said.contains(part)).map(|(_, advice)| advice);
    found.or(Some("expected lines of `key: value`, indented with spaces"))
}

/// The byte at a line and a character in it, both counted from 1.
fn offset(text: &str, (line, column): (usize, usize)) -> usize {
    let start = match line.saturating_sub(1) {
        0 => text.len() - text.trim_start_matches('\u{feff}').len(),
        before => text.match_indices('\n').nth(before - 1).map_or(text.len(), |(at, _)| at + 1),
    };
    let rest = &text[start..];
    let line = rest.split('\n').next().unwrap_or_default();
    start + line.char_indices().nth(column.saturating_sub(1)).map_or(line.trim_end().len(), |(at, _)| at)
}

/// The first tab that indents a line, from the line of `at` on.
fn leading_tab(text: &str, at: usize) -> Option<usize> {
    let mut start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    for line in text[start..].split_inclusive('\n') {
        let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        if let Some(tab) = indent.find('\t') {
            return Some(start + tab);
        }
        start += line.len();
    }
    None
}

/// The most values, anchors expanded, that a file may hold.
pub(crate) const MOST_VALUES: usize = 50_000;
