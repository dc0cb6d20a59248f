//! A temporary folder that goes with us, also when we are killed.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::SandboxError;
use crate::error::Attempt as _;
use crate::guarded::{Guard, Guarded};
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
        let mut guarded = Guarded::new("/bin/sleep", ["2147483647"], &dir.path().join("guard.log"));
        guarded.env.push(("PATH".into(), programs.search_path()));
        guarded.remove = Some(dir.path().to_path_buf());
        let guard = guarded.start().attempt("start the guard of a temporary folder")?;
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
