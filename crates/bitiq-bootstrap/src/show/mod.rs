//! Output for people and machines. Everything here takes data and gives text; nothing here decides.

mod bundle;
mod diff;
mod explain;
mod failure;
mod html;
mod infra_id;
mod init;
pub mod json;
pub mod jsonl;
mod locale;
pub mod log;
mod plan;
mod progress;
mod report;
mod sanitize;
mod spinner;
mod status;
mod stdout;
mod style;
mod timeline;
mod trace;
mod trace_list;
mod wrap;

pub use bundle::{BundleDocument, bundle};
pub use diff::{TraceDiff, diff, diff_as_text};
pub use explain::{ExplainDocument, document as explain_document};
pub use failure::{NextCommand, failure, problems, retry, valid};
pub use html::page;
pub use infra_id::infra_ids;
pub use init::InitDocument;
pub use locale::locale_is_utf8;
pub use plan::plan;
pub use progress::{Ci, Verbosity, View, progress};
pub use report::report;
pub use sanitize::sanitize_for_terminal;
pub use spinner::spinner;
pub use status::{status, told};
pub use stdout::{record_stdout_result, stdout_error};
pub use timeline::Charset;
pub use trace::{TraceView, newer, released, timeline};
pub use trace_list::list;
pub use wrap::{columns, hang};

/// Prints the one JSON document of a command.
pub fn print_json(document: &serde_json::Value) {
    use std::io::Write as _;
    let text = serde_json::to_string_pretty(document).unwrap_or_default();
    record_stdout_result(writeln!(std::io::stdout(), "{}", harmless_json(&text)));
}

/// The same JSON in other letters: GitHub's runner takes `##[` for a command wherever it stands ([`Ci::harmless`]), a terminal
/// obeys control characters, and what turns the direction of writing shows another text. In JSON they stand in texts alone.
fn harmless_json(text: &str) -> String {
    let text = text.replace("##[", "##\\u005b");
    if !text.chars().any(sanitize::needs_escape) {
        return text;
    }
    let letters = |c: char| match sanitize::needs_escape(c) {
        true => c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
        false => String::from(c),
    };
    text.chars().map(letters).collect()
}

/// Prints what is no text for a terminal, as it is.
pub fn print_raw(text: &str) {
    use std::io::Write as _;
    record_stdout_result(write!(std::io::stdout(), "{text}"));
}

/// Format of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// For people.
    Text,
    /// A JSON document on stdout; everything else goes to stderr.
    Json,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_holds_no_command_of_a_runner_and_says_the_same() {
        let value = serde_json::json!({ "##[a]": ["b ##[error]c \\##[d]", "::error::e"] });
        let text = harmless_json(&value.to_string());
        assert!(!text.contains("##["), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }

    #[test]
    fn json_speaks_to_no_terminal_and_says_the_same() {
        let value = serde_json::json!({ "a\u{7f}": "\u{9b}31m\u{85}b\u{202e}c\u{2066}d\\\u{200b}\u{e0041}\n\t\u{1b}é" });
        let text = harmless_json(&serde_json::to_string_pretty(&value).unwrap());
        assert!(!text.chars().any(sanitize::needs_escape), "{text:?}");
        assert!(text.contains("\\u009b31m\\u0085b\\u202ec") && text.contains('é'), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
