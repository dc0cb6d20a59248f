//! Result of `validate`.

use std::path::PathBuf;

use cluster_spec::{AppsDomain, Loaded};
use schemars::JsonSchema;
use serde::Serialize;

use super::document::{Document, TextView, VERSION};
use super::style::{SUCCESS, WARNING, paint};

/// Of `validate`.
#[derive(Serialize, JsonSchema)]
pub struct Valid<'a> {
    /// The version of this document: 1.
    schema_version: u32,
    /// The cluster.yaml.
    file: PathBuf,
    /// `name`.
    cluster: &'a str,
    /// `gitops.env`.
    env: &'a str,
    /// `apps.<name>.<dns.base_domain>`.
    #[serde(rename = "base_domain")]
    #[schemars(with = "String")]
    apps_domain: AppsDomain,
    /// `gitops.repo_url`.
    repo_url: &'a str,
    /// `gitops.repo_ref`.
    repo_ref: &'a str,
    /// What to look at.
    warnings: &'a [String],
}

impl<'a> Valid<'a> {
    /// Of a cluster.yaml that can be used.
    pub fn new(loaded: &'a Loaded) -> Self {
        let spec = &loaded.spec;
        Self {
            schema_version: VERSION,
            file: loaded.folder.yaml(),
            cluster: &spec.name,
            env: &spec.env,
            apps_domain: spec.apps_domain(),
            repo_url: spec.repo_url.as_str(),
            repo_ref: spec.repo_ref.as_str(),
            warnings: &loaded.warnings,
        }
    }
}

impl Document for Valid<'_> {
    fn text(&self, _: &TextView<'_>) -> String {
        let mut text = format!("{} {} can be used\n", paint(SUCCESS, "✓"), self.file.display());
        for (name, value) in [
            ("cluster", self.cluster),
            ("env", self.env),
            ("base domain", self.apps_domain.as_str()),
            ("repository", self.repo_url),
            ("ref", self.repo_ref),
        ] {
            text.push_str(&format!("  {name:<12}{value}\n"));
        }
        for warning in self.warnings {
            text.push_str(&format!(
                "{} {}\n",
                paint(WARNING, "warning:"),
                warning.trim_end().replace('\n', "\n    ")
            ));
        }
        text
    }
}
