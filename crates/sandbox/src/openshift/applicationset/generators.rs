//! The generators `list` and `clusters`: one set of parameters for each Application.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::status::Trouble;
use crate::openshift::context::{items, text};

/// What a template is rendered with.
pub(super) type Parameters = Value;

/// The cluster that Argo CD itself runs in.
const IN_CLUSTER: &str = "https://kubernetes.default.svc";

/// Those of all generators, one after the other.
pub(super) fn parameters(set: &Value, clusters: &[Value]) -> Result<Vec<Parameters>, Trouble> {
    let mut all = Vec::new();
    for generator in items(&set["spec"]["generators"]) {
        let kind = generator.as_object().and_then(|map| map.keys().next()).map_or("", String::as_str);
        match kind {
            "list" => all.extend(items(&generator["list"]["elements"]).cloned()),
            "clusters" => all.extend(of_clusters(&generator["clusters"], clusters)),
            other => return Err(Trouble::parameters(format!("generator {other:?} is not played here"))),
        }
    }
    Ok(all)
}

/// One for each cluster that the selector chooses; without a selector also Argo CD's own, where it has no Secret.
fn of_clusters(generator: &Value, secrets: &[Value]) -> Vec<Parameters> {
    let wanted = generator["selector"]["matchLabels"].as_object().cloned().unwrap_or_default();
    let chosen = secrets.iter().filter(|secret| {
        let labels = &secret["metadata"]["labels"];
        wanted.iter().all(|(label, value)| labels[label] == *value)
    });
    let mut found: Vec<Parameters> = chosen.map(of_secret).collect();
    let own = secrets.iter().any(|secret| field(secret, "server") == IN_CLUSTER);
    let selects = generator["selector"].as_object().is_some_and(|selector| !selector.is_empty());
    if !own && !selects {
        found.push(json!({
            "name": "in-cluster", "nameNormalized": "in-cluster", "server": IN_CLUSTER, "project": "",
        }));
    }
    for one in &mut found {
        one["values"] = generator["values"].clone();
    }
    found
}

fn of_secret(secret: &Value) -> Parameters {
    let name = field(secret, "name");
    let map = |part: &str| secret["metadata"][part].as_object().cloned().unwrap_or_else(Map::new);
    json!({
        "name": name, "nameNormalized": normalized(&name), "server": field(secret, "server"),
        "project": field(secret, "project"),
        "metadata": {"labels": map("labels"), "annotations": map("annotations")},
    })
}

/// A name that is good for an object.
fn normalized(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c.to_ascii_lowercase() } else { '-' };
    name.chars().map(letter).collect::<String>().trim_matches(['-', '.']).to_owned()
}

fn field(secret: &Value, key: &str) -> String {
    STANDARD
        .decode(text(&secret["data"][key]))
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::{Value, json};

    use super::parameters;

    fn cluster(name: &str, server: &str) -> Value {
        json!({
            "metadata": {"labels": {"tier": "one"}, "annotations": {"bitiq.io/infra-id": "prod-nkqd9"}},
            "data": {"name": STANDARD.encode(name), "server": STANDARD.encode(server)},
        })
    }

    fn check(generator: Value, clusters: &[Value], field: &str, expect: &[&str]) {
        let set = json!({"spec": {"generators": [generator]}});
        let found = parameters(&set, clusters).unwrap();
        let found: Vec<&str> = found.iter().map(|one| one[field].as_str().unwrap_or_default()).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn a_list_gives_its_elements() {
        check(json!({"list": {"elements": [{"env": "sno"}, {"env": "prod"}]}}), &[], "env", &["sno", "prod"]);
    }

    #[test]
    fn without_secrets_there_is_the_own_cluster() {
        check(json!({"clusters": {}}), &[], "name", &["in-cluster"]);
    }

    #[test]
    fn a_secret_of_the_own_cluster_takes_its_place() {
        let own = cluster("mine", super::IN_CLUSTER);
        check(json!({"clusters": {}}), &[own], "name", &["mine"]);
    }

    #[test]
    fn a_selector_chooses() {
        let selector = json!({"matchLabels": {"tier": "two"}});
        check(json!({"clusters": {"selector": selector}}), &[cluster("a", "https://a")], "name", &[]);
    }

    #[test]
    fn another_generator_is_an_error() {
        let set = json!({"spec": {"generators": [{"git": {}}]}});
        assert!(parameters(&set, &[]).is_err());
    }
}
