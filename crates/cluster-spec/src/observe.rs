//! Reads a cluster from its folder.

use std::io::{self, Read as _};
use std::path::Path;

use crate::repository_schema::RepositorySchema;
use crate::validate::LONGEST;
use crate::{ClusterFolder, ClusterSpec, LoadError, Parsed, Repository, nearest, parse};

/// A cluster as it was asked for.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Content of its cluster.yaml.
    pub spec: ClusterSpec,
    /// Its folder.
    pub folder: ClusterFolder,
    /// Warnings about cluster.yaml; they do not stop a run.
    pub warnings: Vec<String>,
}

/// Reads the cluster.yaml of `cluster`, and holds it against the repository's own schema where there is one.
///
/// # Errors
/// [`LoadError`]: no such cluster, all that is wrong with its cluster.yaml at once, or a file that can't be read.
pub fn load(repository: &Repository, cluster: &str) -> Result<Loaded, LoadError> {
    let folder = repository.folder(cluster)?;
    let yaml = folder.yaml();
    let unreadable = |cause| LoadError::Unreadable { cluster: cluster.to_owned(), path: yaml.clone(), cause };
    let Some(bytes) = read(&yaml, LONGEST).map_err(unreadable)? else {
        return Err(no_such_cluster(repository, &folder));
    };
    let schema = read_schema(repository, cluster)?;
    let file = format!("clusters/{}/cluster.yaml", folder.cluster());
    let Parsed { spec, mut warnings } =
        parse(&file, &bytes, schema.as_ref()).map_err(|problems| LoadError::Invalid(Box::new(problems)))?;
    if spec.name != folder.name() {
        let (name, is) = (folder.name(), &spec.name);
        warnings.push(format!("{file}: `name` is {is}, the folder is called {name}; the name counts"));
    }
    Ok(Loaded { spec, folder, warnings })
}

fn no_such_cluster(repository: &Repository, folder: &ClusterFolder) -> LoadError {
    let cluster = folder.cluster().to_owned();
    let root = repository.root();
    if fs_err::metadata(root).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return LoadError::NoRoot { cluster, root: root.to_owned() };
    }
    let clusters = repository.clusters();
    let nearest = nearest(&cluster, clusters.iter().map(String::as_str)).map(str::to_owned);
    LoadError::NoSuchCluster { cluster, looked_at: folder.yaml(), clusters, nearest }
}

fn read_schema(repository: &Repository, cluster: &str) -> Result<Option<RepositorySchema>, LoadError> {
    let path = repository.schema();
    let unreadable = |cause| LoadError::Unreadable { cluster: cluster.to_owned(), path: path.clone(), cause };
    let bad = |reason: String| LoadError::BadSchema { path: path.clone(), reason };
    let Some(bytes) = read(&path, LONGEST).map_err(unreadable)? else { return Ok(None) };
    let value = serde_json::from_slice(&bytes).map_err(|error| bad(error.to_string()))?;
    RepositorySchema::new(&value).map(Some).map_err(bad)
}

/// The bytes of a regular file, one more than `most` at the most; none where it is not there.
fn read(path: &Path, most: usize) -> io::Result<Option<Vec<u8>>> {
    let missing =
        |error: &io::Error| matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
    match disk::regular(path) {
        Err(error) if missing(&error) => return Ok(None),
        found => found?,
    };
    let mut bytes = Vec::new();
    fs_err::File::open(path)?.take(most as u64 + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}
