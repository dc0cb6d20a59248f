//! InstallPlans and ClusterServiceVersions as OLM makes them.

use serde_json::{Map, Value, json};

use super::component::component;
use super::deployment;
use super::package_manifests::version;
use super::packages::{Package, of_csv};
use crate::openshift::context::place;
use crate::openshift::paths::MARKETPLACE;

const VERSION: &str = "operators.coreos.com/v1alpha1";

/// What a new InstallPlan is for.
pub(super) struct Planned<'a> {
    pub namespace: &'a str,
    /// All Subscriptions of the namespace own it.
    pub subscriptions: &'a [&'a Value],
    pub csvs: Vec<&'static str>,
    pub manual: bool,
    pub generation: u64,
}

impl Planned<'_> {
    /// The InstallPlan.
    pub(super) fn object(&self) -> Value {
        let owners = self.subscriptions.iter().map(|subscription| {
            let metadata = &subscription["metadata"];
            json!({
                "apiVersion": VERSION, "kind": "Subscription", "name": metadata["name"], "uid": metadata["uid"],
                "controller": false, "blockOwnerDeletion": false,
            })
        });
        let packages = self.csvs.iter().filter_map(|csv| of_csv(csv));
        let labels: Map<String, Value> =
            packages.map(|package| (component(package.name, self.namespace), json!(""))).collect();
        json!({
            "apiVersion": VERSION, "kind": "InstallPlan",
            "metadata": {
                "generateName": "install-", "namespace": self.namespace, "labels": labels,
                "ownerReferences": owners.collect::<Vec<_>>(),
            },
            "spec": {
                "approval": if self.manual { "Manual" } else { "Automatic" }, "approved": !self.manual,
                "generation": self.generation, "clusterServiceVersionNames": self.csvs,
            },
        })
    }

    /// Its first status.
    pub(super) fn status(&self) -> Value {
        let mut sources: Vec<&str> =
            self.csvs.iter().filter_map(|csv| of_csv(csv)).map(|package| package.catalog).collect();
        sources.dedup();
        json!({
            "phase": if self.manual { "RequiresApproval" } else { "Installing" },
            "catalogSources": sources,
            "plan": self.csvs.iter().flat_map(|csv| steps(csv)).collect::<Vec<_>>(),
            "bundleLookups": self.csvs.iter().filter_map(|csv| lookup(csv)).collect::<Vec<_>>(),
        })
    }
}

/// A bundle that is unpacked has no conditions any more.
fn lookup(csv: &str) -> Option<Value> {
    let package = of_csv(csv)?;
    Some(json!({
        "identifier": csv, "replaces": "", "path": format!("registry.example.test/{}-bundle:latest", package.name),
        "catalogSourceRef": {"name": package.catalog, "namespace": MARKETPLACE},
    }))
}

fn steps(csv: &str) -> Vec<Value> {
    let Some(package) = of_csv(csv) else { return Vec::new() };
    let step = |group: &str, version: &str, kind: &str, name: &str| {
        json!({
            "resolving": csv, "status": "Unknown",
            "resource": {
                "group": group, "version": version, "kind": kind, "name": name, "manifest": "",
                "sourceName": package.catalog, "sourceNamespace": MARKETPLACE,
            },
        })
    };
    let mut steps = vec![step("operators.coreos.com", "v1alpha1", "ClusterServiceVersion", csv)];
    steps.push(step("", "v1", "ServiceAccount", package.deployment));
    for one in package.definitions {
        steps.push(step("apiextensions.k8s.io", "v1", "CustomResourceDefinition", &one.name()));
    }
    steps
}

/// A new ClusterServiceVersion, and the one that it replaces.
pub(super) fn csv(
    name: &str,
    package: &Package,
    namespace: &str,
    group: Option<&Value>,
    replaces: Option<&str>,
) -> Value {
    let owned = package.definitions.iter().map(
        |one| json!({"kind": one.kind, "name": one.name(), "version": one.version, "displayName": one.kind}),
    );
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
            "displayName": package.name, "version": version(name), "installModes": modes, "replaces": replaces,
            "customresourcedefinitions": {"owned": owned.collect::<Vec<_>>()},
            "install": {
                "strategy": "deployment",
                "spec": {
                    "deployments": [{"name": package.deployment, "spec": deployment::spec(package)}],
                    "clusterPermissions": [{"serviceAccountName": package.deployment, "rules": []}],
                },
            },
        },
    })
}
