use serde_json::{Map, Value};

use super::values::{Values, switch, text};
use super::{APPS_VALUES, ChartError};

/// One of `envs[]`: a loose map, of which each reader takes what it needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Environment {
    name: String,
    values: Map<String, Value>,
}

impl Environment {
    /// `name`
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A key that holds text; absent and empty are None.
    ///
    /// # Errors
    /// It holds something else.
    pub fn text(&self, key: &str) -> Result<Option<&str>, ChartError> {
        text(key, self.values.get(key)).map_err(|problem| self.wrong(&problem))
    }

    /// A key that holds true or false; absent is None.
    ///
    /// # Errors
    /// It holds something else.
    pub fn switch(&self, key: &str) -> Result<Option<bool>, ChartError> {
        switch(key, self.values.get(key)).map_err(|problem| self.wrong(&problem))
    }

    fn wrong(&self, problem: &str) -> ChartError {
        ChartError { file: APPS_VALUES, problems: vec![format!("envs[] {}: {problem}", self.name)] }
    }
}

/// Reads `envs[]` of `charts/argocd-apps/values.yaml`; a file without that key lists none.
///
/// # Errors
/// What is no list, and every entry that has no name.
pub fn environments(text: &[u8]) -> Result<Vec<Environment>, ChartError> {
    let mut values = Values::parse(APPS_VALUES, text)?;
    let found = match values.at("envs").cloned() {
        None => Vec::new(),
        Some(Value::Array(found)) => found,
        Some(_) => {
            values.problem("envs is no list".into());
            Vec::new()
        }
    };
    let mut environments = Vec::new();
    for (at, entry) in found.into_iter().enumerate() {
        match environment(at, entry) {
            Ok(environment) => environments.push(environment),
            Err(problem) => values.problem(problem),
        }
    }
    values.end(environments)
}

fn environment(at: usize, entry: Value) -> Result<Environment, String> {
    let Value::Object(values) = entry else { return Err(format!("envs[{at}] is no map")) };
    let key = format!("envs[{at}].name");
    let name = text(&key, values.get("name"))?.ok_or_else(|| format!("{key} is missing"))?;
    Ok(Environment { name: name.to_owned(), values })
}
