//! What a command asks of the run: cluster.yaml of the named cluster, the settings, who asks.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use preflight::{Request, Scope};

use cluster_spec::{LoadError, Loaded, Repository};
use diagnostics::{Failure, FailureKind, Failures, Subject};
use settings::Settings;
use trace::{StartedBy, Tool};

use crate::app::App;
use crate::error::CommandError;

impl App<'_> {
    /// The folder that holds `clusters/`.
    ///
    /// # Errors
    /// There is none.
    pub fn repository(&self) -> Result<Repository, Failure> {
        let root = &self.root;
        if root.as_ref().is_some_and(|root| root.to_string_lossy().contains(char::is_control)) {
            return Err(CommandError::RootBreaksTheLine.usage(Subject::Arguments));
        }
        repository(root.clone()).ok_or_else(|| {
            let folder = here().display().to_string();
            CommandError::NoClustersFolder { folder }.usage(Subject::Arguments)
        })
    }

    /// cluster.yaml of the named cluster.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn load(&self) -> Result<Loaded, Failure> {
        let repository = self.repository()?;
        let cluster = self.cluster_name()?;
        cluster_spec::load(&repository, &cluster).map_err(|error| {
            let failure = Failure::stating(FailureKind::Usage, Subject::ClusterYaml, &error);
            let failure = Failure { message: said(&error), causes: Vec::new(), ..failure };
            match error {
                LoadError::Invalid(mut problems) => {
                    problems.file = from_here(&repository.root().join(&problems.file));
                    self.problems.set(*problems).ok();
                }
                LoadError::NoSuchCluster { nearest: Some(nearest), .. } => {
                    self.meant.set(nearest).ok();
                }
                _ => {}
            }
            failure
        })
    }

    /// Everything a run of `scope` needs.
    ///
    /// # Errors
    /// cluster.yaml or the settings are wrong.
    pub fn request(&self, scope: Scope) -> Result<Request, Failures> {
        let loaded = self.load()?;
        let settings = Settings::from_vars(&|name| self.lookup(name), self.environment.clone())?;
        let text = |name: &str| {
            self.environment.get(OsStr::new(name)).and_then(|value| value.to_str()).map(String::from)
        };
        Ok(Request {
            scope,
            spec: loaded.spec,
            folder: loaded.folder,
            spec_warnings: loaded.warnings,
            settings,
            started_by: StartedBy {
                user: ["SUDO_USER", "USER", "LOGNAME"]
                    .into_iter()
                    .find_map(text)
                    .unwrap_or_else(settings::this_user),
                host: settings::this_machine(),
                pid: std::process::id(),
            },
            tool: Tool {
                name: env!("CARGO_PKG_NAME").into(),
                version: env!("CARGO_PKG_VERSION").into(),
                command: scope.name().into(),
            },
            temporary: std::env::temp_dir(),
        })
    }
}

/// The repository of clusters at `root`, else the nearest one upward from here.
pub fn repository(root: Option<PathBuf>) -> Option<Repository> {
    match root {
        // The script is given paths below it, and runs elsewhere.
        Some(root) => Some(Repository::at(std::path::absolute(&root).unwrap_or(root))),
        None => Repository::find(&here()),
    }
}

/// A path as it reaches the file from here.
fn from_here(path: &Path) -> String {
    path.strip_prefix(here()).unwrap_or(path).display().to_string()
}

fn here() -> PathBuf {
    std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."))
}

/// An error of loading with its causes, which name the path.
fn said(error: &LoadError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
