//! Argo CD's ApplicationSet controller, as far as a hand-over needs it: one Application for each element of a `list`
//! generator. It works in the namespaces where the GitOps operator has made one.
//!
//! A template names parameters: `{{ .env }}` or `{{env}}`. Functions and other generators are Argo CD's own.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::context::{Context, covers, items, owned_by, place, text};
use super::paths::{APPLICATION_SETS, APPLICATIONS, DEPLOYMENTS, one, within};
use super::workloads::is_available;
use crate::SandboxError;

/// How the Deployments of the controllers are called.
const CONTROLLER: &str = "-applicationset-controller";

pub(super) async fn round(context: &mut Context) -> Result<(), SandboxError> {
    let deployments = context.api.list(DEPLOYMENTS).await?;
    let works = |one: &&Value| place(one).1.ends_with(CONTROLLER) && is_available(one);
    let namespaces: BTreeSet<&str> = deployments.iter().filter(works).map(|one| place(one).0).collect();
    for namespace in namespaces {
        for set in context.api.list(&within(APPLICATION_SETS, namespace)).await? {
            for application in applications(&set) {
                write(context, &application).await?;
            }
        }
    }
    Ok(())
}

/// The template, once for each element of the lists.
fn applications(set: &Value) -> Vec<Value> {
    let lists = items(&set["spec"]["generators"]).flat_map(|generator| items(&generator["list"]["elements"]));
    let parameters = lists.filter_map(Value::as_object);
    parameters.map(|parameters| application(set, parameters)).collect()
}

fn application(set: &Value, parameters: &Map<String, Value>) -> Value {
    let template = &set["spec"]["template"];
    let mut metadata = rendered(&template["metadata"], parameters);
    metadata["namespace"] = json!(place(set).0);
    metadata["ownerReferences"] = owned_by(set, "argoproj.io/v1alpha1", "ApplicationSet");
    json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
        "metadata": metadata, "spec": rendered(&template["spec"], parameters),
    })
}

/// The value with each parameter in the place of its name.
fn rendered(value: &Value, parameters: &Map<String, Value>) -> Value {
    match value {
        Value::String(text) => json!(filled(text, parameters)),
        Value::Array(list) => list.iter().map(|one| rendered(one, parameters)).collect(),
        Value::Object(map) => {
            map.iter().map(|(key, value)| (key.clone(), rendered(value, parameters))).collect()
        }
        other => other.clone(),
    }
}

fn filled(text: &str, parameters: &Map<String, Value>) -> String {
    parameters.iter().fold(text.to_owned(), |text, (name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text.replace(&format!("{{{{ .{name} }}}}"), &value).replace(&format!("{{{{{name}}}}}"), &value)
    })
}

/// Makes the Application, or changes it where it differs.
async fn write(context: &Context, application: &Value) -> Result<(), SandboxError> {
    let (namespace, name) = place(application);
    // The name asks for more than parameters.
    if text(&application["metadata"]["name"]).contains("{{") {
        return Ok(());
    }
    let path = one(APPLICATIONS, (namespace, name));
    match context.api.find(&path).await? {
        None => context.api.create(&within(APPLICATIONS, namespace), application).await,
        Some(found) if covers(&found, application) => Ok(()),
        Some(_) => context.gone_is_fine(context.api.merge(&path, application).await),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_element_of_a_list_fills_the_template() {
        let set = json!({
            "metadata": {"namespace": "gitops"},
            "spec": {
                "generators": [{"list": {"elements": [{"env": "sno", "capacity": 3}]}}],
                "template": {
                    "metadata": {"name": "umbrella-{{ .env }}"},
                    "spec": {"parameters": [{"value": "{{capacity}}"}, {"value": "{{ .env | upper }}"}]},
                },
            },
        });
        let made = applications(&set);
        assert_eq!(made.len(), 1);
        assert_eq!(place(&made[0]), ("gitops", "umbrella-sno"));
        assert_eq!(made[0]["spec"]["parameters"], json!([{"value": "3"}, {"value": "{{ .env | upper }}"}]));
    }
}
