//! Result of `env`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use secret::quoted;
use serde::Serialize;

use super::document::{Document, TextView, VERSION};

/// Of `env`.
#[derive(Serialize, JsonSchema)]
pub struct Env<'a> {
    /// The version of this document: 1.
    schema_version: u32,
    /// The values that the script gets.
    environment: BTreeMap<&'a str, &'a str>,
    /// The line that runs the script by hand.
    debugging: &'a str,
    /// The same values, in the order of the text.
    #[serde(skip)]
    values: &'a [(&'a str, String)],
    /// True if the text is lines for `eval`.
    #[serde(skip)]
    export: bool,
}

impl<'a> Env<'a> {
    /// Of these values.
    pub fn new(values: &'a [(&'a str, String)], debugging: &'a str, export: bool) -> Self {
        let environment = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Self { schema_version: VERSION, environment, debugging, values, export }
    }
}

impl Document for Env<'_> {
    fn text(&self, _: &TextView<'_>) -> String {
        if self.export {
            return self.values.iter().map(|(name, it)| format!("export {name}={}\n", quoted(it))).collect();
        }
        let lines: String = self.values.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        format!("{lines}\n# to run the script by hand, for investigation only:\n{}\n", self.debugging)
    }
}
