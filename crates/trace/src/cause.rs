use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Begins the one text that the script's last lines are in a document.
const LAST_LINES: &str = "its last lines:\n";

/// Why something failed. One text in a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "Written", into = "String")]
#[schemars(with = "String", inline)]
pub enum Cause {
    /// The words of an error.
    Error(String),
    /// The last lines that the script printed, each as the script wrote it.
    ScriptOutput(Vec<String>),
}

impl Cause {
    /// The same with its text changed. The lines of a script are one text: a secret may go over several.
    #[must_use]
    pub fn map(&self, change: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Error(words) => Self::Error(change(words)),
            Self::ScriptOutput(lines) => Self::ScriptOutput(split(&change(&lines.join("\n")))),
        }
    }
}

fn split(text: &str) -> Vec<String> {
    text.split('\n').map(str::to_owned).collect()
}

/// The text of a document.
#[derive(Deserialize)]
#[serde(transparent)]
struct Written(String);

impl From<Written> for Cause {
    fn from(Written(text): Written) -> Self {
        match text.strip_prefix(LAST_LINES) {
            Some(lines) => Self::ScriptOutput(split(lines)),
            None => Self::Error(text),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(words) => f.write_str(words),
            Self::ScriptOutput(lines) => write!(f, "{LAST_LINES}{}", lines.join("\n")),
        }
    }
}

impl From<&str> for Cause {
    fn from(words: &str) -> Self {
        Self::Error(words.to_owned())
    }
}

impl From<String> for Cause {
    fn from(words: String) -> Self {
        Self::Error(words)
    }
}

impl From<Cause> for String {
    fn from(cause: Cause) -> Self {
        cause.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cause: Cause, text: &str) {
        assert_eq!(serde_json::to_value(&cause).unwrap(), text);
        assert_eq!(serde_json::from_value::<Cause>(text.into()).unwrap(), cause);
    }

    #[test]
    fn a_document_holds_a_cause_as_one_text_and_gives_it_back() {
        check(Cause::Error("no such file\nat all".into()), "no such file\nat all");
        let lines = vec!["one".to_owned(), String::new(), "its last lines:".to_owned()];
        check(Cause::ScriptOutput(lines), "its last lines:\none\n\nits last lines:");
    }

    #[test]
    fn what_goes_over_several_lines_is_changed_as_one_text() {
        let lines = Cause::ScriptOutput(vec!["one".into(), "two".into(), "three".into()]);
        let changed = Cause::ScriptOutput(vec!["***".into(), "three".into()]);
        assert_eq!(lines.map(|text| text.replace("one\ntwo", "***")), changed);
        assert_eq!(Cause::from("one").map(|_| "***".into()), Cause::from("***"));
    }
}
