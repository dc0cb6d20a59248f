//! What is usually behind a complaint of the YAML parser.

use advice::Diagnostic;

/// A text that is no YAML. The parser's own words say what it complains of, the hint what to do about it.
#[derive(Clone, Copy, Debug, thiserror::Error, Diagnostic)]
pub(crate) enum YamlError {
    /// `mapping values are not allowed`: a line holds a second `: `, or is indented unlike its neighbours.
    #[error("the file is not YAML")]
    #[code("YAML-007")]
    #[hint(
        "expected one `key: value` per line, keys of a section indented alike, and quotes around a value that holds `: `"
    )]
    Mapping,
    /// `illegal placement of ':'`: a list or mapping in brackets has no end.
    #[error("the file is not YAML")]
    #[code("YAML-008")]
    #[hint("expected `]`, `}}` or `,`: is a bracket above left open?")]
    OpenBracket,
    /// `unclosed quote`: a value in quotes has no end.
    #[error("the file is not YAML")]
    #[code("YAML-009")]
    #[hint("expected a closing quote on this line")]
    OpenQuote,
    /// `unexpected character`: a value begins with a character that means something to YAML.
    #[error("the file is not YAML")]
    #[code("YAML-010")]
    #[hint("expected quotes around a value that begins with this character")]
    Character,
    /// A backslash in double quotes begins no escape that YAML knows.
    #[error("the file is not YAML")]
    #[code("YAML-011")]
    #[hint("expected single quotes around a value with a backslash in it")]
    Escape,
    /// Anything else that the parser complains of.
    #[error("the file is not YAML")]
    #[code("YAML-012")]
    #[hint("expected lines of `key: value`, indented with spaces")]
    Other,
}

impl YamlError {
    /// The one that the parser's words mean.
    pub(crate) fn of(complaint: &str) -> Self {
        let known = [
            ("mapping values are not allowed", Self::Mapping),
            ("illegal placement of ':'", Self::OpenBracket),
            ("unclosed quote", Self::OpenQuote),
            ("unexpected character", Self::Character),
            ("escape", Self::Escape),
        ];
        known.into_iter().find(|(part, _)| complaint.contains(part)).map_or(Self::Other, |(_, error)| error)
    }
}
