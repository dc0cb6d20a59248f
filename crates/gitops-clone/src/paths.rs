use std::collections::{BTreeMap, BTreeSet};

use gix::bstr::BStr;
use gix::objs::tree::EntryKind;
use gix::validate::path::component::{Mode, Options};
use tokio_util::sync::CancellationToken;

use crate::GitError;
use crate::commit::Commit;

/// The names that no checkout writes on any system: `.git` in every spelling of HFS+ and NTFS, `..`, empty names.
const FORBIDDEN: Options = Options { protect_windows: false, protect_hfs: true, protect_ntfs: true };

/// The deepest folder that is accepted. No real repository has deeper folders, and no system accepts their paths.
const DEEPEST: usize = 1_000;
/// The most paths that are accepted. A commit can name one tree many times: few objects then make countless paths.
const MOST_PATHS: u64 = 1_000_000;
/// The longest name that file systems accept, in bytes.
const LONGEST_NAME: usize = 255;
/// The most characters of a path that an error shows.
const LONGEST_SHOWN: usize = 200;

impl Commit {
    /// Checks that every path can be checked out. Refuses `.git` in any spelling, `..`, an empty name, too deep folders
    /// and too many paths.
    ///
    /// # Errors
    /// [`GitError::UnusablePath`] for the first refused path; a damaged cache.
    pub fn check_paths(&self) -> Result<(), GitError> {
        self.check_paths_until(&CancellationToken::new())
    }

    /// Checks the paths as [`Commit::check_paths`] does, until `stop` is cancelled.
    ///
    /// # Errors
    /// The errors of [`Commit::check_paths`]; [`GitError::Stopped`].
    pub fn check_paths_until(&self, stop: &CancellationToken) -> Result<(), GitError> {
        let repository = self.open()?;
        let root = repository.find_object(self.object_id()).and_then(|object| object.peel_to_tree());
        let mut scan = Scan { repository: &repository, stop, paths: 0 };
        let found = root.and_then(|root| scan.first_unusable(root.id));
        let found = found.map_err(|error| self.damaged(&error))?;
        if stop.is_cancelled() {
            return Err(GitError::Stopped { doing: format!("check the paths of commit {}", self.short()) });
        }
        match found {
            None => Ok(()),
            Some(Unusable { path, why }) => {
                Err(GitError::UnusablePath { commit: self.short(), path: shown(&path), why })
            }
        }
    }
}

/// A path that can't be checked out, and its fault.
struct Unusable {
    path: String,
    why: String,
}

/// A tree at one depth.
struct Folder {
    /// The first path of the tree, with a slash at the end.
    path: String,
    /// The number of paths of this depth that lead to the tree.
    times: u64,
}

/// The trees of one depth, each listed once.
type Level = BTreeMap<gix::ObjectId, Folder>;

/// A scan of a commit, depth by depth. A tree at many paths of one depth is read once.
struct Scan<'a> {
    repository: &'a gix::Repository,
    stop: &'a CancellationToken,
    /// The number of paths so far.
    paths: u64,
}

impl Scan<'_> {
    fn first_unusable(&mut self, root: gix::ObjectId) -> gix::Result<Option<Unusable>> {
        let mut level = Level::from([(root, Folder { path: String::new(), times: 1 })]);
        for _ in 0..DEEPEST {
            let mut below = Level::new();
            for (id, folder) in level {
                if self.stop.is_cancelled() {
                    return Ok(None);
                }
                if let Some(found) = self.in_folder(id, &folder, &mut below)? {
                    return Ok(Some(found));
                }
            }
            level = below;
        }
        let why = format!("the path is {DEEPEST} folders deep");
        Ok(level.into_values().next().map(|folder| Unusable { path: folder.path, why }))
    }

    /// Checks the names in a folder, and adds its folders to `below`.
    fn in_folder(
        &mut self,
        id: gix::ObjectId,
        folder: &Folder,
        below: &mut Level,
    ) -> gix::Result<Option<Unusable>> {
        let tree = self.repository.find_tree(id)?;
        let mut names = BTreeSet::new();
        for entry in tree.iter() {
            let entry = entry?;
            let path = format!("{}{}", folder.path, entry.filename());
            self.paths = self.paths.saturating_add(folder.times);
            let kind = entry.mode().kind();
            let is_twice = !names.insert(entry.filename().to_owned());
            let twice = is_twice.then(|| "the folder has this name twice".to_owned());
            if let Some(why) = self.too_many().or(twice).or_else(|| unusable(entry.filename(), kind)) {
                return Ok(Some(Unusable { path, why }));
            }
            if kind == EntryKind::Tree {
                let first = || Folder { path: format!("{path}/"), times: 0 };
                let known = below.entry(entry.object_id()).or_insert_with(first);
                known.times = known.times.saturating_add(folder.times);
            }
        }
        Ok(None)
    }

    fn too_many(&self) -> Option<String> {
        (self.paths > MOST_PATHS).then(|| format!("the commit has more than {MOST_PATHS} paths"))
    }
}

