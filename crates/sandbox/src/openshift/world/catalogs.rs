//! The catalogs of operators, and the OperatorGroup of those that serve the whole cluster.

use serde_json::{Value, json};

use super::placed::Placed;
use crate::openshift::olm::catalogs::{Health, status};
use crate::openshift::paths::{CATALOGS, MARKETPLACE, OPERATOR_GROUPS, within};

const NAMES: [(&str, &str); 4] = [
    ("redhat-operators", "Red Hat"),
    ("certified-operators", "Red Hat"),
    ("community-operators", "Red Hat"),
    ("redhat-marketplace", "Red Hat"),
];

pub(super) fn all(ready: bool) -> Vec<Placed> {
    let mut objects: Vec<Placed> =
        NAMES.iter().map(|(name, publisher)| catalog(name, publisher, ready)).collect();
    objects.push(global_group());
    objects
}

fn catalog(name: &str, publisher: &str, ready: bool) -> Placed {
    let health = if ready { Health::Ready } else { Health::Connecting };
    let object = json!({
        "apiVersion": "operators.coreos.com/v1alpha1", "kind": "CatalogSource",
        "metadata": {"name": name, "namespace": MARKETPLACE},
        "spec": {
            "sourceType": "grpc", "displayName": name, "publisher": publisher, "priority": -100,
            "image": format!("registry.redhat.io/redhat/{name}-index:v4.20"),
            "updateStrategy": {"registryPoll": {"interval": "10m"}},
        },
        "status": status(name, health),
    });
    (within(CATALOGS, MARKETPLACE), object)
}

fn global_group() -> Placed {
    let namespace = "openshift-operators";
    let group: Value = json!({
        "apiVersion": "operators.coreos.com/v1", "kind": "OperatorGroup",
        "metadata": {"name": "global-operators", "namespace": namespace}, "spec": {"upgradeStrategy": "Default"},
        "status": {"namespaces": [""]},
    });
    (within(OPERATOR_GROUPS, namespace), group)
}
