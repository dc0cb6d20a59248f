//! What the OpenAPI schema of a custom kind asks of its objects: unknown fields go, and wrong values are refused.

use serde_json::Value;

use crate::cluster::http::failure::Cause;
use crate::cluster::objects::kinds::{items, text};

/// The schema of one version that a CustomResourceDefinition serves.
pub(crate) fn of<'a>(definition: &'a Value, version: &str) -> Option<&'a Value> {
    let mut versions = items(&definition["spec"]["versions"]);
    let schema = versions.find(|one| one["name"] == version).map(|one| &one["schema"]["openAPIV3Schema"]);
    schema.filter(|schema| schema.is_object())
}

/// Removes what the schema does not declare. Type and metadata are every object's own.
pub(crate) fn prune(object: &mut Value, schema: &Value) {
    each_part(object, schema, &mut |part, schema, _| prune_value(part, schema));
}

/// The first field that the schema does not declare, as server-side apply names it.
pub(crate) fn undeclared(object: &Value, schema: &Value) -> Option<String> {
    let mut found = None;
    each_part(&mut object.clone(), schema, &mut |part, schema, at| {
        found = found.take().or_else(|| undeclared_in(part, schema, &format!(".{at}")));
    });
    found
}

/// All that is wrong with the values of `object`.
pub(crate) fn problems(object: &Value, schema: &Value) -> Vec<Cause> {
    let mut causes = missing(object, schema, "");
    each_part(&mut object.clone(), schema, &mut |part, schema, at| check(part, schema, at, &mut causes));
    causes
}

/// Calls `act` with every part of an object that has a schema; parts without one are handed over as undeclared.
fn each_part(object: &mut Value, schema: &Value, act: &mut dyn FnMut(&mut Value, Option<&Value>, &str)) {
    let Some(map) = object.as_object_mut() else { return };
    let keeps = keeps_unknown(schema);
    let mut gone = Vec::new();
    for (field, part) in
        map.iter_mut().filter(|(field, _)| !matches!(field.as_str(), "apiVersion" | "kind" | "metadata"))
    {
        let below = schema["properties"].get(field);
        if below.is_none() && keeps {
            continue;
        }
        act(part, below, field);
        if part.is_null() && below.is_none() {
            gone.push(field.clone());
        }
    }
    for field in gone {
        map.remove(&field);
    }
}

fn keeps_unknown(schema: &Value) -> bool {
    schema["x-kubernetes-preserve-unknown-fields"] == true
}

/// The schema of a field: declared, or the one for all others.
fn below<'a>(schema: &'a Value, field: &str) -> Option<&'a Value> {
    let others = schema.get("additionalProperties").filter(|others| others.is_object() || **others == true);
    schema["properties"].get(field).or(others)
}

/// A value without any schema becomes null, which its holder takes out.
fn prune_value(value: &mut Value, schema: Option<&Value>) {
    let Some(schema) = schema else {
        *value = Value::Null;
        return;
    };
    match value {
        Value::Object(map) => {
            let keeps = keeps_unknown(schema);
            map.retain(|field, _| keeps || below(schema, field).is_some());
            for (field, value) in map {
                if let Some(schema) = below(schema, field).filter(|schema| schema.is_object()) {
                    prune_value(value, Some(schema));
                }
            }
        }
        Value::Array(list) => {
            if let Some(schema) = schema.get("items") {
                list.iter_mut().for_each(|item| prune_value(item, Some(schema)));
            }
        }
        _ => {}
    }
}

fn undeclared_in(value: &Value, schema: Option<&Value>, at: &str) -> Option<String> {
    let Some(schema) = schema else { return Some(at.to_owned()) };
    match value {
        Value::Object(map) => map.iter().find_map(|(field, value)| match below(schema, field) {
            None if keeps_unknown(schema) => None,
            Some(schema) if !schema.is_object() => None,
            schema => undeclared_in(value, schema, &format!("{at}.{field}")),
        }),
        Value::Array(list) => {
            let schema = schema.get("items")?;
            list.iter()
                .enumerate()
                .find_map(|(n, item)| undeclared_in(item, Some(schema), &format!("{at}[{n}]")))
        }
        _ => None,
    }
}

fn check(value: &mut Value, schema: Option<&Value>, at: &str, causes: &mut Vec<Cause>) {
    let Some(schema) = schema else { return };
    if value.is_null() && schema["nullable"] == true {
        return;
    }
    if let Some(wrong) = wrong_type(value, schema) {
        let why = format!("{at} in body must be of type {}: \"{wrong}\"", text(&schema["type"]));
        causes.push(Cause {
            reason: "FieldValueTypeInvalid",
            ..Cause::invalid_value(at, &format!("\"{wrong}\""), &why)
        });
        return;
    }
    causes.extend(out_of_range(value, schema, at));
    causes.extend(missing(value, schema, at));
    match value {
        Value::Object(map) => {
            for (field, value) in map {
                check(
                    value,
                    below(schema, field).filter(|schema| schema.is_object()),
                    &format!("{at}.{field}"),
                    causes,
                );
            }
        }
        Value::Array(list) => {
            for (n, item) in list.iter_mut().enumerate() {
                check(item, schema.get("items"), &format!("{at}[{n}]"), causes);
            }
        }
        _ => {}
    }
}

