use std::collections::HashSet;
use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gix::refs::transaction::PreviousValue;

use crate::GitError;
use crate::blocking::CancelHandle;

/// The bare repository of fetched objects. The value holds the lock: only its owner writes to the repository.
pub(crate) struct Cache {
    pub(crate) repository: gix::Repository,
    path: PathBuf,
    _lock: File,
}

/// The ref by which the next fetch reports the objects of the cache to the host.
const KEPT: &str = "refs/heads/cache";
/// The most packs of a cache. Each fetch adds one; a cache with more packs is recreated.
const MOST_PACKS: usize = 20;

impl Cache {
    /// Opens or creates the repository in the folder `cache`. Waits for another process that holds the lock.
    pub(crate) fn open(cache: &Path, cancel: &CancelHandle) -> Result<Self, GitError> {
        make_private(cache).map_err(GitError::io("create the Git cache"))?;
        let lock = lock(&cache.join("repository.lock"), cancel)?;
        let path = cache.join("repository.git");
        let repository = match gix::open_opts(&path, options()) {
            Ok(repository) if packs(&path).len() <= MOST_PACKS => repository,
            _ => make(&path)?,
        };
        // This process holds the lock, so lock files of Git are leftovers of a killed process.
        for left in ["shallow.lock", "packed-refs.lock", "HEAD.lock", &format!("{KEPT}.lock")] {
            let _ = fs_err::remove_file(path.join(left));
        }
        Ok(Self { repository, path, _lock: lock })
    }

    /// Recreates the repository. A cache can always be fetched again.
    pub(crate) fn recreate(&mut self) -> Result<(), GitError> {
        self.repository = make(&self.path)?;
        Ok(())
    }

    /// True if the cache has `commit` with all its files.
    pub(crate) fn holds(&self, commit: gix::ObjectId) -> bool {
        let tree = self.repository.find_object(commit).ok().and_then(|object| object.peel_to_tree().ok());
        tree.is_some_and(|tree| whole(&self.repository, &tree))
    }

    /// Keeps `commit`, so that the host does not send it again.
    pub(crate) fn keep(&mut self, commit: gix::ObjectId) -> Result<(), GitError> {
        let error = |error: gix::Error| damaged(&self.path, &error);
        self.repository.committer_or_set_generic_fallback().map_err(error)?;
        self.repository.reference(KEPT, commit, PreviousValue::Any, "fetched").map_err(error)?;
        Ok(())
    }

    /// Returns an error if received objects can't be written, usually on a full disk.
    pub(crate) fn full(&self, error: &gix::Error) -> Option<GitError> {
        let full = GitError::disk("write fetched objects into the Git cache", &self.path, error)?;
        // A refused connection also gives this kind of error.
        let is_forbidden =
            matches!(&full, GitError::Disk { source, .. } if source.kind() == ErrorKind::PermissionDenied);
        (!is_forbidden).then_some(full)
    }

    pub(crate) fn damaged(&self, error: &gix::Error) -> GitError {
        damaged(&self.path, error)
    }
}

/// Returns options that use only the repository's own configuration: not the user's, not the environment.
pub(crate) fn options() -> gix::open::Options {
    gix::open::Options::isolated()
}

/// Creates the folder, and missing folders above it, with permissions for the owner only.
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Returns the packs of a repository: their paths without the extension.
pub(crate) fn packs(git_dir: &Path) -> Vec<PathBuf> {
    let Ok(files) = fs_err::read_dir(git_dir.join("objects/pack")) else { return Vec::new() };
    let indexes = files
        .flatten()
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "idx"));
    indexes.map(|path| path.with_extension("")).collect()
}

fn make(path: &Path) -> Result<gix::Repository, GitError> {
    if path.symlink_metadata().is_ok() {
        let removed = if path.is_dir() && !path.is_symlink() {
            fs_err::remove_dir_all(path)
        } else {
            fs_err::remove_file(path)
        };
        removed.map_err(GitError::io("recreate the Git cache"))?;
    }
    let made = gix::ThreadSafeRepository::init_opts(
        path,
        gix::create::Kind::Bare,
        gix::create::Options::default(),
        options(),
    );
    Ok(made.map_err(|error| damaged(path, &error))?.to_thread_local())
}

fn damaged(path: &Path, error: &gix::Error) -> GitError {
    GitError::disk("use the Git cache", path, error)
        .unwrap_or_else(|| GitError::Cache { path: path.to_path_buf(), detail: crate::words::chain(error) })
}

fn lock(path: &Path, cancel: &CancelHandle) -> Result<File, GitError> {
    let doing = "lock the Git cache";
    let file =
        fs_err::OpenOptions::new().create(true).append(true).open(path).map_err(GitError::io(doing))?;
    let file = file.into_file();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if cancel.stop.is_cancelled() => {
                return Err(GitError::Stopped { doing: doing.to_owned() });
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(50)),
            Err(TryLockError::Error(source)) => {
                return Err(GitError::Lock { path: path.to_owned(), source });
            }
        }
    }
}

/// True if the repository has all objects of a tree. Each tree is read once, even if the commit names it many times.
fn whole(repository: &gix::Repository, tree: &gix::Tree<'_>) -> bool {
    use gix::objs::tree::EntryKind;
    let (mut left, mut seen) = (vec![tree.id], HashSet::from([tree.id]));
    while let Some(id) = left.pop() {
        let Ok(tree) = repository.find_tree(id) else { return false };
        for entry in tree.iter() {
            let Ok(entry) = entry else { return false };
            let id = entry.object_id();
            match entry.mode().kind() {
                EntryKind::Tree if seen.insert(id) => left.push(id),
                // A submodule's commit lies in another repository.
                EntryKind::Tree | EntryKind::Commit => {}
                _ if !repository.has_object(id) => return false,
                _ => {}
            }
        }
    }
    true
}
