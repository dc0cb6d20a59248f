//! InstallPlans and ClusterServiceVersions as OLM makes them.

use serde_json::{Map, Value, json};

use super::deployment;
use super::packages::{Package, of_csv};
use crate::openshift::context::{items, place, text};

const VERSION: &str = "operators.coreos.com/v1alpha1";

/// The label by which OLM finds the objects of a package.
pub(super) fn component(package: &str, namespace: &str) -> String {
    format!("operators.coreos.com/{package}.{namespace}")
}

/// Whether an InstallPlan brings a ClusterServiceVersion.
pub(super) fn brings(plan: &Value, csv: &str) -> bool {
    items(&plan["spec"]["clusterServiceVersionNames"]).any(|name| name == csv)
}

/// A new InstallPlan for these Subscriptions and the ClusterServiceVersions that they mean.
pub(super) fn install_plan(namespace: &str, subscriptions: &[&Value], csvs: &[&str], manual: bool) -> Value {
    let owners = subscriptions.iter().map(|subscription| {
        let metadata = &subscription["metadata"];
        json!({
            "apiVersion": VERSION, "kind": "Subscription", "name": metadata["name"], "uid": metadata["uid"],
            "controller": false, "blockOwnerDeletion": false,
        })
    });
    let labels: Map<String, Value> = subscriptions
        .iter()
        .map(|subscription| (component(text(&subscription["spec"]["name"]), namespace), json!("")))
        .collect();
    json!({
        "apiVersion": VERSION, "kind": "InstallPlan",
        "metadata": {
            "generateName": "install-", "namespace": namespace, "labels": labels,
            "ownerReferences": owners.collect::<Vec<_>>(),
        },
        "spec": {
            "approval": if manual { "Manual" } else { "Automatic" }, "approved": !manual, "generation": 1,
            "clusterServiceVersionNames": csvs,
        },
    })
}

/// The status of a new InstallPlan.
pub(super) fn planned(csvs: &[&str], manual: bool) -> Value {
    let mut sources: Vec<&str> =
        csvs.iter().filter_map(|csv| of_csv(csv)).map(|package| package.catalog).collect();
    sources.dedup();
    let steps = csvs.iter().flat_map(|csv| steps(csv)).collect::<Vec<_>>();
    json!({
        "phase": if manual { "RequiresApproval" } else { "Installing" },
        "catalogSources": sources, "plan": steps, "bundleLookups": [],
    })
}

fn steps(csv: &str) -> Vec<Value> {
    let Some(package) = of_csv(csv) else { return Vec::new() };
    let step = |group: &str, version: &str, kind: &str, name: &str| {
        json!({
            "resolving": csv, "status": "Unknown",
            "resource": {
                "group": group, "version": version, "kind": kind, "name": name, "manifest": "",
                "sourceName": package.catalog, "sourceNamespace": "openshift-marketplace",
            },
        })
    };
    let mut steps = vec![step("operators.coreos.com", "v1alpha1", "ClusterServiceVersion", csv)];
    for one in package.definitions {
        steps.push(step("apiextensions.k8s.io", "v1", "CustomResourceDefinition", &one.name()));
    }
    steps
}

/// A new ClusterServiceVersion.
pub(super) fn csv(name: &str, package: &Package, namespace: &str, group: Option<&Value>) -> Value {
    let owned = package.definitions.iter().map(
        |one| json!({"kind": one.kind, "name": one.name(), "version": one.version, "displayName": one.kind}),
    );
    let version = name.split_once('.').map_or(name, |(_, version)| version.trim_start_matches('v'));
    let mut annotations = json!({"operatorframework.io/suggested-namespace": namespace});
    if let Some(group) = group {
        annotations["olm.operatorGroup"] = json!(place(group).1);
        annotations["olm.operatorNamespace"] = json!(namespace);
    }
    let modes = ["OwnNamespace", "SingleNamespace", "MultiNamespace", "AllNamespaces"].map(|mode| {
        let supported = mode == "AllNamespaces" || package.own_namespace && mode == "OwnNamespace";
        json!({"type": mode, "supported": supported})
    });
    json!({
        "apiVersion": VERSION, "kind": "ClusterServiceVersion",
        "metadata": {
            "name": name, "namespace": namespace, "annotations": annotations,
            "labels": {component(package.name, namespace): ""},
        },
        "spec": {
            "displayName": package.name, "version": version, "installModes": modes,
            "customresourcedefinitions": {"owned": owned.collect::<Vec<_>>()},
            "install": {
                "strategy": "deployment",
                "spec": {"deployments": [{"name": package.deployment, "spec": deployment::spec(package)}]},
            },
        },
    })
}
