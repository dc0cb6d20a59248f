use gix::objs::tree::EntryKind;
use gix::validate::path::component::{Mode, Options};

use crate::GitError;
use crate::commit::Commit;

/// What no checkout writes on any system: `.git` in every spelling of HFS+ and NTFS, `..`, empty names.
const FORBIDDEN: Options = Options { protect_windows: false, protect_hfs: true, protect_ntfs: true };

impl Commit {
    /// Looks for a path that can't be checked out: `.git` in any spelling, `..`, an empty name.
    ///
    /// # Errors
    /// [`GitError::UnusablePath`] for the first one; a damaged cache.
    pub fn check_paths(&self) -> Result<(), GitError> {
        let repository = self.open()?;
        let root = repository.find_object(self.object_id()).and_then(|object| object.peel_to_tree());
        let found = root.and_then(|root| first_unusable(&repository, &root, ""));
        match found.map_err(|error| self.damaged(&error))? {
            None => Ok(()),
            Some((path, why)) => Err(GitError::UnusablePath { commit: self.short(), path, why }),
        }
    }
}

/// The path and what is wrong with it.
fn first_unusable(
    repository: &gix::Repository,
    tree: &gix::Tree<'_>,
    below: &str,
) -> gix::Result<Option<(String, String)>> {
    for entry in tree.iter() {
        let entry = entry?;
        let path = format!("{below}{}", entry.filename());
        let kind = entry.mode().kind();
        let mode = (kind == EntryKind::Link).then_some(Mode::Symlink);
        if let Err(error) = gix::validate::path::component(entry.filename(), mode, FORBIDDEN) {
            return Ok(Some((path, lower(&error.to_string()))));
        }
        if kind == EntryKind::Tree {
            let tree = repository.find_tree(entry.object_id())?;
            if let Some(found) = first_unusable(repository, &tree, &format!("{path}/"))? {
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_unusable(name: &str) -> bool {
        gix::validate::path::component(name.into(), None, FORBIDDEN).is_err()
    }

    #[test]
    fn every_spelling_of_the_folder_of_git_is_unusable() {
        for name in [
            ".git",
            ".GIT",
            ".Git",
            "git~1",
            "GIT~1",
            ".git ",
            ".git.",
            ".git::$INDEX_ALLOCATION",
            ".g\u{200c}it",
        ] {
            assert!(is_unusable(name), "{name:?}");
        }
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_unusable() {
        for name in ["", ".", "..", "a/b", "/"] {
            assert!(is_unusable(name), "{name:?}");
        }
    }

    #[test]
    fn a_name_that_only_windows_refuses_is_usable() {
        for name in ["con", "a:b", "a\\b", ".gitignore", ".github", "git", "a b "] {
            assert!(!is_unusable(name), "{name:?}");
        }
    }
}
