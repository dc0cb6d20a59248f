use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gix::bstr::ByteSlice as _;
use tokio_util::sync::CancellationToken;

use crate::blocking::{LEAVE_BEHIND, off_thread};
use crate::cache::options;
use crate::{GitConfig, GitError, WorkingCopy};
use crate::{dot_git, logins};

const LIMIT: Duration = Duration::from_secs(120);
/// The most changed paths that are collected. One changed path is enough to refuse.
const MOST_PATHS: usize = 100;

/// Observes the working copy in `dir`. `known` are the commits that earlier runs checked out, from their traces.
/// Changes are those of `git status --porcelain` with the user's `core.excludesFile`: untracked files count, ignored
/// ones do not.
///
/// # Errors
/// `dir` is a symbolic link, or can't be read.
pub async fn observe(
    dir: &Path,
    known: &[String],
    config: &GitConfig,
    stop: &CancellationToken,
) -> Result<WorkingCopy, GitError> {
    let (dir, known, config) = (dir.to_path_buf(), known.to_vec(), config.clone());
    off_thread(format!("observe {}", dir.display()), LIMIT, LEAVE_BEHIND, stop, move |_| {
        inspect(&dir, &known, &config)
    })
    .await
}

fn inspect(dir: &Path, known: &[String], config: &GitConfig) -> Result<WorkingCopy, GitError> {
    match fs_err::symlink_metadata(dir) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(WorkingCopy::Absent),
        Err(error) => return Err(GitError::Io { doing: "observe the working copy", source: error }),
        Ok(found) if found.is_symlink() => {
            let to = fs_err::read_link(dir).unwrap_or_default();
            return Err(GitError::Symlink { dir: dir.to_path_buf(), to });
        }
        Ok(found) if !found.is_dir() => return Ok(WorkingCopy::NotARepository),
        Ok(_) => {}
    }
    let mut entries = fs_err::read_dir(dir).map_err(GitError::io("observe the working copy"))?;
    if entries.next().is_none() {
        return Ok(WorkingCopy::Absent);
    }
    // A linked `.git` belongs to another repository.
    let git_dir = dir.join(".git");
    if !git_dir.symlink_metadata().is_ok_and(|found| found.is_dir()) {
        return Ok(WorkingCopy::NotARepository);
    }
    let Ok(repository) = gix::open_opts(dir, options_for_status(config)) else {
        return Ok(WorkingCopy::NotARepository);
    };
    let origin = dot_git::origin(&repository);
    let logins = logins::found(&git_dir, origin.as_deref())?;
    if let Some(to) = dot_git::unfinished(&git_dir) {
        return Ok(WorkingCopy::Unfinished { to, origin, logins });
    }
    let Ok(head) = repository.head_id().map(gix::Id::detach) else { return Ok(WorkingCopy::NotARepository) };
    let paths = changed(&repository).map_err(|error| unreadable(dir, &error))?;
    if !paths.is_empty() {
        return Ok(WorkingCopy::Dirty { paths });
    }
    let commit = head.to_string();
    let is_known = known.contains(&commit)
        || came_from_a_remote(&repository, head).map_err(|error| unreadable(dir, &error))?;
    Ok(match is_known {
        true => WorkingCopy::Clean { commit, origin, logins },
        false => WorkingCopy::ForeignCommit { commit },
    })
}

fn unreadable(dir: &Path, error: &gix::Error) -> GitError {
    GitError::working_copy("read the working copy", dir, error)
}

/// Returns the repository's own configuration, with the user's settings that decide about changes.
fn options_for_status(config: &GitConfig) -> gix::open::Options {
    let setting = |(name, path): (&str, Option<PathBuf>)| Some(format!("core.{name}={}", path?.display()));
    let files = [("excludesFile", config.excludes_file()), ("attributesFile", config.attributes_file())];
    options().config_overrides(files.into_iter().filter_map(setting).chain(config.line_ends()))
}

fn changed(repository: &gix::Repository) -> gix::Result<Vec<String>> {
    let status =
        repository.status(gix::progress::Discard)?.untracked_files(gix::status::UntrackedFiles::Files);
    let mut paths = BTreeSet::new();
    for item in status.into_iter(None)? {
        let path = match item? {
            // An entry without a summary only needs a refresh of its stat.
            gix::status::Item::IndexWorktree(item) if item.summary().is_none() => continue,
            gix::status::Item::IndexWorktree(item) => item.rela_path().to_str_lossy().into_owned(),
            gix::status::Item::TreeIndex(item) => item.location().to_str_lossy().into_owned(),
        };
        paths.insert(path);
        if paths.len() >= MOST_PATHS {
            break;
        }
    }
    Ok(paths.into_iter().collect())
}

/// True if a fetch brought `head`: `head` is in FETCH_HEAD, ends the shallow history, or is in the history of a
/// remote-tracking branch.
fn came_from_a_remote(repository: &gix::Repository, head: gix::ObjectId) -> gix::Result<bool> {
    let fetched = fs_err::read_to_string(repository.git_dir().join("FETCH_HEAD")).unwrap_or_default();
    if fetched.lines().any(|line| line.starts_with(&head.to_string())) {
        return Ok(true);
    }
    if repository.shallow_commits()?.is_some_and(|shallow| shallow.contains(&head)) {
        return Ok(true);
    }
    let mut tips = Vec::new();
    for reference in repository.references()?.prefixed("refs/remotes/")? {
        let Ok(mut reference) = reference.map_err(|_| ()) else { continue };
        if let Ok(id) = reference.peel_to_id() {
            tips.push(id.detach());
        }
    }
    for commit in repository.rev_walk(tips).all()? {
        if commit?.id == head {
            return Ok(true);
        }
    }
    Ok(false)
}