/// Returns the fault of a name, or `None` for a valid name.
fn unusable(name: &BStr, kind: EntryKind) -> Option<String> {
    if name.len() > LONGEST_NAME {
        return Some(format!("its last part has {} bytes, more than {LONGEST_NAME}", name.len()));
    }
    let mode = (kind == EntryKind::Link).then_some(Mode::Symlink);
    let checked = gix::validate::path::component(name, mode, FORBIDDEN);
    checked.err().map(|error| lower(&error.to_string()))
}

/// Returns the beginning of a long path.
fn shown(path: &str) -> String {
    let path = path.trim_end_matches('/');
    match path.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => format!("{}…", &path[..end]),
        None => path.to_owned(),
    }
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A temporary repository for trees.
    struct Trees {
        _dir: tempfile::TempDir,
        repository: gix::Repository,
    }

    impl Trees {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let (kind, create) = (gix::create::Kind::Bare, gix::create::Options::default());
            let made =
                gix::ThreadSafeRepository::init_opts(dir.path(), kind, create, crate::cache::options());
            Self { repository: made.unwrap().to_thread_local(), _dir: dir }
        }

        fn tree(&self, names: &[&str], kind: EntryKind, id: gix::ObjectId) -> gix::ObjectId {
            let entry =
                |name: &&str| gix::objs::tree::Entry { mode: kind.into(), filename: (*name).into(), oid: id };
            let entries = names.iter().map(entry).collect();
            self.repository.write_object(gix::objs::Tree { entries }).unwrap().detach()
        }

        /// Makes a file of this name below `depth` folders with each of these names.
        fn nested(&self, folders: &[&str], depth: usize, file: &str) -> gix::ObjectId {
            let blob = self.repository.write_blob(b"x").unwrap().detach();
            let innermost = self.tree(&[file], EntryKind::Blob, blob);
            (0..depth).fold(innermost, |below, _| self.tree(folders, EntryKind::Tree, below))
        }

        fn judge(&self, root: gix::ObjectId) -> Option<(String, String)> {
            let (repository, stop) = (&self.repository, &CancellationToken::new());
            let found = Scan { repository, stop, paths: 0 }.first_unusable(root).unwrap();
            found.map(|found| (shown(&found.path), found.why))
        }
    }

    #[test]
    fn a_path_in_a_folder_is_named_as_a_whole() {
        let trees = Trees::new();
        assert_eq!(trees.judge(trees.nested(&["a", "b"], 2, "file")), None);
        let (path, _) = trees.judge(trees.nested(&["a", "b"], 2, ".GIT")).unwrap();
        assert_eq!(path, "a/a/.GIT");
    }

    #[test]
    fn a_name_that_is_too_long_or_there_twice_is_no_path_of_a_checkout() {
        let trees = Trees::new();
        assert_eq!(trees.judge(trees.nested(&["a"], 1, &"x".repeat(LONGEST_NAME))), None);
        let (_, why) = trees.judge(trees.nested(&["a"], 1, &"x".repeat(LONGEST_NAME + 1))).unwrap();
        assert_eq!(why, "its last part has 256 bytes, more than 255");
        let twice = trees.judge(trees.nested(&["a", "a"], 1, "file"));
        assert_eq!(twice, Some(("a".to_owned(), "the folder has this name twice".to_owned())));
    }

    #[test]
    fn folders_within_folders_have_an_end() {
        let trees = Trees::new();
        assert_eq!(trees.judge(trees.nested(&["d"], DEEPEST - 1, "file")), None);
        let (path, why) = trees.judge(trees.nested(&["d"], DEEPEST, "file")).unwrap();
        assert!(path.starts_with("d/d/d/") && path.ends_with('…'), "{path}");
        assert_eq!(why, "the path is 1000 folders deep");
    }

    #[test]
    fn the_scan_ends_at_a_signal() {
        let trees = Trees::new();
        let root = trees.nested(&["a"], 2, "..");
        let (repository, stop) = (&trees.repository, CancellationToken::new());
        stop.cancel();
        assert!(Scan { repository, stop: &stop, paths: 0 }.first_unusable(root).unwrap().is_none());
    }

    #[test]
    fn a_tree_that_is_named_again_and_again_is_counted_at_each_of_its_paths() {
        let trees = Trees::new();
        let names = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        assert_eq!(trees.judge(trees.nested(&names, 4, "file")), None);
        for depth in [10, 40] {
            let (_, why) = trees.judge(trees.nested(&names, depth, "file")).unwrap();
            assert_eq!(why, "the commit has more than 1000000 paths");
        }
    }

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
