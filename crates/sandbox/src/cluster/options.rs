//! What a cluster is started with, who may talk to it, and what it remembers of each request.

use std::path::PathBuf;

/// How to start a cluster.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The folder with `etcd`, `kube-apiserver` and `kube-controller-manager` (what `KUBEBUILDER_ASSETS` names).
    /// Without it the cluster is the double in this crate.
    pub assets: Option<PathBuf>,
}

/// Whom a kubeconfig logs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum User {
    /// `kubernetes-admin` of `system:masters`, by client certificate.
    Admin,
    /// `token-admin` of `system:masters`, by bearer token.
    AdminToken,
    /// As [`User::Admin`], but the client certificate ran out yesterday.
    Expired,
    /// As [`User::Admin`], but the client certificate runs out in ten days.
    Expiring,
    /// Somebody by client certificate, with the rights that [`super::Cluster::allow`] gave them.
    Named(String),
    /// Whoever holds this bearer token: a service account's, or a wrong one.
    Token(String),
}

/// Rights that [`super::Cluster::allow`] gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    /// `get`, `create`, `bind`, `*`, …
    pub verbs: Vec<String>,
    /// API groups; the core group is the empty name.
    pub groups: Vec<String>,
    /// Plurals, `plural/subresource`, or `*`.
    pub resources: Vec<String>,
    /// Only these objects; empty: all of them.
    pub names: Vec<String>,
    /// Only in this namespace; none: in the whole cluster.
    pub namespace: Option<String>,
}

impl Rule {
    /// `verbs` (separated by commas) on `resource` of `group`, everywhere.
    pub fn new(verbs: &str, group: &str, resource: &str) -> Self {
        Self {
            verbs: verbs.split(',').map(|verb| verb.trim().to_owned()).collect(),
            groups: vec![group.to_owned()],
            resources: vec![resource.to_owned()],
            names: Vec::new(),
            namespace: None,
        }
    }

    /// The same in one namespace.
    #[must_use]
    pub fn within(mut self, namespace: &str) -> Self {
        self.namespace = Some(namespace.to_owned());
        self
    }

    /// The same on one object.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.names.push(name.to_owned());
        self
    }
}

/// One request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The HTTP method.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The `User-Agent` header, or nothing.
    pub user_agent: String,
    /// Who asked; none while the login is unknown or was refused.
    pub user: Option<String>,
}
