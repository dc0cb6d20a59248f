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

/// Does what `changes` say: afterwards the working copy holds `commit`, on no branch, without history, and its
/// `origin` is `origin`. Nothing goes over the network. Cut off half-way it leaves either what was there, or what the
/// next run recognises and finishes.
///
/// # Errors
/// The file system refuses, something is in the way, or the run is cancelled.
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

/// Made under another name and moved into place once it is whole.
fn clone(commit: &Commit, dir: &Path, origin: &str, cancel: &CancelHandle) -> Result<(), GitError> {
    let doing = "make the working copy";
    let (Some(parent), Some(name)) = (dir.parent(), dir.file_name()) else {
        let said = "it has no folder above it".to_owned();
        return Err(GitError::WorkingCopy { doing, path: dir.to_path_buf(), said });
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
        // Only an empty folder goes away.
        fs_err::remove_dir(dir).map_err(GitError::io(doing))?;
    }
    fs_err::rename(new.path(), dir).map_err(GitError::io(doing))?;
    // There is nothing left under the name of old.
    let _ = new.keep();
    Ok(())
}

/// Copies that were begun by a run that was killed.
fn sweep(parent: &Path, prefix: &str) {
    for entry in fs_err::read_dir(parent).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(prefix) {
            let _ = fs_err::remove_dir_all(entry.path());
        }
    }
}

/// Writes the origin into the configuration, and no login beside it.
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
    // For the log of where HEAD was: nobody's name is needed, none is read.
    repository.committer_or_set_generic_fallback().map_err(error)?;
    dot_git::mark_shallow(&repository, commit.object_id())?;
    checkout(&repository, commit.object_id(), trust_stat, cancel)?;
    dot_git::detach(&repository, commit.object_id(), origin)
}
