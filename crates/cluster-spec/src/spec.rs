//! What the program needs to know of a cluster.

use crate::{RepoRef, RepoUrl};

/// What cluster.yaml asks for, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterSpec {
    /// `name`: a DNS label.
    pub name: String,
    /// `dns.base_domain`: a DNS name. What the script is handed as `BASE_DOMAIN` is [`ClusterSpec::apps_domain`].
    pub base_domain: String,
    /// `gitops.env`, handed on as `ENV`.
    pub env: String,
    /// `gitops.repo_url`.
    pub repo_url: RepoUrl,
    /// `gitops.repo_ref`.
    pub repo_ref: RepoRef,
}

impl ClusterSpec {
    /// `apps.<name>.<base_domain>`: the domain of the cluster's routes, handed on as `BASE_DOMAIN`.
    pub fn apps_domain(&self) -> String {
        format!("apps.{}.{}", self.name, self.base_domain)
    }
}
