//! Why a cluster could not be loaded.

use std::io;
use std::path::PathBuf;

use advice::Diagnostic;

use crate::SpecProblems;

/// Why a cluster could not be loaded. All but [`LoadError::Unreadable`] and [`LoadError::Unlisted`] are the asker's to
/// mend.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum LoadError {
    /// The name can't be that of a cluster.
    #[error("failed to find the cluster {}: expected {expected}", name.escape_debug())]
    #[code("YAML-001")]
    #[hint("name a folder below clusters/, such as demo or _example/demo")]
    BadName {
        /// The name as it was given.
        name: String,
        /// What is expected.
        expected: &'static str,
    },
    /// There is no such cluster.
    #[error("failed to find the cluster {cluster}: there is no {}", looked_at.display())]
    #[code("YAML-002")]
    #[hint(when(let Some(nearest) = nearest), say("did you mean {nearest}? There are: {}", listed(clusters)))]
    #[hint(
        when(clusters.is_empty()),
        "clusters/ holds no cluster yet: write clusters/<cluster>/cluster.yaml first"
    )]
    #[hint(
        when(clusters.iter().all(|it| it.starts_with(EXAMPLES))),
        say("start from an example and edit it (there are: {}):", listed(clusters)),
        run("cp -r clusters/{} clusters/{}", clusters[0], cluster)
    )]
    #[hint(say("there are: {}", listed(clusters)))]
    NoSuchCluster {
        /// The name as it was given.
        cluster: String,
        /// The file looked for.
        looked_at: PathBuf,
        /// The clusters there are.
        clusters: Vec<String>,
        /// The one most like it.
        nearest: Option<String>,
    },
    /// The folder that holds clusters/ is not there.
    #[error("failed to find the cluster {cluster}: the folder {} is not there", root.display())]
    #[code("YAML-003")]
    #[hint("name the folder that holds clusters/: --root DIR, or the variable BITIQ_BOOTSTRAP_ROOT")]
    NoRoot {
        /// The name as it was given.
        cluster: String,
        /// The folder looked for.
        root: PathBuf,
    },
    /// clusters/ can't be read.
    #[error("failed to list the clusters: {}", disk::explain(cause, path))]
    #[code("YAML-004")]
    #[hint(disk(&disk::explain(cause, path)))]
    Unlisted {
        /// clusters/
        path: PathBuf,
        /// What the file system said.
        cause: io::Error,
    },
    /// cluster.yaml is not as it must be. Its text is the rendered list of problems.
    #[error(transparent)]
    Invalid(Box<SpecProblems>),
    /// cluster.yaml, or the schema, is there but can't be read.
    #[error("failed to read the cluster {cluster}: {}", disk::explain(cause, path))]
    #[code("YAML-005")]
    #[hint(disk(&disk::explain(cause, path)))]
    Unreadable {
        /// The name as it was given.
        cluster: String,
        /// The file.
        path: PathBuf,
        /// What the file system said.
        cause: io::Error,
    },
    /// The repository's own schemas/cluster.schema.json is no JSON Schema.
    #[error("failed to read the schema {}: {reason}", path.display())]
    #[code("YAML-006")]
    #[hint(say("mend {}, or remove it", path.display()))]
    BadSchema {
        /// The schema's file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// Where the clusters lie that are there to be copied.
const EXAMPLES: &str = "_example/";

/// The names of clusters in a sentence, the first of many.
pub fn listed(clusters: &[String]) -> String {
    const SHOWN: usize = 30;
    let shown = clusters.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match clusters.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
