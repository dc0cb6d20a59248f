use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::Path;
use std::sync::atomic::Ordering;

use gix::bstr::{BStr, BString, ByteSlice as _};
use gix::index::entry::Flags;
use gix::worktree::stack::state::attributes::Source;

use crate::GitError;
use crate::blocking::CancelHandle;
use crate::dot_git::unreadable;

/// Makes the tracked files those of `commit`, as `git reset --hard` does. Untracked files stay. With `trust_stat`,
/// files with the stat of the index are not written again.
pub(crate) fn checkout(
    repository: &gix::Repository,
    commit: gix::ObjectId,
    trust_stat: bool,
    cancel: &CancelHandle,
) -> Result<(), GitError> {
    let failed = |error: gix::Error| unreadable(repository, &error);
    let root = repository.workdir().ok_or_else(|| bare(repository))?.to_path_buf();
    let tree = repository.find_object(commit).and_then(|object| object.peel_to_tree()).map_err(failed)?.id;
    let old = repository.index_or_empty().map_err(failed)?;
    let mut new = repository.index_from_tree(&tree).map_err(failed)?;
    let wanted = keep_unchanged(repository, &old, &mut new, &root, trust_stat).map_err(failed)?;
    // Deletions come before writes: a file can become a folder.
    for entry in old.entries().iter().filter(|entry| !wanted.contains(entry.path(&old))) {
        delete(&root, entry.path(&old))?;
    }
    let mut options = repository.checkout_options(Source::IdMapping).map_err(failed)?;
    options.overwrite_existing = true;
    let objects = repository
        .objects
        .clone()
        .into_arc()
        .map_err(|error| GitError::Io { doing: "read fetched objects", source: error })?;
    let none = &gix::progress::Discard;
    let outcome =
        gix::worktree::state::checkout(&mut new, &root, objects, none, none, &cancel.interrupted, options)
            .map_err(failed)?;
    // gix stops without an error.
    if cancel.interrupted.load(Ordering::SeqCst) {
        return Err(GitError::Stopped { doing: format!("update {}", root.display()) });
    }
    if let Some(error) = outcome.errors.first() {
        let path = root.join(error.path.to_path_lossy());
        let full = GitError::disk("write", &path, &error.error);
        return Err(full.unwrap_or_else(|| blocked(&root, error.path.as_bstr(), &error.error.to_string())));
    }
    if let Some(collision) = outcome.collisions.first() {
        return Err(blocked(&root, collision.path.as_bstr(), "another file has this path"));
    }
    for entry in new.entries_mut() {
        entry.flags.remove(Flags::SKIP_WORKTREE);
    }
    new.write(gix::index::write::Options::default()).map_err(failed)
}

/// Returns the paths of the new index. Entries that are on disk already keep their stat, and are skipped.
fn keep_unchanged(
    repository: &gix::Repository,
    old: &gix::index::State,
    new: &mut gix::index::File,
    root: &Path,
    trust_stat: bool,
) -> gix::Result<BTreeSet<BString>> {
    let before: BTreeMap<&BStr, &gix::index::Entry> =
        old.entries().iter().map(|entry| (entry.path(old), entry)).collect();
    let stat_options = repository.stat_options()?;
    let mut wanted = BTreeSet::new();
    let (entries, paths) = new.entries_mut_and_pathbacking();
    for entry in entries {
        let path = entry.path_in(paths);
        wanted.insert(path.to_owned());
        let same = before.get(path).filter(|old| old.id == entry.id && old.mode == entry.mode);
        if let Some(same) = same.filter(|_| trust_stat)
            && stat(&root.join(gix::path::from_bstr(path)?))
                .is_some_and(|stat| stat.matches(&same.stat, stat_options))
        {
            entry.stat = same.stat;
            entry.flags.insert(Flags::SKIP_WORKTREE);
        }
    }
    Ok(wanted)
}

fn stat(path: &Path) -> Option<gix::index::entry::Stat> {
    let metadata = gix::index::fs::Metadata::from_path_no_follow(path).ok()?;
    gix::index::entry::Stat::from_fs(&metadata).ok()
}

/// Deletes a file that the commit does not have, and its folders that are empty then.
fn delete(root: &Path, path: &BStr) -> Result<(), GitError> {
    let path = root.join(path.to_path_lossy());
    // An interrupted switch can replace a folder with a link. Files behind the link are not of this working copy.
    let folders = || path.ancestors().skip(1).take_while(|folder| *folder != root);
    if folders().any(|folder| folder.is_symlink()) {
        return Ok(());
    }
    match fs_err::remove_file(&path) {
        Ok(()) => {}
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory
            ) => {}
        Err(source) => return Err(GitError::Io { doing: "update the working copy", source }),
    }
    for folder in folders() {
        if fs_err::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}

fn blocked(root: &Path, path: &BStr, detail: &str) -> GitError {
    GitError::WorkingCopy { doing: "write", path: root.join(path.to_path_lossy()), detail: detail.to_owned() }
}

fn bare(repository: &gix::Repository) -> GitError {
    let path = repository.git_dir().to_path_buf();
    GitError::WorkingCopy { doing: "update", path, detail: "the repository has no working copy".to_owned() }
}
