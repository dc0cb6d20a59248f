//! The kinds the cluster knows: those it is born with, and those that CustomResourceDefinitions add.

use serde_json::Value;

/// One kind in one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kind {
    pub group: String,
    pub version: String,
    pub kind: String,
    pub plural: String,
    pub namespaced: bool,
    pub short: Vec<String>,
    /// Whether it has a `/status` of its own.
    pub status: bool,
    /// Whether a CustomResourceDefinition made it.
    pub custom: bool,
}

const RBAC: &str = "rbac.authorization.k8s.io";

/// Group, version, kind, plural, namespaced, short names, with `/status`.
type Row = (&'static str, &'static str, &'static str, &'static str, bool, &'static str, bool);

#[rustfmt::skip]
const BUILT_IN: &[Row] = &[
    ("", "v1", "Namespace", "namespaces", false, "ns", true),
    ("", "v1", "Node", "nodes", false, "no", true),
    ("", "v1", "Pod", "pods", true, "po", true),
    ("", "v1", "Secret", "secrets", true, "", false),
    ("", "v1", "ConfigMap", "configmaps", true, "cm", false),
    ("", "v1", "ServiceAccount", "serviceaccounts", true, "sa", false),
    ("", "v1", "Service", "services", true, "svc", true),
    ("", "v1", "Endpoints", "endpoints", true, "ep", false),
    ("", "v1", "Event", "events", true, "ev", false),
    ("apps", "v1", "Deployment", "deployments", true, "deploy", true),
    ("apps", "v1", "ReplicaSet", "replicasets", true, "rs", true),
    ("apps", "v1", "StatefulSet", "statefulsets", true, "sts", true),
    ("apps", "v1", "DaemonSet", "daemonsets", true, "ds", true),
    ("batch", "v1", "Job", "jobs", true, "", true),
    ("batch", "v1", "CronJob", "cronjobs", true, "cj", true),
    ("coordination.k8s.io", "v1", "Lease", "leases", true, "", false),
    ("storage.k8s.io", "v1", "StorageClass", "storageclasses", false, "sc", false),
    (RBAC, "v1", "Role", "roles", true, "", false),
    (RBAC, "v1", "RoleBinding", "rolebindings", true, "", false),
    (RBAC, "v1", "ClusterRole", "clusterroles", false, "", false),
    (RBAC, "v1", "ClusterRoleBinding", "clusterrolebindings", false, "", false),
    ("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", false, "crd crds", true),
];

/// Kinds that are asked, not kept: group, version, kind, plural, namespaced.
#[rustfmt::skip]
pub(crate) const REVIEWS: &[(&str, &str, &str, &str, bool)] = &[
    ("authentication.k8s.io", "v1", "TokenReview", "tokenreviews", false),
    ("authentication.k8s.io", "v1", "SelfSubjectReview", "selfsubjectreviews", false),
    ("authorization.k8s.io", "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", false),
    ("authorization.k8s.io", "v1", "SelfSubjectRulesReview", "selfsubjectrulesreviews", false),
    ("authorization.k8s.io", "v1", "SubjectAccessReview", "subjectaccessreviews", false),
    ("authorization.k8s.io", "v1", "LocalSubjectAccessReview", "localsubjectaccessreviews", true),
];

/// The kinds a cluster is born with.
pub(crate) fn built_in() -> Vec<Kind> {
    BUILT_IN.iter().map(from_row).collect()
}

fn from_row(&(group, version, kind, plural, namespaced, short, status): &Row) -> Kind {
    Kind {
        group: group.to_owned(),
        version: version.to_owned(),
        kind: kind.to_owned(),
        plural: plural.to_owned(),
        namespaced,
        short: short.split_whitespace().map(str::to_owned).collect(),
        status,
        custom: false,
    }
}

/// The kinds, one for each served version, that a CustomResourceDefinition makes.
pub(crate) fn of_definition(definition: &Value) -> Vec<Kind> {
    let (spec, names) = (&definition["spec"], &definition["spec"]["names"]);
    let served = items(&spec["versions"]).filter(|version| version["served"] == true);
    served
        .map(|version| Kind {
            group: text(&spec["group"]),
            version: text(&version["name"]),
            kind: text(&names["kind"]),
            plural: text(&names["plural"]),
            namespaced: spec["scope"] == "Namespaced",
            short: items(&names["shortNames"]).map(text).collect(),
            status: version["subresources"]["status"].is_object(),
            custom: true,
        })
        .collect()
}

impl Kind {
    /// `v1`, `apps/v1`.
    pub(crate) fn api_version(&self) -> String {
        api_version(&self.group, &self.version)
    }

    /// Whether `group` and `plural` name this kind.
    pub(crate) fn is(&self, group: &str, plural: &str) -> bool {
        self.group == group && self.plural == plural
    }
}

/// `v1` for the core group, else `group/version`.
pub(crate) fn api_version(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}

/// `secrets`, `roles.rbac.authorization.k8s.io`: how messages name a kind.
pub(crate) fn qualified(name: &str, group: &str) -> String {
    if group.is_empty() { name.to_owned() } else { format!("{name}.{group}") }
}

/// The string in `value`, or an empty one.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The items of a list, or none.
pub(crate) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
