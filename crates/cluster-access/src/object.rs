use std::fmt;

/// One object in the cluster, or (with an empty name) a kind of object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectRef {
    /// `v1`, `rbac.authorization.k8s.io/v1`
    pub api_version: String,
    /// `Secret`
    pub kind: String,
    /// `secrets`: as it stands in the URL.
    pub plural: String,
    /// None: the kind lives outside of namespaces.
    pub namespace: Option<String>,
    /// Its name; empty where the kind alone is meant.
    pub name: String,
}

impl ObjectRef {
    /// An object in a namespace.
    pub fn namespaced(api_version: &str, kind: &str, plural: &str, namespace: &str, name: &str) -> Self {
        Self { namespace: Some(namespace.into()), ..Self::cluster(api_version, kind, plural, name) }
    }

    /// An object outside of namespaces.
    pub fn cluster(api_version: &str, kind: &str, plural: &str, name: &str) -> Self {
        Self {
            api_version: api_version.into(),
            kind: kind.into(),
            plural: plural.into(),
            namespace: None,
            name: name.into(),
        }
    }

    /// A Secret.
    pub fn secret(namespace: &str, name: &str) -> Self {
        Self::namespaced("v1", "Secret", "secrets", namespace, name)
    }

    /// A ConfigMap.
    pub fn config_map(namespace: &str, name: &str) -> Self {
        Self::namespaced("v1", "ConfigMap", "configmaps", namespace, name)
    }

    /// A ServiceAccount.
    pub fn service_account(namespace: &str, name: &str) -> Self {
        Self::namespaced("v1", "ServiceAccount", "serviceaccounts", namespace, name)
    }

    /// A Lease.
    pub fn lease(namespace: &str, name: &str) -> Self {
        Self::namespaced("coordination.k8s.io/v1", "Lease", "leases", namespace, name)
    }

    /// A Namespace.
    pub fn namespace(name: &str) -> Self {
        Self::cluster("v1", "Namespace", "namespaces", name)
    }

    /// A ClusterRole.
    pub fn cluster_role(name: &str) -> Self {
        Self::cluster("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", name)
    }

    /// A ClusterRoleBinding.
    pub fn cluster_role_binding(name: &str) -> Self {
        Self::cluster("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", name)
    }

    /// The API group; empty for the core one.
    pub fn group(&self) -> &str {
        self.api_version.rsplit_once('/').map_or("", |(group, _)| group)
    }

    /// The URL path of the collection it is in.
    pub(crate) fn collection_path(&self) -> String {
        let root = if self.api_version.contains('/') { "apis" } else { "api" };
        match &self.namespace {
            Some(namespace) => format!("/{root}/{}/namespaces/{namespace}/{}", self.api_version, self.plural),
            None => format!("/{root}/{}/{}", self.api_version, self.plural),
        }
    }
}

/// `Secret openshift-gitops/gitops-repo`, `Namespace openshift-gitops`, `Secret openshift-gitops/*`
impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind)?;
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        f.write_str(if self.name.is_empty() { "*" } else { &self.name })
    }
}
