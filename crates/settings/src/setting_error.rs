//! What can be wrong with the value of a setting.

use advice::Diagnostic;

use crate::variables::called;

/// What is wrong with the value of a flag, or of its variable.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum SettingError {
    /// The value is no text.
    #[error("{} is not UTF-8", called(variable))]
    #[code("CLI-027")]
    #[hint("give such a value, or leave the flag and its variable out", change(variable))]
    NotUtf8 {
        /// The variable.
        variable: &'static str,
    },
    /// The value of this setting stands on one line.
    #[error("{} holds a control character, such as a line break", called(variable))]
    #[code("CLI-028")]
    #[hint("give such a value, or leave the flag and its variable out", change(variable))]
    ControlCharacter {
        /// The variable.
        variable: &'static str,
    },
    /// The value makes no sense for this setting.
    #[error("{} is `{value}`: expected {expected}", called(variable))]
    #[code("CLI-029")]
    #[hint("give such a value, or leave the flag and its variable out", change(variable))]
    NotUnderstood {
        /// The variable.
        variable: &'static str,
        /// The value. It is hidden where it may hold a secret.
        value: String,
        /// What the setting takes.
        expected: String,
    },
}

impl SettingError {
    /// The value of `variable` is none of those that are `expected`.
    pub fn not_understood(variable: &'static str, value: &str, expected: impl Into<String>) -> Self {
        // A login or a token may have been typed in the wrong place.
        let is_secret = !secret::secrets_in(value).is_empty() || !secret::secret_patterns(value).is_empty();
        let value = if is_secret { secret::MASKED.to_owned() } else { secret::one_line(value) };
        Self::NotUnderstood { variable, value, expected: expected.into() }
    }
}
