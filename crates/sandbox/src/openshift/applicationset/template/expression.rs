//! One action of a Go template: fields, constants, and the few functions that ApplicationSets use, in a pipe.

use serde_json::{Value, json};

use super::words::{is_empty, printed, words};

/// What the action prints.
pub(super) fn evaluate(action: &str, parameters: &Value, strict: bool) -> Result<String, String> {
    let mut piped = None;
    for part in action.split('|') {
        let called = words(part);
        let mut values =
            called.iter().map(|word| operand(word, parameters, strict && !action.contains("default")));
        let value = match values.next() {
            None => return Err("failed to parse template: missing value for command".to_owned()),
            Some(Ok(Operand::Value(value))) => value,
            Some(Ok(Operand::Function(name))) => {
                let mut arguments = Vec::new();
                for value in values {
                    match value? {
                        Operand::Value(value) => arguments.push(value),
                        Operand::Function(name) => return Err(undefined(&name)),
                    }
                }
                arguments.extend(piped.take());
                call(&name, &arguments)?
            }
            Some(Err(why)) => return Err(why),
        };
        piped = Some(value);
    }
    Ok(piped.as_ref().map(printed).unwrap_or_default())
}

enum Operand {
    Value(Value),
    Function(String),
}

fn operand(word: &str, parameters: &Value, strict: bool) -> Result<Operand, String> {
    if let Some(text) = word.strip_prefix('"') {
        return Ok(Operand::Value(json!(text)));
    }
    if let Some(path) = word.strip_prefix('.') {
        return field(path, parameters, strict).map(Operand::Value);
    }
    match serde_json::from_str::<Value>(word) {
        Ok(constant) => Ok(Operand::Value(constant)),
        Err(_) => Ok(Operand::Function(word.to_owned())),
    }
}

fn field(path: &str, parameters: &Value, strict: bool) -> Result<Value, String> {
    let mut value = parameters;
    for name in path.split('.').filter(|name| !name.is_empty()) {
        value = match value.get(name) {
            Some(found) => found,
            None if strict => {
                let said = format!("map has no entry for key \"{name}\"");
                return Err(format!("failed to execute go template {{{{.{path}}}}}: {said}"));
            }
            None => &Value::Null,
        };
    }
    Ok(value.clone())
}

fn call(name: &str, arguments: &[Value]) -> Result<Value, String> {
    let changed = |change: fn(&str) -> String| arguments.first().map(|one| json!(change(&printed(one))));
    let result = match (name, arguments) {
        ("default", [other, value]) => Some(if is_empty(value) { other.clone() } else { value.clone() }),
        ("index", [Value::Null, _]) => return Err("error calling index: index of untyped nil".to_owned()),
        ("index", [map, key]) => Some(map.get(printed(key)).cloned().unwrap_or_default()),
        ("quote", _) => changed(|text| format!("{text:?}")),
        ("lower", _) => changed(str::to_lowercase),
        ("upper", _) => changed(str::to_uppercase),
        ("default" | "index", _) => {
            return Err(format!("wrong number of args for {name}: {}", arguments.len()));
        }
        _ => return Err(undefined(name)),
    };
    result.ok_or_else(|| format!("wrong number of args for {name}: 0"))
}

fn undefined(name: &str) -> String {
    format!("failed to parse template: function \"{name}\" not defined")
}
