//! Whether an OperatorGroup can serve an operator.

use cluster_access::ObjectRef;
use serde_json::Value;

use super::Offer;
use crate::ArgoCdError;
use crate::chart::ChartSubscription;
use crate::operator::objects;

/// It supports `AllNamespaces` alone.
const GITOPS: &str = "openshift-gitops-operator";

/// Why the one group of its namespace can't serve the operator.
pub(super) fn unfit(it: &ChartSubscription, group: &Value, offer: &Offer) -> Option<ArgoCdError> {
    let supports = supports(it, offer);
    let selected = selected(group)?;
    let (mode, selects) = match selected.as_slice() {
        all if all.contains(&"") => ("AllNamespaces", "all namespaces".to_owned()),
        [one] if *one == it.install_namespace => ("OwnNamespace", "its own namespace".into()),
        [one] => ("SingleNamespace", format!("namespace {}", secret::one_line(one))),
        many => ("MultiNamespace", format!("{} namespaces", many.len())),
    };
    if supports.is_empty() || supports.iter().any(|it| it == mode) {
        return None;
    }
    let group = place(group, &it.install_namespace).to_string();
    Some(ArgoCdError::GroupUnfit { package: it.name.clone(), group, selects, supports })
}

fn place(group: &Value, namespace: &str) -> ObjectRef {
    objects::group(namespace, &secret::one_line(group["metadata"]["name"].as_str().unwrap_or_default()))
}

/// The namespaces that it selects, `""` for all; None where that is not known yet.
fn selected(group: &Value) -> Option<Vec<&str>> {
    let listed = |value: &Value| value.as_array().is_some_and(|names| !names.is_empty());
    let spec = &group["spec"];
    let of = match (listed(&spec["targetNamespaces"]), spec["selector"].is_object()) {
        (true, _) => &spec["targetNamespaces"],
        (false, false) => return Some(vec![""]),
        (false, true) => &group["status"]["namespaces"],
    };
    let found: Vec<&str> = of.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    (!found.is_empty()).then_some(found)
}

/// The install modes of the newest version of its channel; none where they are not known.
fn supports(it: &ChartSubscription, offer: &Offer) -> Vec<String> {
    let channel = match offer {
        Offer::Package(package) => channel(it, package),
        Offer::Nothing | Offer::Unknown => None,
    };
    let modes = channel.and_then(|channel| channel["currentCSVDesc"]["installModes"].as_array());
    let supported = modes.into_iter().flatten().filter(|mode| mode["supported"] == true);
    let known: Vec<String> = supported.filter_map(|mode| mode["type"].as_str()).map(str::to_owned).collect();
    if known.is_empty() && it.name == GITOPS { vec!["AllNamespaces".into()] } else { known }
}

/// The channel that is wanted; none is the package's default.
pub(super) fn channel<'a>(it: &ChartSubscription, package: &'a Value) -> Option<&'a Value> {
    let status = &package["status"];
    let wanted = it.channel.as_deref().or_else(|| status["defaultChannel"].as_str())?;
    status["channels"].as_array()?.iter().find(|channel| channel["name"] == wanted)
}
