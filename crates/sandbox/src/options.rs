//! What a sandbox is started with.

use std::time::Duration;

use crate::cluster;
use crate::git_host::{MAIN, PRIVATE};
use crate::openshift;
use crate::programs::{Programs, control_plane};

/// Which parts a sandbox has, and what its cluster is called. The default: every part, and a cluster named `demo`.
#[derive(Debug, Clone)]
pub struct Options {
    /// With a Vault.
    pub vault: bool,
    /// With Argo CD's kinds and its controller.
    pub argocd: bool,
    /// Whether the cluster is an OpenShift, and how that behaves.
    pub openshift: Option<openshift::Options>,
    /// The cluster's name, and that of its folder below `clusters/`.
    pub cluster_name: String,
    /// `dns.base_domain`.
    pub base_domain: String,
    /// `gitops.env`.
    pub env: String,
    /// The repository that `gitops.repo_url` names; both repositories of the Git host have the same content.
    pub repository: String,
    /// `gitops.repo_ref`.
    pub repo_ref: String,
    /// How often Argo CD looks at an Application again without being asked to.
    pub resync: Duration,
    /// What the cluster API is; by default the real one where `KUBEBUILDER_ASSETS` names its folder, else the double.
    pub cluster: cluster::Options,
    /// Where programs are looked for.
    pub programs: Programs,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            vault: true,
            argocd: true,
            openshift: None,
            cluster_name: "demo".to_owned(),
            base_domain: "example.test".to_owned(),
            env: "sno".to_owned(),
            repository: PRIVATE.to_owned(),
            repo_ref: MAIN.to_owned(),
            resync: Duration::from_secs(3),
            cluster: cluster::Options { assets: control_plane() },
            programs: Programs::default(),
        }
    }
}

impl Options {
    /// A cluster API and a Git host alone.
    pub fn bare() -> Self {
        Self { vault: false, argocd: false, ..Self::default() }
    }

    /// Every part, on an OpenShift.
    pub fn openshift() -> Self {
        Self { openshift: Some(openshift::Options::default()), ..Self::default() }
    }

    /// `BASE_DOMAIN`, as the script is handed it.
    pub fn apps_domain(&self) -> String {
        format!("apps.{}.{}", self.cluster_name, self.base_domain)
    }
}
