//! Result of `init`.

use std::path::{Path, PathBuf};

use cluster_spec::Draft;
use schemars::JsonSchema;
use secret::{quoted, quoted_path};
use serde::Serialize;

use super::document::{Document, TextView, VERSION};

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
    #[serde(skip)]
    outcome: InitOutcome,
}

/// Outcome of `init`.
#[derive(Debug)]
pub enum InitOutcome {
    /// Content of the file, under `--dry-run`.
    DryRun(String),
    /// The file is there.
    Written {
        /// The next command.
        next: String,
        /// Place of the schema for editors, if there is none.
        missing_schema: Option<PathBuf>,
    },
}

impl InitDocument {
    /// Of the file that was made of `draft`.
    pub fn new(file: PathBuf, draft: Draft, outcome: InitOutcome) -> Self {
        let Draft { name: cluster, base_domain, env, repo_url, repo_ref } = draft;
        let written = matches!(outcome, InitOutcome::Written { .. });
        let schema_version = VERSION;
        Self { schema_version, file, written, cluster, base_domain, env, repo_url, repo_ref, outcome }
    }
}

impl Document for InitDocument {
    fn text(&self, view: &TextView<'_>) -> String {
        match &self.outcome {
            InitOutcome::DryRun(content) => content.clone(),
            InitOutcome::Written { next, missing_schema } => {
                let for_editors = missing_schema.as_deref().map(|schema| for_editors(schema, view));
                let written = format!("{} is written\n  next {next}\n", self.file.display());
                written + &for_editors.unwrap_or_default()
            }
        }
    }
}

/// Renders the command that gives editors the schema.
fn for_editors(schema: &Path, view: &TextView<'_>) -> String {
    let folder = quoted_path(schema.parent().unwrap_or(schema));
    let (program, file) = (quoted(&view.commands.program), quoted_path(schema));
    format!("  for editors:\n    mkdir -p {folder} && {program} schema > {file}\n")
}
