//! What `init` says of the file it wrote.

use std::path::PathBuf;

use cluster_spec::Draft;
use schemars::JsonSchema;
use serde::Serialize;

/// Of `init`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct InitDocument {
    /// The version of this document: 1.
    schema_version: u32,
    /// The file.
    file: PathBuf,
    /// Whether it was written: not under `--dry-run`.
    written: bool,
    /// `name`.
    cluster: String,
    /// `dns.base_domain`.
    base_domain: String,
    /// `gitops.env`.
    env: String,
    /// `gitops.repo_url`.
    repo_url: String,
    /// `gitops.repo_ref`.
    repo_ref: String,
}

impl InitDocument {
    /// Of the file that was made of `draft`.
    pub fn of(file: PathBuf, written: bool, draft: Draft) -> Self {
        let Draft { name: cluster, base_domain, env, repo_url, repo_ref } = draft;
        Self { schema_version: 1, file, written, cluster, base_domain, env, repo_url, repo_ref }
    }
}
