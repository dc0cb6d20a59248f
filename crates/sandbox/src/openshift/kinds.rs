//! The kinds that every OpenShift has.

use crate::definition::Definition;

const CONFIG: &str = "config.openshift.io";
const OPERATORS: &str = "operators.coreos.com";
const PACKAGES: &str = "packages.operators.coreos.com";

pub(super) const OPENSHIFT: &[Definition] = &[
    Definition::cluster(CONFIG, "v1", "ClusterVersion", "clusterversions"),
    Definition::cluster(CONFIG, "v1", "Infrastructure", "infrastructures"),
    Definition::cluster(CONFIG, "v1", "Console", "consoles"),
    Definition::cluster(CONFIG, "v1", "DNS", "dnses"),
    Definition::cluster(CONFIG, "v1", "Ingress", "ingresses"),
    Definition::cluster(CONFIG, "v1", "Proxy", "proxies"),
    Definition::cluster(CONFIG, "v1", "ClusterOperator", "clusteroperators").short(&["co"]),
    Definition::namespaced("machine.openshift.io", "v1beta1", "MachineSet", "machinesets"),
    Definition::namespaced("machine.openshift.io", "v1beta1", "Machine", "machines"),
    Definition::namespaced("route.openshift.io", "v1", "Route", "routes"),
    Definition::namespaced(OPERATORS, "v1alpha1", "Subscription", "subscriptions").short(&["sub", "subs"]),
    Definition::namespaced(OPERATORS, "v1alpha1", "ClusterServiceVersion", "clusterserviceversions")
        .short(&["csv", "csvs"]),
    Definition::namespaced(OPERATORS, "v1alpha1", "InstallPlan", "installplans").short(&["ip"]),
    Definition::namespaced(OPERATORS, "v1alpha1", "CatalogSource", "catalogsources").short(&["catsrc"]),
    Definition::namespaced(OPERATORS, "v1", "OperatorGroup", "operatorgroups").short(&["og"]),
    // A real cluster has an API server for it.
    Definition::namespaced(PACKAGES, "v1", "PackageManifest", "packagemanifests").without_status(),
];
