//! Why a text is no YAML, in words and at a place that help to mend it.

use serde_saphyr::Error;
use serde_saphyr::budget::BudgetBreach;

use crate::problem::Found;
use crate::spec_error::SpecError;
use crate::yaml_error::YamlError;

/// What the parser's `error` about `text` means.
pub(crate) fn explain(error: &Error, text: &str) -> Found {
    let place = error.location().map_or((1, 1), |at| (at.line() as usize, at.column() as usize));
    let at = offset(text, place);
    let said = error.without_snippet().render_with_formatter(&serde_saphyr::UserMessageFormatter);
    let said = said.split(" at line ").next().unwrap_or_default().to_owned();
    if let Some(tab) = leading_tab(text, at).filter(|_| said.contains("tab")) {
        return Found::new("", tab..tab, &SpecError::Tab);
    }
    let error = match behind(error) {
        Error::MultipleDocuments { .. } | Error::Budget { breach: BudgetBreach::Documents { .. }, .. } => {
            SpecError::SecondDocument
        }
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => SpecError::TooLarge,
        _ if said.contains("recursion limit") => SpecError::TooLarge,
        Error::UnknownAnchor { .. } => SpecError::UnknownAnchor,
        _ => return complaint(at, said),
    };
    Found::new("", at..at, &error)
}

/// What the parser complains of, and what to do about it.
fn complaint(at: usize, words: String) -> Found {
    let found = Found::new("", at..at, &YamlError::of(&words));
    Found { help: Some(found.expected), expected: words, ..found }
}

/// The error behind its wrappers.
fn behind(error: &Error) -> &Error {
    match error.without_snippet() {
        Error::AliasError { error, .. } => behind(error),
        error => error,
    }
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
