//! JSON on stdout, in letters that neither a terminal nor a runner obeys.

use std::io::Write as _;

use serde::Serialize;
use serde_json::Value;

use super::sanitize::needs_escape;
use super::stdout::record_stdout_result;

/// Makes the JSON of a document, its keys in order.
pub fn value(document: &impl Serialize) -> Value {
    serde_json::to_value(document).unwrap_or_default()
}

/// Prints the one JSON document of a command.
pub fn print_json(document: &Value) {
    record_stdout_result(writeln!(std::io::stdout(), "{}", json_text(document)));
}

/// Renders a JSON document.
pub fn json_text(document: &Value) -> String {
    harmless_json(&serde_json::to_string_pretty(document).unwrap_or_default())
}

/// The same JSON in other letters: GitHub's runner takes `##[` for a command wherever it stands ([`super::Ci::harmless`]), a terminal
/// obeys control characters, and what turns the direction of writing shows another text. In JSON they stand in texts alone.
pub fn harmless_json(text: &str) -> String {
    let text = text.replace("##[", "##\\u005b");
    if !text.chars().any(needs_escape) {
        return text;
    }
    let letters = |c: char| match needs_escape(c) {
        true => c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
        false => String::from(c),
    };
    text.chars().map(letters).collect()
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
        assert!(!text.chars().any(needs_escape), "{text:?}");
        assert!(text.contains("\\u009b31m\\u0085b\\u202ec") && text.contains('é'), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
