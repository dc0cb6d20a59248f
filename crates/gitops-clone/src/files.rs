use gix::objs::tree::EntryKind;

use crate::commit::Commit;
use crate::contents::Mode;
use crate::error::GitError;

/// A file of a commit. Its content is read when it is asked for.
pub struct CommitFile<'a> {
    /// From the root of the repository.
    pub path: &'a str,
    /// In bytes.
    pub size: u64,
    /// [`Mode::File`].
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
    /// Shows every file to `visit`, sorted as Git sorts them. Symbolic links and submodules are none.
    ///
    /// # Errors
    /// The cache is damaged; what `visit` says ends it.
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
