//! Where a repository of clusters keeps them, and where a cluster keeps what belongs to it.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::LoadError;

/// How deep below `clusters/` a cluster may lie.
const DEEPEST: usize = 4;

/// A folder that holds `clusters/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    root: PathBuf,
}

impl Repository {
    /// The nearest folder that holds `clusters/`, from `start` upward.
    pub fn find(start: &Path) -> Option<Self> {
        start.ancestors().find(|folder| folder.join("clusters").is_dir()).map(Self::at)
    }

    /// The repository at `root`, whether anything is there or not.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder that holds `clusters/`.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `clusters/`
    pub fn clusters_dir(&self) -> PathBuf {
        self.root.join("clusters")
    }

    /// `schemas/cluster.schema.json`, which cluster.yaml is held against where it is there.
    pub fn schema(&self) -> PathBuf {
        self.root.join("schemas").join("cluster.schema.json")
    }

    /// All folders with a cluster.yaml, nested ones with their path, sorted. Hidden folders are not looked into:
    /// `.work/` may hold copies of anything. Folders that can't be read are left out.
    pub fn clusters(&self) -> Vec<String> {
        let mut found = Vec::new();
        collect(&self.clusters_dir(), "", DEEPEST, &mut found);
        found.sort();
        found
    }

    /// The same where `clusters/` can be read; none where it is not there.
    ///
    /// # Errors
    /// [`LoadError::Unlisted`] where the file system refuses to list it, or a file lies in its place.
    pub fn readable_clusters(&self) -> Result<Vec<String>, LoadError> {
        let path = self.clusters_dir();
        match fs_err::read_dir(&path) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => Err(LoadError::Unlisted { path, cause }),
            _ => Ok(self.clusters()),
        }
    }

    /// The folder of a cluster, there or not.
    ///
    /// # Errors
    /// [`LoadError::BadName`] for a name that is empty or absolute, or has a part that is empty, hidden, `..` or
    /// begins with `-`.
    pub fn folder(&self, cluster: &str) -> Result<ClusterFolder, LoadError> {
        let name = cluster.strip_suffix('/').unwrap_or(cluster);
        check_name(name).map_err(|expected| LoadError::BadName { name: cluster.to_owned(), expected })?;
        Ok(ClusterFolder { cluster: name.to_owned(), dir: self.clusters_dir().join(name) })
    }
}

fn collect(folder: &Path, prefix: &str, depth: usize, found: &mut Vec<String>) {
    let Ok(entries) = fs_err::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let Some(name) = entry.file_name().to_str().map(|name| format!("{prefix}{name}")) else { continue };
        if check_name(&name).is_err() || !entry.path().is_dir() {
            continue;
        }
        if entry.path().join("cluster.yaml").is_file() {
            found.push(name.clone());
        }
        if depth > 1 {
            collect(&entry.path(), &format!("{name}/"), depth - 1, found);
        }
    }
}

fn check_name(name: &str) -> Result<(), &'static str> {
    if name.starts_with('/') {
        return Err("a name below clusters/, not an absolute path");
    }
    for part in name.split('/') {
        if part.is_empty() {
            return Err("the name of a folder below clusters/");
        } else if part == ".." {
            return Err("a name without `..`");
        } else if part.starts_with('-') {
            return Err("a name without a leading `-`");
        } else if part.starts_with('.') {
            return Err("a name without hidden parts");
        } else if part.contains(|c: char| c.is_control() || c == '\\') {
            return Err("a name without control characters and `\\`");
        }
    }
    Ok(())
}

/// The folder of one cluster and the paths in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterFolder {
    cluster: String,
    dir: PathBuf,
}

impl ClusterFolder {
    /// The cluster as it is called on the command line: its path below `clusters/`.
    pub fn cluster(&self) -> &str {
        &self.cluster
    }

    /// The last part of [`ClusterFolder::cluster`].
    pub fn name(&self) -> &str {
        self.cluster.rsplit('/').next().unwrap_or(&self.cluster)
    }

    /// `clusters/<cluster>`
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// `cluster.yaml`
    pub fn yaml(&self) -> PathBuf {
        self.dir.join("cluster.yaml")
    }

    /// `.work`: all that is written on this machine lies in it.
    pub fn work(&self) -> PathBuf {
        self.dir.join(".work")
    }

    /// `.work/kubeconfig`
    pub fn kubeconfig(&self) -> PathBuf {
        self.work().join("kubeconfig")
    }

    /// `.work/kubeconfig.bak`: the one that was replaced.
    pub fn kubeconfig_backup(&self) -> PathBuf {
        self.work().join("kubeconfig.bak")
    }

    /// `.work/gitops-src`: the working copy.
    pub fn gitops_src(&self) -> PathBuf {
        self.work().join("gitops-src")
    }

    /// `.work/gitops-bootstrap.json`: the trace of the latest run that wrote.
    pub fn trace(&self) -> PathBuf {
        self.work().join("gitops-bootstrap.json")
    }

    /// `.work/runs`: one folder per run.
    pub fn runs(&self) -> PathBuf {
        self.work().join("runs")
    }

    /// `.work/runs/<run-id>`
    pub fn run(&self, run_id: &str) -> PathBuf {
        self.runs().join(run_id)
    }

    /// `.work/cache`: fetched Git objects.
    pub fn cache(&self) -> PathBuf {
        self.work().join("cache")
    }

    /// `.work/lock`: held while a run is at work.
    pub fn lock(&self) -> PathBuf {
        self.work().join("lock")
    }

    /// `.work/installer`: what openshift-install left.
    pub fn installer(&self) -> PathBuf {
        self.work().join("installer")
    }

    /// `.work/installer/auth/kubeconfig`
    pub fn installer_kubeconfig(&self) -> PathBuf {
        self.installer().join("auth").join("kubeconfig")
    }

    /// `.work/installer/metadata.json`
    pub fn installer_metadata(&self) -> PathBuf {
        self.installer().join("metadata.json")
    }

    /// `.work/infraID`
    pub fn infra_id_file(&self) -> PathBuf {
        self.work().join("infraID")
    }
}
