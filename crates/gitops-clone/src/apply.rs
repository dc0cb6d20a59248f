use std::path::Path;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::blocking::{CancelHandle, SEE_TO_ITS_END, off_thread};
use crate::cache::options;
use crate::checkout::checkout;
use crate::plan::{Changes, Move};
use crate::{Commit, GitError};
use crate::{dot_git, logins};

const LIMIT: Duration = Duration::from_secs(600);

/// Applies `changes`: the working copy is then at `commit`, on no branch, without history, and its `origin` is
/// `origin`. No request goes over the network. An interrupted change leaves the old state, or a state that the next run
/// finishes.
///
/// # Errors
/// The file system refuses, a file blocks a path, or the run is cancelled.
pub async fn apply(
    commit: &Commit,
    changes: &Changes,
    origin: &str,
    stop: &CancellationToken,
) -> Result<(), GitError> {
    if changes.is_empty() {
        return Ok(());
    }
    let (commit, changes, origin) = (commit.clone(), changes.clone(), origin.to_owned());
    let doing = format!("update {}", changes.dir.display());
    off_thread(doing, LIMIT, SEE_TO_ITS_END, stop, move |cancel| match &changes.moves {
        Move::Nothing => settle(&changes.dir.join(".git"), &origin),
        Move::Clone => clone(&commit, &changes.dir, &origin, cancel),
        Move::Switch { from, .. } => switch(&commit, &changes.dir, &origin, from.is_some(), cancel),
    })
    .await
}

/// Creates the working copy under another name, and renames it when it is complete.
fn clone(commit: &Commit, dir: &Path, origin: &str, cancel: &CancelHandle) -> Result<(), GitError> {
    let doing = "create the working copy";
    let (Some(parent), Some(name)) = (dir.parent(), dir.file_name()) else {
        let detail = "the path has no folder above it".to_owned();
        return Err(GitError::WorkingCopy { doing, path: dir.to_path_buf(), detail });
    };
    let prefix = format!("{}.new-", name.to_string_lossy());
    sweep(parent, &prefix);
    let new = tempfile::Builder::new().prefix(&prefix).tempdir_in(parent).map_err(GitError::io(doing))?;
    let made = gix::ThreadSafeRepository::init_opts(
        new.path(),
        gix::create::Kind::WithWorktree,
        gix::create::Options::default(),
        options(),
    );
    let error = |error: gix::Error| GitError::working_copy(doing, dir, &error);
    let git_dir = made.map_err(error)?.to_thread_local().git_dir().to_path_buf();
    dot_git::set_origin(&git_dir, origin)?;
    fill(commit, new.path(), origin, false, cancel)?;
    if dir.symlink_metadata().is_ok() {
        // `remove_dir` removes only an empty folder.
        fs_err::remove_dir(dir).map_err(GitError::io(doing))?;
    }
    fs_err::rename(new.path(), dir).map_err(GitError::io(doing))?;
    // The temporary folder has its final name now.
    let _ = new.keep();
    Ok(())
}

/// Deletes unfinished copies of killed runs.
fn sweep(parent: &Path, prefix: &str) {
    for entry in fs_err::read_dir(parent).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(prefix) {
            let _ = fs_err::remove_dir_all(entry.path());
        }
    }
}

/// Writes the origin into the configuration, and removes credentials.
fn settle(git_dir: &Path, origin: &str) -> Result<(), GitError> {
    dot_git::set_origin(git_dir, origin)?;
    logins::take_out(git_dir)
}

fn switch(
    commit: &Commit,
    dir: &Path,
    origin: &str,
    trust_stat: bool,
    cancel: &CancelHandle,
) -> Result<(), GitError> {
    let git_dir = dir.join(".git");
    dot_git::begin(&git_dir, &commit.id())?;
    settle(&git_dir, origin)?;
    fill(commit, dir, origin, trust_stat, cancel)?;
    dot_git::finish(&git_dir)
}

fn fill(
    commit: &Commit,
    dir: &Path,
    origin: &str,
    trust_stat: bool,
    cancel: &CancelHandle,
) -> Result<(), GitError> {
    let git_dir = dir.join(".git");
    dot_git::link_packs(commit.git_dir(), &git_dir)?;
    let error = |error: gix::Error| GitError::working_copy("update", dir, &error);
    let mut repository = gix::open_opts(dir, options()).map_err(error)?;
    // The log of HEAD needs a committer. The name of the user is not read.
    repository.committer_or_set_generic_fallback().map_err(error)?;
    dot_git::mark_shallow(&repository, commit.object_id())?;
    checkout(&repository, commit.object_id(), trust_stat, cancel)?;
    dot_git::detach(&repository, commit.object_id(), origin)
}
