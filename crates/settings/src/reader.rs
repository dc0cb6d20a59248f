//! Reads one variable after the other, and keeps what is wrong with them.

use diagnostics::duration;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use secret::SecretString;

use crate::kubernetes_name::Name;
use crate::setting_error::SettingError;
use crate::variables;

fn may_have_lines(name: &str) -> bool {
    variables::named(name).is_some_and(|var| var.may_have_lines)
}

/// Reads one variable after the other and keeps what is wrong with them.
pub(crate) struct Reader<'a> {
    pub(crate) lookup: &'a dyn Fn(&str) -> Option<OsString>,
    pub(crate) problems: Vec<SettingError>,
}

impl Reader<'_> {
    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        debug_assert!(variables::named(name).is_some(), "{name} is missing in the list of variables");
        let value = (self.lookup)(name)?;
        match value.into_string() {
            Ok(text) if text.trim().is_empty() => None,
            Ok(text) if !may_have_lines(name) && text.trim().contains(char::is_control) => {
                self.problems.push(SettingError::ControlCharacter { variable: name });
                None
            }
            // A login's own room says what of it counts.
            Ok(text) if variables::named(name).is_some_and(|var| var.secret) => Some(text),
            Ok(text) => Some(text.trim().to_owned()),
            Err(_) => {
                self.problems.push(SettingError::NotUtf8 { variable: name });
                None
            }
        }
    }

    pub(crate) fn text_or_default(&mut self, name: &'static str) -> String {
        self.text(name)
            .unwrap_or_else(|| variables::named(name).and_then(|var| var.default).unwrap_or_default().into())
    }

    /// A name that Kubernetes takes: its API server would refuse another one only once it is written to.
    pub(crate) fn name(&mut self, name: &'static str, kind: Name) -> String {
        let text = self.text_or_default(name);
        match kind {
            _ if kind.takes(&text) => {}
            Name::Label => {
                self.wrong(name, &text, "at most 63 of a-z, 0-9 and `-`, the first and last no `-`")
            }
            Name::Subdomain => {
                self.wrong(
                    name,
                    &text,
                    "at most 253 of a-z, 0-9, `-` and `.`, the first and last of each part no `-`",
                );
            }
            Name::Segment => self.wrong(name, &text, "a name without `/` and `%`"),
        }
        text
    }

    /// The value that `named` knows by this text: one of those in the variable's row.
    pub(crate) fn one_of<T>(&mut self, name: &'static str, named: fn(&str) -> Option<T>) -> Option<T> {
        let text = self.text(name)?;
        let value = named(&text);
        if value.is_none() {
            self.wrong(name, &text, variables::named(name).map(variables::Var::choice).unwrap_or_default());
        }
        value
    }

    pub(crate) fn secret(&mut self, name: &'static str) -> Option<SecretString> {
        self.text(name).map(SecretString::from)
    }

    pub(crate) fn file(&mut self, name: &'static str) -> Option<PathBuf> {
        let file = (self.lookup)(name).filter(|value| !value.is_empty()).map(PathBuf::from)?;
        if file.to_string_lossy().contains(char::is_control) {
            self.problems.push(SettingError::ControlCharacter { variable: name });
        }
        Some(file)
    }

    pub(crate) fn switch(&mut self, name: &'static str) -> bool {
        let Some(text) = self.text(name) else { return false };
        match text.trim().to_ascii_lowercase().as_str() {
            "1" | "t" | "true" | "y" | "yes" | "on" => true,
            "0" | "f" | "false" | "n" | "no" | "off" => false,
            _ => {
                self.wrong(name, &text, "1 or true, 0 or false");
                false
            }
        }
    }

    pub(crate) fn optional_duration(&mut self, name: &'static str) -> Option<Duration> {
        let text = self.text(name)?;
        Some(self.parsed(name, &text))
    }

    pub(crate) fn duration(&mut self, name: &'static str) -> Duration {
        let text = self.text_or_default(name);
        self.parsed(name, &text)
    }

    fn parsed(&mut self, name: &'static str, text: &str) -> Duration {
        duration::parse(text).unwrap_or_else(|| {
            self.wrong(name, text, duration::EXPECTED);
            Duration::ZERO
        })
    }

    /// Keeps that a variable, or its flag, makes no sense.
    pub(crate) fn wrong(&mut self, name: &'static str, text: &str, expected: impl Into<String>) {
        self.problems.push(SettingError::not_understood(name, text, expected));
    }

    pub(crate) fn list(&mut self, name: &'static str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(String::from).collect()
    }
}
