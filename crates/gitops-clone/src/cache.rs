use std::collections::HashSet;
use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gix::refs::transaction::PreviousValue;

use crate::GitError;
use crate::blocking::CancelHandle;

/// The bare repository of fetched objects. Whoever holds it is the only one who writes to it.
pub(crate) struct Cache {
    pub(crate) repository: gix::Repository,
    path: PathBuf,
    _lock: File,
}

/// Reference by which the next fetch tells the host what is there already.
const KEPT: &str = "refs/heads/cache";
/// Each fetch adds a pack. With more than so many the cache is made anew.
const MOST_PACKS: usize = 20;

impl Cache {
    /// Opens the repository in the folder `cache`, or makes it. Waits for another process that uses it.
    pub(crate) fn open(cache: &Path, cancel: &CancelHandle) -> Result<Self, GitError> {
        make_private(cache).map_err(GitError::io("make the Git cache"))?;
        let lock = lock(&cache.join("repository.lock"), cancel)?;
        let path = cache.join("repository.git");
        let repository = match gix::open_opts(&path, options()) {
            Ok(repository) if packs(&path).len() <= MOST_PACKS => repository,
            _ => make(&path)?,
        };
        // Nobody else writes here: what locks there are were left behind by a process that was killed.
        for left in ["shallow.lock", "packed-refs.lock", "HEAD.lock", &format!("{KEPT}.lock")] {
            let _ = fs_err::remove_file(path.join(left));
        }
        Ok(Self { repository, path, _lock: lock })
    }

    /// Throws away what is there: it is only a cache.
    pub(crate) fn make_anew(&mut self) -> Result<(), GitError> {
        self.repository = make(&self.path)?;
        Ok(())
    }

    /// True if `commit` is there with all its files.
    pub(crate) fn holds(&self, commit: gix::ObjectId) -> bool {
        let tree = self.repository.find_object(commit).ok().and_then(|object| object.peel_to_tree().ok());
        tree.is_some_and(|tree| whole(&self.repository, &tree))
    }

    /// Remembers `commit` as something the host need not send again.
    pub(crate) fn keep(&mut self, commit: gix::ObjectId) -> Result<(), GitError> {
        let error = |error: gix::Error| damaged(&self.path, &error);
        self.repository.committer_or_set_generic_fallback().map_err(error)?;
        self.repository.reference(KEPT, commit, PreviousValue::Any, "fetched").map_err(error)?;
        Ok(())
    }

    /// Returns an error if what was received can't be written, for lack of room above all.
    pub(crate) fn full(&self, error: &gix::Error) -> Option<GitError> {
        let full = GitError::disk("write fetched objects into the Git cache", &self.path, error)?;
        // A connection may be forbidden too.
        let is_forbidden =
            matches!(&full, GitError::Disk { source, .. } if source.kind() == ErrorKind::PermissionDenied);
        (!is_forbidden).then_some(full)
    }

    pub(crate) fn damaged(&self, error: &gix::Error) -> GitError {
        damaged(&self.path, error)
    }
}

/// Only what stands in the repository itself counts: no user's configuration, no environment.
pub(crate) fn options() -> gix::open::Options {
    gix::open::Options::isolated()
}

/// Also the folders on the way to it, if none is there yet, are the owner's alone.
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// The packs of a repository: their paths without the ending.
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
        removed.map_err(GitError::io("make the Git cache anew"))?;
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
        .unwrap_or_else(|| GitError::Cache { path: path.to_path_buf(), said: crate::words::chain(error) })
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

/// Each tree is looked at once, however often the commit names it.
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
