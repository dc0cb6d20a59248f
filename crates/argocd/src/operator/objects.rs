use cluster_access::ObjectRef;

const OLM: &str = "operators.coreos.com/v1alpha1";

pub(crate) fn subscription(namespace: &str, name: &str) -> ObjectRef {
    ObjectRef::namespaced(OLM, "Subscription", "subscriptions", namespace, name)
}

/// Of every namespace.
pub(crate) fn all_subscriptions() -> ObjectRef {
    ObjectRef::cluster(OLM, "Subscription", "subscriptions", "")
}

pub(crate) fn csv(namespace: &str, name: &str) -> ObjectRef {
    ObjectRef::namespaced(OLM, "ClusterServiceVersion", "clusterserviceversions", namespace, name)
}

pub(crate) fn install_plan(namespace: &str, name: &str) -> ObjectRef {
    ObjectRef::namespaced(OLM, "InstallPlan", "installplans", namespace, name)
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
