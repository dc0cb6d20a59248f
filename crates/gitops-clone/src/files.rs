use gix::objs::tree::EntryKind;

use crate::commit::Commit;
use crate::contents::Mode;
use crate::error::GitError;

/// A file of a commit. Its content is read only by [`CommitFile::content`].
pub struct CommitFile<'a> {
    /// The path from the root of the repository.
    pub path: &'a str,
    /// The size in bytes.
    pub size: u64,
    /// The mode, always [`Mode::File`].
    pub mode: Mode,
    commit: &'a Commit,
    repository: &'a gix::Repository,
    id: gix::ObjectId,
}

impl CommitFile<'_> {
    /// Reads the content of the file.
    ///
    /// # Errors
    /// The cache is damaged.
    pub fn content(&self) -> Result<Vec<u8>, GitError> {
        let object = self.repository.find_object(self.id).map_err(|error| self.commit.damaged(&error))?;
        Ok(object.detach().data)
    }
}

impl Commit {
    /// Calls `visit` for every file, in Git's order. Symbolic links and submodules are left out.
    ///
    /// # Errors
    /// The cache is damaged; the first error of `visit`.
    pub fn each_file(
        &self,
        visit: &mut dyn FnMut(&CommitFile<'_>) -> Result<(), GitError>,
    ) -> Result<(), GitError> {
        let mut files = Vec::new();
        self.walk(&mut |repository, kind, id, path| {
            if let EntryKind::Blob | EntryKind::BlobExecutable = kind {
                let mode = Mode::File { executable: kind == EntryKind::BlobExecutable };
                files.push((path.to_owned(), repository.find_header(id)?.size(), mode, id));
            }
            Ok(())
        })?;
        let repository = self.open()?;
        files.iter().try_for_each(|(path, size, mode, id)| {
            let (size, mode, id) = (*size, *mode, *id);
            visit(&CommitFile { path, size, mode, commit: self, repository: &repository, id })
        })
    }
}
