//! The template of an ApplicationSet: rendered with one set of parameters, as Go templates or as the plain ones.

mod expression;
mod words;

use serde_json::{Value, json};

use super::generators::Parameters;
use super::status::Trouble;
use crate::openshift::context::{owned_by, place, text};

/// The Application that comes of it.
pub(super) fn render(set: &Value, parameters: &Parameters) -> Result<Value, Trouble> {
    let how = How {
        go: set["spec"]["goTemplate"] == true,
        strict: set["spec"]["goTemplateOptions"]
            .as_array()
            .is_some_and(|options| options.contains(&json!("missingkey=error"))),
    };
    let mut application = how.walk(&set["spec"]["template"], parameters).map_err(Trouble::rendering)?;
    let name = text(&application["metadata"]["name"]).to_owned();
    if name.is_empty()
        || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c))
    {
        return Err(Trouble::validation(format!("application name {name:?} is no name of an object")));
    }
    if text(&application["spec"]["project"]).is_empty() {
        return Err(Trouble::validation(format!("application {name} has no project")));
    }
    application["apiVersion"] = json!("argoproj.io/v1alpha1");
    application["kind"] = json!("Application");
    application["metadata"]["namespace"] = json!(place(set).0);
    application["metadata"]["ownerReferences"] = owned_by(set, "argoproj.io/v1alpha1", "ApplicationSet");
    application["metadata"]["ownerReferences"][0]["controller"] = json!(true);
    application["metadata"]["ownerReferences"][0]["blockOwnerDeletion"] = json!(true);
    Ok(application)
}

/// How a template is read.
#[derive(Debug, Clone, Copy)]
struct How {
    go: bool,
    /// Whether an unknown parameter is an error.
    strict: bool,
}

impl How {
    /// Renders every string, also those that are keys.
    fn walk(self, value: &Value, parameters: &Parameters) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => Value::String(self.text(text, parameters)?),
            Value::Array(list) => {
                list.iter().map(|one| self.walk(one, parameters)).collect::<Result<Vec<_>, _>>()?.into()
            }
            Value::Object(map) => {
                let mut rendered = serde_json::Map::new();
                for (key, value) in map {
                    rendered.insert(self.text(key, parameters)?, self.walk(value, parameters)?);
                }
                Value::Object(rendered)
            }
            other => other.clone(),
        })
    }

    fn text(self, template: &str, parameters: &Parameters) -> Result<String, String> {
        let mut rendered = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((inside, after)) = after.split_once("}}") else {
                return Err(format!("failed to parse template {template}: unclosed action"));
            };
            rendered.push_str(before);
            rendered.push_str(&self.action(inside.trim(), parameters)?);
            rest = after;
        }
        rendered.push_str(rest);
        Ok(rendered)
    }

    fn action(self, inside: &str, parameters: &Parameters) -> Result<String, String> {
        if self.go {
            return expression::evaluate(inside, parameters, self.strict);
        }
        let found = inside.split('.').try_fold(parameters, |value, field| value.get(field));
        Ok(found.map_or_else(|| format!("{{{{{inside}}}}}"), words::printed))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::How;

    fn check(how: How, template: &str, expect: Result<&str, &str>) {
        let parameters = json!({
            "env": "sno", "no": false, "empty": "", "count": 3,
            "metadata": {"annotations": {"bitiq.io/infra-id": "prod-nkqd9"}, "labels": {}},
        });
        let found = how.text(template, &parameters);
        assert_eq!(found.as_deref().map_err(String::as_str), expect, "{template}");
    }

    fn go(template: &str, expect: &str) {
        check(How { go: true, strict: false }, template, Ok(expect));
    }

    #[test]
    fn a_field() {
        go("bitiq-umbrella-{{ .env }}", "bitiq-umbrella-sno");
    }

    #[test]
    fn a_key_that_is_no_word_by_index() {
        go("{{ index .metadata.annotations \"bitiq.io/infra-id\" }}", "prod-nkqd9");
    }

    #[test]
    fn what_is_missing_has_no_value() {
        go("{{ .nope }}", "<no value>");
    }

    #[test]
    fn a_default_takes_the_place_of_what_is_missing() {
        go("{{ .nope | default \"openshift-marketplace\" }}", "openshift-marketplace");
    }

    #[test]
    fn a_default_takes_the_place_of_what_is_empty_or_false() {
        go("{{ .no | default true }} {{ default \"x\" .empty }}", "true x");
    }

    #[test]
    fn a_constant() {
        go("{{ false }}", "false");
    }

    #[test]
    fn a_default_of_a_missing_annotation() {
        go("{{ index .metadata.annotations \"other\" | default \"none\" }}", "none");
    }

    #[test]
    fn an_index_of_what_is_missing_is_an_error() {
        let how = How { go: true, strict: false };
        let said = "error calling index: index of untyped nil";
        check(how, "{{ index .nope \"a\" | default \"b\" }}", Err(said));
    }

    #[test]
    fn quoted_and_upper() {
        go("{{ .env | upper | quote }}", "\"SNO\"");
    }

    #[test]
    fn an_unknown_parameter_is_an_error_where_that_is_asked_for() {
        let strict = How { go: true, strict: true };
        check(
            strict,
            "{{ .nope }}",
            Err("failed to execute go template {{.nope}}: map has no entry for key \"nope\""),
        );
    }

    #[test]
    fn an_unknown_function_is_an_error() {
        let how = How { go: true, strict: false };
        check(
            how,
            "{{ frobnicate .env }}",
            Err("failed to parse template: function \"frobnicate\" not defined"),
        );
    }

    #[test]
    fn plain_templates_name_parameters_without_a_dot() {
        let plain = How { go: false, strict: false };
        check(plain, "{{env}}-{{count}}-{{nope}}", Ok("sno-3-{{nope}}"));
    }
}
