//! A temporary folder that goes with us, also when we are killed.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::SandboxError;
use crate::error::Attempt as _;
use crate::guarded::Guard;
use crate::programs::Programs;

/// Removed when dropped, and by its guard when nobody is left to drop it.
#[derive(Debug)]
pub(crate) struct Folder {
    guard: Guard,
    dir: TempDir,
}

impl Folder {
    pub(crate) fn new(programs: &Programs) -> Result<Self, SandboxError> {
        let dir = temporary()?;
        let guard = Guard::of_folder(dir.path(), &programs.search_path());
        let guard = guard.attempt("start the guard of a temporary folder")?;
        Ok(Self { guard, dir })
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Removes it now.
    pub(crate) fn remove(mut self) -> Result<(), SandboxError> {
        self.guard.stop();
        let path: PathBuf = self.dir.keep();
        if path.exists() {
            fs_err::remove_dir_all(&path).attempt("remove the sandbox's folder")
        } else {
            Ok(())
        }
    }
}

/// A new folder that only this user may enter.
pub(crate) fn temporary() -> Result<TempDir, SandboxError> {
    tempfile::Builder::new().prefix("bitiq-sandbox-").tempdir().attempt("make a temporary folder")
}
