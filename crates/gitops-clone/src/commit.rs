use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};

use gix::objs::tree::EntryKind;

use crate::GitError;
use crate::cache::options;
use crate::words::chain;

/// A commit in the cache, with all its files. The files are read from the cache, without a working copy.
#[derive(Clone)]
pub struct Commit {
    git_dir: PathBuf,
    id: gix::ObjectId,
}

/// The beginning of a Git LFS pointer.
const LFS: &[u8] = b"version https://git-lfs.github.com/spec/";
/// The size limit of a Git LFS pointer, in bytes.
const LFS_LONGEST: u64 = 1024;

impl Commit {
    /// Returns the commit, or `None` if `id` is no commit.
    pub(crate) fn of(repository: &gix::Repository, id: gix::ObjectId) -> Option<Self> {
        repository.find_commit(id).ok()?;
        Some(Self { git_dir: repository.git_dir().to_path_buf(), id })
    }

    /// Returns the full id, hexadecimal.
    pub fn id(&self) -> String {
        self.id.to_string()
    }

    /// Returns the first ten characters of the id.
    pub(crate) fn short(&self) -> String {
        self.id.to_hex_with_len(10).to_string()
    }

    /// Returns the paths of submodules. Submodules are not fetched.
    ///
    /// # Errors
    /// The cache is damaged.
    pub fn submodules(&self) -> Result<Vec<String>, GitError> {
        let mut paths = Vec::new();
        self.walk(&mut |_, kind, _, path| {
            if kind == EntryKind::Commit {
                paths.push(path.to_owned());
            }
            Ok(())
        })?;
        Ok(paths)
    }

    /// Returns the paths of files in Git LFS. Their content is not fetched: the commit has pointers only.
    ///
    /// # Errors
    /// The cache is damaged.
    pub fn lfs_pointers(&self) -> Result<Vec<String>, GitError> {
        let (mut paths, mut others) = (Vec::new(), HashSet::new());
        self.walk(&mut |repository, kind, id, path| {
            // An object at several paths is read once.
            let is_file = matches!(kind, EntryKind::Blob | EntryKind::BlobExecutable);
            if !is_file || others.contains(&id) {
                return Ok(());
            }
            if repository.find_header(id)?.size() <= LFS_LONGEST
                && repository.find_object(id)?.data.starts_with(LFS)
            {
                paths.push(path.to_owned());
            } else {
                others.insert(id);
            }
            Ok(())
        })?;
        Ok(paths)
    }

    pub(crate) fn object_id(&self) -> gix::ObjectId {
        self.id
    }

    /// Returns the repository of the commit.
    pub(crate) fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    pub(crate) fn open(&self) -> Result<gix::Repository, GitError> {
        gix::open_opts(&self.git_dir, options()).map_err(|error| self.damaged(&error))
    }

    pub(crate) fn damaged(&self, error: &gix::Error) -> GitError {
        GitError::disk("read the Git cache", &self.git_dir, error)
            .unwrap_or_else(|| GitError::Cache { path: self.git_dir.clone(), detail: chain(error) })
    }

    /// Calls `visit` for every entry that is no folder, in Git's order.
    ///
    /// # Errors
    /// [`GitError::UnusablePath`], for example for too many paths; a damaged cache.
    pub(crate) fn walk(&self, visit: &mut Visit<'_>) -> Result<(), GitError> {
        let repository = self.open()?;
        self.check_paths()?;
        let tree = root(&repository, self.id).and_then(|tree| visit_tree(&repository, tree.id, visit));
        tree.map_err(|error| self.damaged(&error))
    }
}

pub(crate) type Visit<'a> =
    dyn FnMut(&gix::Repository, EntryKind, gix::ObjectId, &str) -> gix::Result<()> + 'a;

/// Visits a tree without recursion: a tree can be deeper than the stack.
fn visit_tree(repository: &gix::Repository, tree: gix::ObjectId, visit: &mut Visit<'_>) -> gix::Result<()> {
    let mut left = entries(repository, tree, "")?;
    while let Some((path, kind, id)) = left.pop() {
        match kind {
            EntryKind::Tree => left.extend(entries(repository, id, &format!("{path}/"))?),
            _ => visit(repository, kind, id, &path)?,
        }
    }
    Ok(())
}

/// Returns the entries of a tree in reverse order.
fn entries(
    repository: &gix::Repository,
    tree: gix::ObjectId,
    below: &str,
) -> gix::Result<Vec<(String, EntryKind, gix::ObjectId)>> {
    let tree = repository.find_tree(tree)?;
    let mut entries = Vec::new();
    for entry in tree.iter() {
        let entry = entry?;
        entries.push((format!("{below}{}", entry.filename()), entry.mode().kind(), entry.object_id()));
    }
    entries.reverse();
    Ok(entries)
}

pub(crate) fn root(repository: &gix::Repository, id: gix::ObjectId) -> gix::Result<gix::Tree<'_>> {
    repository.find_object(id)?.peel_to_tree()
}

impl fmt::Debug for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Commit({})", self.id)
    }
}
