//! The ClusterOperators, all in good health.

use serde_json::{Value, json};

use super::config::VERSION;
use super::placed::Placed;
use crate::openshift::condition::{condition, dated};

const NAMES: [&str; 8] = [
    "authentication",
    "dns",
    "ingress",
    "kube-apiserver",
    "machine-api",
    "marketplace",
    "operator-lifecycle-manager",
    "storage",
];

pub(super) fn all() -> Vec<Placed> {
    let place = "/apis/config.openshift.io/v1/clusteroperators";
    NAMES.iter().map(|name| (place.to_owned(), healthy(name))).collect()
}

fn healthy(name: &str) -> Value {
    let conditions = ["Available", "Progressing", "Degraded", "Upgradeable"].map(|kind| {
        let good = matches!(kind, "Available" | "Upgradeable");
        condition(kind, if good { "True" } else { "False" }, "AsExpected", "All is well")
    });
    json!({
        "apiVersion": "config.openshift.io/v1", "kind": "ClusterOperator", "metadata": {"name": name}, "spec": {},
        "status": {
            "conditions": dated(&Value::Null, conditions.into()),
            "versions": [{"name": "operator", "version": VERSION}], "relatedObjects": [],
        },
    })
}
