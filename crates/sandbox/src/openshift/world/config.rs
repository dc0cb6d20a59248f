//! `config.openshift.io`: which cluster this is, and where it is reached.

use serde_json::{Value, json};

use super::placed::Placed;
use crate::openshift::clusters::Identity;
use crate::openshift::condition::{condition, dated};

/// The version that ClusterVersion and ClusterOperators tell.
pub(super) const VERSION: &str = "4.20.4";

pub(super) fn all(identity: &Identity) -> Vec<Placed> {
    vec![
        at("clusterversions", cluster_version(identity)),
        at("infrastructures", infrastructure(identity)),
        at("consoles", console(identity)),
        at("dnses", dns(identity)),
        at("ingresses", object("Ingress", "cluster", json!({"domain": identity.apps_domain()}), json!({}))),
        at("proxies", object("Proxy", "cluster", json!({"trustedCA": {"name": ""}}), json!({}))),
    ]
}

fn at(plural: &str, object: Value) -> Placed {
    (format!("/apis/config.openshift.io/v1/{plural}"), object)
}

fn object(kind: &str, name: &str, spec: Value, status: Value) -> Value {
    json!({
        "apiVersion": "config.openshift.io/v1", "kind": kind, "metadata": {"name": name},
        "spec": spec, "status": status,
    })
}

fn cluster_version(identity: &Identity) -> Value {
    let said = format!("Done applying {VERSION}");
    let conditions = vec![
        condition("Available", "True", "", &said),
        condition("Failing", "False", "", ""),
        condition("Progressing", "False", "", &format!("Cluster version is {VERSION}")),
    ];
    let history = json!([{"state": "Completed", "version": VERSION, "verified": false, "image": ""}]);
    object(
        "ClusterVersion",
        "version",
        json!({"channel": "stable-4.20", "clusterID": identity.cluster_id}),
        json!({
            "desired": {"version": VERSION, "image": ""},
            "history": history, "conditions": dated(&Value::Null, conditions), "observedGeneration": 1,
        }),
    )
}

fn infrastructure(identity: &Identity) -> Value {
    let Identity { infra_id, base_domain, region, .. } = identity;
    let aws = json!({"region": region});
    object(
        "Infrastructure",
        "cluster",
        json!({"cloudConfig": {"name": ""}, "platformSpec": {"type": "AWS", "aws": {}}}),
        json!({
            "infrastructureName": infra_id, "platform": "AWS", "platformStatus": {"type": "AWS", "aws": aws},
            "apiServerURL": format!("https://api.{base_domain}:6443"),
            "apiServerInternalURI": format!("https://api-int.{base_domain}:6443"),
            "controlPlaneTopology": "SingleReplica", "infrastructureTopology": "HighlyAvailable",
            "etcdDiscoveryDomain": "", "cpuPartitioning": "None",
        }),
    )
}

fn console(identity: &Identity) -> Value {
    let url = format!("https://console-openshift-console.{}", identity.apps_domain());
    object(
        "Console",
        "cluster",
        json!({"authentication": {"logoutRedirect": ""}}),
        json!({"consoleURL": url}),
    )
}

fn dns(identity: &Identity) -> Value {
    let Identity { infra_id, base_domain, .. } = identity;
    let tags = json!({
        "Name": format!("{infra_id}-int"), format!("kubernetes.io/cluster/{infra_id}"): "owned",
    });
    let spec = json!({
        "baseDomain": base_domain, "privateZone": {"tags": tags}, "publicZone": {"id": "Z0123456789ABCDEFGHIJ"},
    });
    object("DNS", "cluster", spec, json!({}))
}