/// The type that `value` has, where it is not the one it should have.
fn wrong_type(value: &Value, schema: &Value) -> Option<&'static str> {
    let wanted = schema["type"].as_str()?;
    if schema["x-kubernetes-int-or-string"] == true {
        return None;
    }
    let (is, fits) = match value {
        Value::Null => ("null", false),
        Value::Bool(_) => ("boolean", wanted == "boolean"),
        Value::Number(number) if number.is_f64() => ("number", wanted == "number"),
        Value::Number(_) => ("integer", matches!(wanted, "integer" | "number")),
        Value::String(_) => ("string", wanted == "string"),
        Value::Array(_) => ("array", wanted == "array"),
        Value::Object(_) => ("object", wanted == "object"),
    };
    (!fits).then_some(is)
}

fn out_of_range(value: &Value, schema: &Value, at: &str) -> Vec<Cause> {
    let mut causes = Vec::new();
    let mut refuse = |why: String| {
        causes.push(Cause::invalid_value(at, &value.to_string(), &format!("{at} in body {why}")))
    };
    if let (Some(number), Some(least)) = (value.as_f64(), schema["minimum"].as_f64())
        && number < least
    {
        refuse(format!("should be greater than or equal to {least}"));
    }
    if let (Some(number), Some(most)) = (value.as_f64(), schema["maximum"].as_f64())
        && number > most
    {
        refuse(format!("should be less than or equal to {most}"));
    }
    if let Some(allowed) = schema["enum"].as_array().filter(|allowed| !allowed.contains(value)) {
        let names: Vec<_> = allowed.iter().map(Value::to_string).collect();
        causes.push(Cause {
            reason: "FieldValueNotSupported",
            message: format!("Unsupported value: {value}: supported values: {}", names.join(", ")),
            field: at.to_owned(),
        });
    }
    causes
}

fn missing(value: &Value, schema: &Value, at: &str) -> Vec<Cause> {
    let absent =
        |field: &&Value| value.is_object() && value.get(field.as_str().unwrap_or_default()).is_none();
    let path = |field: &Value| if at.is_empty() { text(field) } else { format!("{at}.{}", text(field)) };
    items(&schema["required"]).filter(absent).map(|field| Cause::required(&path(field), "")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{problems, prune, undeclared};

    fn schema() -> Value {
        let spec = json!({
            "type": "object", "required": ["size"],
            "properties": {
                "size": {"type": "integer", "minimum": 1},
                "mode": {"type": "string", "enum": ["a", "b"]},
                "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
                "texts": {"type": "object", "additionalProperties": {"type": "string"}},
            },
        });
        json!({"type": "object", "properties": {"spec": spec}})
    }

    fn check(spec: Value, expect: &[&str]) {
        let object = json!({"metadata": {"name": "x"}, "spec": spec});
        let said: Vec<_> = problems(&object, &schema())
            .into_iter()
            .map(|cause| format!("{}: {}", cause.field, cause.message))
            .collect();
        assert_eq!(said, expect);
    }

    #[test]
    fn a_good_value_has_no_problem() {
        check(json!({"size": 1, "mode": "a", "free": {"x": [1]}, "texts": {"k": "v"}}), &[]);
    }

    #[test]
    fn a_missing_field_is_required() {
        check(json!({}), &["spec.size: Required value"]);
    }

    #[test]
    fn a_wrong_type_is_named() {
        check(
            json!({"size": "x"}),
            &[r#"spec.size: Invalid value: "string": spec.size in body must be of type integer: "string""#],
        );
    }

    #[test]
    fn a_value_out_of_range_is_named() {
        check(
            json!({"size": 0}),
            &["spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1"],
        );
    }

    #[test]
    fn a_value_that_is_none_of_the_allowed_is_named() {
        check(
            json!({"size": 1, "mode": "c"}),
            &[r#"spec.mode: Unsupported value: "c": supported values: "a", "b""#],
        );
    }

    #[test]
    fn unknown_fields_go() {
        let mut object = json!({"kind": "X", "spec": {"size": 1, "more": 2, "free": {"y": 1}}, "other": 1});
        prune(&mut object, &schema());
        assert_eq!(object, json!({"kind": "X", "spec": {"size": 1, "free": {"y": 1}}}));
    }

    #[test]
    fn apply_names_the_field_nobody_declared() {
        let object = json!({"spec": {"size": 1, "more": 2}});
        assert_eq!(undeclared(&object, &schema()).as_deref(), Some(".spec.more"));
    }
}
