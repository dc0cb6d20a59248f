//! What the program needs to know of a cluster.

use crate::{AppsDomain, BaseDomain, RepoRef, RepoUrl};

/// What cluster.yaml asks for, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterSpec {
    /// `name`: a DNS label.
    pub name: String,
    /// `dns.base_domain`.
    pub base_domain: BaseDomain,
    /// `gitops.env`, handed on as `ENV`.
    pub env: String,
    /// `gitops.repo_url`.
    pub repo_url: RepoUrl,
    /// `gitops.repo_ref`.
    pub repo_ref: RepoRef,
}

impl ClusterSpec {
    /// The domain of the cluster's routes.
    pub fn apps_domain(&self) -> AppsDomain {
        AppsDomain::from_text(format!("apps.{}.{}", self.name, self.base_domain))
    }
}
