//! Where things are in the API.

pub(super) const SUBSCRIPTIONS: &str = "/apis/operators.coreos.com/v1alpha1/subscriptions";
pub(super) const INSTALL_PLANS: &str = "/apis/operators.coreos.com/v1alpha1/installplans";
pub(super) const CSVS: &str = "/apis/operators.coreos.com/v1alpha1/clusterserviceversions";
pub(super) const CATALOGS: &str = "/apis/operators.coreos.com/v1alpha1/catalogsources";
pub(super) const OPERATOR_GROUPS: &str = "/apis/operators.coreos.com/v1/operatorgroups";
pub(super) const PACKAGE_MANIFESTS: &str = "/apis/packages.operators.coreos.com/v1/packagemanifests";
pub(super) const SERVICE_ACCOUNTS: &str = "/api/v1/serviceaccounts";
pub(super) const DEPLOYMENTS: &str = "/apis/apps/v1/deployments";
pub(super) const PODS: &str = "/api/v1/pods";
pub(super) const SECRETS: &str = "/api/v1/secrets";
pub(super) const NAMESPACES: &str = "/api/v1/namespaces";
pub(super) const CONFIG_MAPS: &str = "/api/v1/configmaps";
pub(super) const ARGOCDS: &str = "/apis/argoproj.io/v1beta1/argocds";
pub(super) const APPLICATIONS: &str = "/apis/argoproj.io/v1alpha1/applications";
pub(super) const APPLICATION_SETS: &str = "/apis/argoproj.io/v1alpha1/applicationsets";
pub(super) const PROJECTS: &str = "/apis/argoproj.io/v1alpha1/appprojects";
pub(super) const ROUTES: &str = "/apis/route.openshift.io/v1/routes";

/// The namespace whose catalogs serve every other.
pub(super) const MARKETPLACE: &str = "openshift-marketplace";

/// The same kind within one namespace.
pub(super) fn within(all: &str, namespace: &str) -> String {
    match all.rsplit_once('/') {
        Some((group, plural)) => format!("{group}/namespaces/{namespace}/{plural}"),
        None => all.to_owned(),
    }
}

/// One object of that kind.
pub(super) fn one(all: &str, (namespace, name): (&str, &str)) -> String {
    format!("{}/{name}", within(all, namespace))
}
