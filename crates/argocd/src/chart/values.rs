use serde_json::{Map, Value};

use super::ChartError;

/// A `values.yaml` as a loose value. Everything that is wrong is collected while it is read.
pub(super) struct Values {
    file: &'static str,
    root: Value,
    problems: Vec<String>,
}

impl Values {
    /// Parses the text. Merge keys (`<<`) count, as they do for Helm; a byte order mark does not.
    pub(super) fn parse(file: &'static str, text: &[u8]) -> Result<Self, ChartError> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let parsed = serde_yaml::from_slice::<serde_yaml::Value>(text).and_then(|mut value| {
            value.apply_merge()?;
            serde_yaml::from_value(value)
        });
        match parsed {
            Ok(root) => Ok(Self { file, root, problems: Vec::new() }),
            Err(error) => Err(ChartError { file, problems: vec![format!("it is no YAML: {error}")] }),
        }
    }

    /// What stands at a dotted key; null counts as absent.
    pub(super) fn at(&self, key: &str) -> Option<&Value> {
        key.split('.').try_fold(&self.root, |at, key| at.get(key)).filter(|value| !value.is_null())
    }

    /// Text that must be there and not be empty.
    pub(super) fn text(&mut self, key: &str) -> String {
        match self.optional_text(key) {
            Some(text) => text,
            None => {
                let said = |problem: &String| problem.starts_with(&format!("{key} "));
                if !self.problems.iter().any(said) {
                    self.problem(format!("{key} is missing"));
                }
                String::new()
            }
        }
    }

    /// Text; empty counts as absent.
    pub(super) fn optional_text(&mut self, key: &str) -> Option<String> {
        match text(key, self.at(key)) {
            Ok(text) => text.map(str::to_owned),
            Err(problem) => self.wrong(problem),
        }
    }

    /// A switch; absent is off.
    pub(super) fn switch(&mut self, key: &str) -> bool {
        match switch(key, self.at(key)) {
            Ok(switch) => switch.unwrap_or_default(),
            Err(problem) => self.wrong(problem).unwrap_or_default(),
        }
    }

    /// A map; absent is empty.
    pub(super) fn map(&mut self, key: &str) -> Map<String, Value> {
        match self.at(key) {
            None => Map::new(),
            Some(Value::Object(map)) => map.clone(),
            Some(other) => {
                let problem = expected(key, other, "a map");
                self.wrong(problem).unwrap_or_default()
            }
        }
    }

    pub(super) fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// What was read, where nothing was wrong.
    pub(super) fn end<T>(self, read: T) -> Result<T, ChartError> {
        if self.problems.is_empty() {
            return Ok(read);
        }
        Err(ChartError { file: self.file, problems: self.problems })
    }

    fn wrong<T>(&mut self, problem: String) -> Option<T> {
        self.problem(problem);
        None
    }
}

pub(super) fn text<'a>(key: &str, value: Option<&'a Value>) -> Result<Option<&'a str>, String> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
        Some(other) => Err(expected(key, other, "text (in quotes)")),
    }
}

pub(super) fn switch(key: &str, value: Option<&Value>) -> Result<Option<bool>, String> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(switch)) => Ok(Some(*switch)),
        // To a template any text is true, also "false".
        Some(other) => Err(expected(key, other, "true or false (without quotes)")),
    }
}

/// `operators.gitops.channel is the number 1.18, expected text (in quotes)`
fn expected(key: &str, found: &Value, expected: &str) -> String {
    let found = match found {
        Value::Null => "empty".into(),
        Value::Bool(switch) => format!("the switch {switch}"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("the text {text:?}"),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "a map".into(),
    };
    format!("{key} is {found}, expected {expected}")
}

/// Whether the templates make a Subscription of it.
pub(super) fn is_on(key: &str, operator: &Value) -> bool {
    match operator.get("enabled") {
        None | Some(Value::Null) => !OPTIONAL.contains(&key),
        Some(Value::Bool(on)) => *on,
        Some(Value::String(on)) => on.eq_ignore_ascii_case("true"),
        Some(_) => false,
    }
}

/// Operators that the templates subscribe only where `enabled` is true.
const OPTIONAL: [&str; 2] = ["openshiftAI", "cao"];
