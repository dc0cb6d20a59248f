//! The Deployment of an operator: as its ClusterServiceVersion has it, with the environment of its Subscription.

use serde_json::{Value, json};

use super::component::component;
use super::packages::Package;
use crate::openshift::context::{items, owned_by, place};

/// What a ClusterServiceVersion says of it.
pub(super) fn spec(package: &Package) -> Value {
    let labels = json!({"control-plane": package.name});
    let env = package.env.iter().map(|(name, value)| json!({"name": name, "value": value}));
    json!({
        "replicas": 1,
        "selector": {"matchLabels": labels},
        "template": {
            "metadata": {"labels": labels},
            "spec": {"containers": [{
                "name": "manager", "image": format!("registry.example.test/{}:latest", package.name),
                "env": env.collect::<Vec<_>>(),
            }]},
        },
    })
}

/// The environment of the container: the package's, then the Subscription's, which wins.
pub(super) fn env(csv: &Value, package: &Package, subscription: Option<&Value>) -> Value {
    let mut env: Vec<Value> =
        package.env.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    env.push(json!({"name": "OPERATOR_CONDITION_NAME", "value": place(csv).1}));
    for one in subscription.into_iter().flat_map(|subscription| items(&subscription["spec"]["config"]["env"]))
    {
        match env.iter_mut().find(|there| there["name"] == one["name"]) {
            Some(there) => there.clone_from(one),
            None => env.push(one.clone()),
        }
    }
    json!(env)
}

/// The environment that a Deployment has.
pub(in crate::openshift) fn env_of(deployment: &Value) -> &Value {
    &deployment["spec"]["template"]["spec"]["containers"][0]["env"]
}

/// The whole Deployment.
pub(super) fn object(csv: &Value, package: &Package, env: &Value) -> Value {
    let (namespace, name) = place(csv);
    let mut spec = spec(package);
    spec["template"]["spec"]["containers"][0]["env"] = env.clone();
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {
            "name": package.deployment, "namespace": namespace,
            "labels": {
                "olm.managed": "true", "olm.owner": name, "olm.owner.kind": "ClusterServiceVersion",
                "olm.owner.namespace": namespace, component(package.name, namespace): "",
            },
            "ownerReferences": owned_by(csv, "operators.coreos.com/v1alpha1", "ClusterServiceVersion"),
        },
        "spec": spec,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::packages::find;
    use super::env;

    fn check(own: &Value, name: &str, expect: Option<&str>) {
        let csv = json!({"metadata": {"name": "csv", "namespace": "a"}});
        let subscription = json!({"spec": {"config": {"env": own}}});
        let env = env(&csv, find("openshift-gitops-operator").unwrap(), Some(&subscription));
        let found: Vec<_> = env.as_array().unwrap().iter().filter(|one| one["name"] == name).collect();
        assert!(found.len() <= 1, "{env}");
        assert_eq!(found.first().and_then(|one| one["value"].as_str()), expect);
    }

    #[test]
    fn the_subscriptions_environment_is_added() {
        let own = json!([{"name": "DISABLE_DEFAULT_ARGOCD_INSTANCE", "value": "true"}]);
        check(&own, "DISABLE_DEFAULT_ARGOCD_INSTANCE", Some("true"));
    }

    #[test]
    fn the_subscriptions_environment_wins() {
        let own = json!([{"name": "OPERATOR_NAME", "value": "mine"}]);
        check(&own, "OPERATOR_NAME", Some("mine"));
    }

    #[test]
    fn without_one_it_is_the_packages_own() {
        check(&Value::Null, "OPERATOR_NAME", Some("gitops-operator"));
    }
}
