use cluster_access::ObjectRef;
use serde_json::Value;

const OLM: &str = "operators.coreos.com/v1alpha1";

pub(crate) fn subscription(namespace: &str, name: &str) -> ObjectRef {
    ObjectRef::namespaced(OLM, "Subscription", "subscriptions", namespace, name)
}

/// Of every namespace.
pub(crate) fn all_subscriptions() -> ObjectRef {
    ObjectRef::cluster(OLM, "Subscription", "subscriptions", "")
}

/// A ClusterServiceVersion; without a name all of the namespace.
pub fn csv(namespace: &str, name: &str) -> ObjectRef {
    ObjectRef::namespaced(OLM, "ClusterServiceVersion", "clusterserviceversions", namespace, name)
}

/// Of every namespace.
pub(crate) fn all_csvs() -> ObjectRef {
    ObjectRef::cluster(OLM, "ClusterServiceVersion", "clusterserviceversions", "")
}

/// What the catalogs offer to a namespace, as OLM's package server tells it.
pub(crate) fn package_manifests(namespace: &str) -> ObjectRef {
    let version = "packages.operators.coreos.com/v1";
    ObjectRef::namespaced(version, "PackageManifest", "packagemanifests", namespace, "")
}

pub(crate) fn install_plan(namespace: &str, name: &str) -> ObjectRef {
    ObjectRef::namespaced(OLM, "InstallPlan", "installplans", namespace, name)
}

/// The one that a Subscription is waiting for.
pub(crate) fn install_plan_of(subscription: &Value) -> Option<ObjectRef> {
    let status = &subscription["status"];
    let names = [&status["installPlanRef"]["name"], &status["installplan"]["name"]];
    let name = names.into_iter().find_map(Value::as_str)?;
    Some(install_plan(subscription["metadata"]["namespace"].as_str()?, name))
}

pub(crate) fn catalog(namespace: &str, name: &str) -> ObjectRef {
    ObjectRef::namespaced(OLM, "CatalogSource", "catalogsources", namespace, name)
}

pub(crate) fn groups(namespace: &str) -> ObjectRef {
    group(namespace, "")
}

pub(crate) fn group(namespace: &str, name: &str) -> ObjectRef {
    ObjectRef::namespaced("operators.coreos.com/v1", "OperatorGroup", "operatorgroups", namespace, name)
}

pub(crate) fn deployment(namespace: &str, name: &str) -> ObjectRef {
    ObjectRef::namespaced("apps/v1", "Deployment", "deployments", namespace, name)
}

/// The definition of the kind ArgoCD.
pub(crate) fn argocds_definition() -> ObjectRef {
    let kind = "CustomResourceDefinition";
    let plural = "customresourcedefinitions";
    ObjectRef::cluster("apiextensions.k8s.io/v1", kind, plural, "argocds.argoproj.io")
}
