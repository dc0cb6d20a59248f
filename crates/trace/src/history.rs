//! The runs that are remembered: one folder each under `.work/runs/`, the newest twenty.

use std::io;
use std::path::{Path, PathBuf};

use crate::{ReadError, Record, RunId};

/// How many runs are kept.
pub const KEPT_RUNS: usize = 20;

/// The folder of all runs of a cluster.
#[derive(Clone, Debug)]
pub struct History {
    folder: PathBuf,
}

/// One remembered run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its name.
    pub id: RunId,
    /// Its folder.
    pub folder: PathBuf,
}

impl Run {
    /// Where its trace lies.
    pub fn trace(&self) -> PathBuf {
        self.folder.join("trace.json")
    }

    /// Where the script's output lies.
    pub fn log(&self) -> PathBuf {
        self.folder.join("bootstrap.log")
    }
}

impl History {
    /// The runs below `folder` (`.work/runs`), which need not be there.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The run of that name, there or not.
    pub fn run(&self, id: &RunId) -> Run {
        Run { id: id.clone(), folder: self.folder.join(id.as_str()) }
    }

    /// All runs, the newest first. Whatever else lies in the folder, links included, is not looked at.
    ///
    /// # Errors
    /// [`ReadError::Io`] when the folder can't be read; a missing one holds no runs.
    pub fn list(&self) -> Result<Vec<Run>, ReadError> {
        let entries = match fs_err::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(ReadError::Io)?,
        };
        let mut runs = Vec::new();
        for entry in entries {
            let entry = entry.map_err(ReadError::Io)?;
            let id = entry.file_name().to_str().and_then(|name| RunId::parse(name).ok());
            if let (Some(id), true) = (id, entry.file_type().map_err(ReadError::Io)?.is_dir()) {
                runs.push(Run { id, folder: entry.path() });
            }
        }
        runs.sort_by(|a, b| b.id.cmp(&a.id));
        Ok(runs)
    }

    /// The trace of one run.
    ///
    /// # Errors
    /// Those of [`crate::read`].
    pub fn load(&self, id: &RunId) -> Result<Record, ReadError> {
        crate::read(&self.run(id).trace())
    }

    /// Removes all runs but the newest `keep` and those in `spare`: the ones at work. Says which went. Call it with
    /// the lock held, so that no other run can be at work unseen.
    ///
    /// # Errors
    /// [`ReadError::Io`] when a folder can't be read or removed.
    pub fn prune(&self, keep: usize, spare: &[RunId]) -> Result<Vec<RunId>, ReadError> {
        let mut gone = Vec::new();
        for run in self.list()?.into_iter().skip(keep).filter(|run| !spare.contains(&run.id)) {
            fs_err::remove_dir_all(&run.folder).map_err(ReadError::Io)?;
            gone.push(run.id);
        }
        Ok(gone)
    }

    /// The folder of all runs.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}
