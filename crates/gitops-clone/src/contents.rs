//! The content of a commit at a path. Symbolic links are followed as in a checkout.

use gix::objs::tree::EntryKind;

use crate::GitError;
use crate::commit::{Commit, root};
use crate::resolve::{Resolved, resolve};

impl Commit {
    /// Returns the content of the file at `path` (`scripts/bootstrap.sh`), or `None` if no file exists there. Symbolic
    /// links in every part of the path are followed.
    ///
    /// # Errors
    /// [`GitError::Link`], [`GitError::InSubmodule`], a damaged cache.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, GitError> {
        let repository = self.open()?;
        match resolve(self, &repository, path)? {
            Some(Resolved { kind: EntryKind::Blob | EntryKind::BlobExecutable, id, .. }) => {
                Ok(Some(repository.find_object(id).map_err(|error| self.damaged(&error))?.detach().data))
            }
            _ => Ok(None),
        }
    }

    /// Returns the mode of `path`, or `None` if the path does not exist. Symbolic links in every part of the path are
    /// followed.
    ///
    /// # Errors
    /// [`GitError::Link`], [`GitError::InSubmodule`], a damaged cache.
    pub fn mode(&self, path: &str) -> Result<Option<Mode>, GitError> {
        let repository = self.open()?;
        Ok(resolve(self, &repository, path)?.map(|found| match found.kind {
            EntryKind::Blob => Mode::File { executable: false },
            EntryKind::BlobExecutable => Mode::File { executable: true },
            EntryKind::Tree => Mode::Folder,
            // Links are followed already.
            EntryKind::Commit | EntryKind::Link => Mode::Submodule,
        }))
    }

    /// Returns the sorted names in the folder `path` (empty for the root). No folder gives no names. Symbolic links in
    /// every part of the path are followed.
    ///
    /// # Errors
    /// [`GitError::Link`], [`GitError::InSubmodule`], a damaged cache.
    pub fn list(&self, path: &str) -> Result<Vec<String>, GitError> {
        let repository = self.open()?;
        let tree = match resolve(self, &repository, path)? {
            Some(Resolved { kind: EntryKind::Tree, id, .. }) => {
                repository.find_tree(id).map_err(|error| self.damaged(&error))?
            }
            _ => return Ok(Vec::new()),
        };
        let mut names = Vec::new();
        for entry in tree.iter() {
            names.push(entry.map_err(|error| self.damaged(&error))?.filename().to_string());
        }
        names.sort();
        Ok(names)
    }

    /// Returns the file that `path` leads to as a checkout writes it, or `None` if no file exists there.
    ///
    /// # Errors
    /// The errors of [`Commit::read`].
    pub fn checked_out(&self, path: &str) -> Result<Option<CheckedOut>, GitError> {
        let repository = self.open()?;
        let Some(found) = resolve(self, &repository, path)? else { return Ok(None) };
        if !matches!(found.kind, EntryKind::Blob | EntryKind::BlobExecutable) {
            return Ok(None);
        }
        let convert = || -> gix::Result<_> {
            let stored = repository.find_object(found.id)?;
            let tree = root(&repository, self.object_id())?.id;
            let (mut filters, _index) = repository.filter_pipeline(Some(tree))?;
            let options = gix::filter::plumbing::pipeline::convert::to_worktree::Options::default();
            let mut written = filters.convert_to_worktree(&stored.data, found.path.as_ref(), options)?;
            let mut content = Vec::new();
            std::io::Read::read_to_end(&mut written, &mut content).map_err(gix::Error::from_error)?;
            Ok(CheckedOut { path: found.path.to_string(), content })
        };
        convert().map(Some).map_err(|error| self.damaged(&error))
    }
}

/// A file as a checkout writes it. The `.gitattributes` of the commit are applied (`eol`, `working-tree-encoding`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedOut {
    /// The path without symbolic links.
    pub path: String,
    /// The written bytes.
    pub content: Vec<u8>,
}

/// The kind of entry at a path of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A file.
    File {
        /// True for an executable file.
        executable: bool,
    },
    /// A folder.
    Folder,
    /// A submodule: a link to a commit of another repository.
    Submodule,
}

impl Mode {
    /// True for an executable file.
    pub fn is_executable(self) -> bool {
        self == Self::File { executable: true }
    }
}
