//! The files of `.git` beside the objects: the origin, HEAD, and the marker of an unfinished change.

use std::collections::BTreeSet;
use std::path::Path;

use gix::bstr::ByteSlice as _;

use crate::{GitError, cache};

/// The marker file with the target commit of an unfinished change. While it exists, the next run finishes the files.
const UNFINISHED: &str = "bitiq-bootstrap-unfinished";

/// Returns the URL of remote `origin`.
pub(crate) fn origin(repository: &gix::Repository) -> Option<String> {
    repository.config_snapshot().string("remote.origin.url").map(|url| url.to_str_lossy().into_owned())
}

/// Returns the target commit of an unfinished change.
pub(crate) fn unfinished(git_dir: &Path) -> Option<String> {
    let to = fs_err::read_to_string(git_dir.join(UNFINISHED)).ok()?;
    Some(to.trim().to_owned())
}

/// Begins a change to the commit `to`. The marker stays until [`finish`].
pub(crate) fn begin(git_dir: &Path, to: &str) -> Result<(), GitError> {
    if unfinished(git_dir).is_some() {
        // A killed run leaves its lock files.
        for left in ["index.lock", "HEAD.lock", "shallow.lock"] {
            let _ = fs_err::remove_file(git_dir.join(left));
        }
    }
    write(&git_dir.join(UNFINISHED), format!("{to}\n").as_bytes())
}

pub(crate) fn finish(git_dir: &Path) -> Result<(), GitError> {
    fs_err::remove_file(git_dir.join(UNFINISHED)).map_err(GitError::io("finish the working copy"))
}

/// Gives the working copy the packs of the cache: as hard links, or as copies on file systems without hard links.
pub(crate) fn link_packs(from: &Path, to: &Path) -> Result<(), GitError> {
    let folder = to.join("objects/pack");
    let doing = "copy fetched objects";
    fs_err::create_dir_all(&folder).map_err(GitError::io(doing))?;
    for pack in cache::packs(from) {
        // The index comes last: Git uses a pack only with its index.
        for ending in ["pack", "idx"] {
            let source = pack.with_extension(ending);
            let Some(name) = source.file_name() else { continue };
            let target = folder.join(name);
            if !target.exists() && fs_err::hard_link(&source, &target).is_err() {
                copy(&source, &target)?;
            }
        }
    }
    Ok(())
}

/// Copies under another name, then renames. A file with the final name is complete.
fn copy(source: &Path, target: &Path) -> Result<(), GitError> {
    let partial = target.with_extension("partial");
    let copied = fs_err::copy(source, &partial).and_then(|_| fs_err::rename(&partial, target));
    copied.map_err(GitError::io("copy fetched objects"))
}

/// Marks `commit` as the end of the history, if the repository does not have its parents.
pub(crate) fn mark_shallow(repository: &gix::Repository, commit: gix::ObjectId) -> Result<(), GitError> {
    let error = |error: gix::Error| unreadable(repository, &error);
    let parents: Vec<_> =
        repository.find_commit(commit).map_err(error)?.parent_ids().map(gix::Id::detach).collect();
    if parents.iter().all(|parent| repository.has_object(parent)) {
        return Ok(());
    }
    let path = repository.git_dir().join("shallow");
    let before = fs_err::read_to_string(&path).unwrap_or_default();
    let mut lines: BTreeSet<String> = before.lines().map(str::to_owned).collect();
    if lines.insert(commit.to_string()) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        write(&path, text.as_bytes())?;
    }
    Ok(())
}

/// Sets HEAD to `commit`, on no branch, and writes FETCH_HEAD as `git fetch` does.
pub(crate) fn detach(
    repository: &gix::Repository,
    commit: gix::ObjectId,
    origin: &str,
) -> Result<(), GitError> {
    use gix::refs::transaction::{Change, LogChange, PreviousValue, RefEdit, RefLog};
    let log = LogChange {
        mode: RefLog::AndReference,
        force_create_reflog: false,
        message: format!("bitiq-bootstrap: moving to {commit}").into(),
    };
    let edit = RefEdit {
        change: Change::Update { log, expected: PreviousValue::Any, new: gix::refs::Target::Object(commit) },
        name: "HEAD".try_into().expect("HEAD is a valid name"),
        deref: false,
    };
    repository.edit_reference(edit).map_err(|error| unreadable(repository, &error))?;
    write(&repository.git_dir().join("FETCH_HEAD"), format!("{commit}\t\t{origin}\n").as_bytes())
}

/// Sets remote `origin` to `url`. This replaces the old URL with its credentials. Other settings stay.
pub(crate) fn set_origin(git_dir: &Path, url: &str) -> Result<(), GitError> {
    let path = git_dir.join("config");
    let error = |error: gix::Error| GitError::working_copy("set origin in", &path, &error);
    let mut config =
        gix::config::File::from_path_no_includes(path.clone(), gix::config::Source::Local).map_err(error)?;
    let before = config.string("remote.origin.url").map(|url| url.to_str_lossy().into_owned());
    if before.as_deref() == Some(url) {
        return Ok(());
    }
    config.set_raw_value("remote.origin.url", url).map_err(error)?;
    if config.string("remote.origin.fetch").is_none() {
        config.set_raw_value("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*").map_err(error)?;
    }
    write(&path, config.to_bstring().as_bytes())?;
    if let Some(before) = before.filter(|before| before.contains('@')) {
        scrub(git_dir, &before, url)?;
    }
    Ok(())
}

/// Replaces the old URL in the logs, because it can hold credentials.
pub(crate) fn scrub(git_dir: &Path, before: &str, url: &str) -> Result<(), GitError> {
    let mut folders = vec![git_dir.join("logs")];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs_err::read_dir(&folder) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs_err::read_to_string(&path)
                && text.contains(before)
            {
                write(&path, text.replace(before, url).as_bytes())?;
            }
        }
    }
    Ok(())
}

/// Writes a file completely or not at all.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<(), GitError> {
    let partial = path.with_extension("bitiq-new");
    let written = fs_err::write(&partial, content).and_then(|()| fs_err::rename(&partial, path));
    written.map_err(GitError::io("write the working copy"))
}

pub(crate) fn unreadable(repository: &gix::Repository, error: &gix::Error) -> GitError {
    let path = repository.workdir().unwrap_or(repository.git_dir());
    GitError::working_copy("update", path, error)
}
