//! The files that a configuration includes for a `git clone` of one URL into one folder.

use std::path::{Path, PathBuf};

use gix::glob::wildmatch::Mode;

/// The clone that the configuration is read for.
pub(super) struct ForClone<'a> {
    /// The URL of the future remote `origin`.
    pub(super) url: &'a str,
    /// The `.git` folder of the working copy, which can be missing.
    pub(super) git_dir: PathBuf,
    pub(super) home: Option<&'a Path>,
}

impl ForClone<'_> {
    /// True if the condition of an `includeIf` in `file` is met.
    pub(super) fn meets(&self, condition: &str, file: Option<&Path>) -> bool {
        let Some((kind, pattern)) = condition.split_once(':') else { return false };
        match kind {
            "gitdir" => self.is_in(pattern, file, Mode::empty()),
            "gitdir/i" => self.is_in(pattern, file, Mode::IGNORE_CASE),
            "hasconfig" => {
                let glob = pattern.strip_prefix("remote.*.url:");
                glob.is_some_and(|glob| fits(glob, self.url, Mode::NO_MATCH_SLASH_LITERAL))
            }
            // `onbranch` is never met: a clone has no branch during its fetch.
            _ => false,
        }
    }

    /// Returns the file that an `include.path` in `file` names, or `None` for a relative path outside a file.
    pub(super) fn path(&self, path: &str, file: Option<&Path>) -> Option<PathBuf> {
        let path = self.expand(path);
        if path.is_absolute() { Some(path) } else { Some(file?.parent()?.join(path)) }
    }

    /// True if the `.git` folder matches a `gitdir` pattern, by its real path or by its given path.
    fn is_in(&self, pattern: &str, file: Option<&Path>, case: Mode) -> bool {
        let Some(glob) = self.glob(pattern, file) else { return false };
        let mode = Mode::NO_MATCH_SLASH_LITERAL | case;
        [real(&self.git_dir), self.git_dir.clone()]
            .iter()
            .any(|folder| fits(&glob, &folder.to_string_lossy(), mode))
    }

    fn glob(&self, pattern: &str, file: Option<&Path>) -> Option<String> {
        let mut glob = match (pattern.strip_prefix("./"), pattern.strip_prefix("~/")) {
            (Some(rest), _) => format!("{}/{rest}", real(file?.parent()?).display()),
            (_, Some(rest)) => format!("{}/{rest}", real(self.home?).display()),
            _ if pattern.starts_with('/') => pattern.to_owned(),
            _ => format!("**/{pattern}"),
        };
        if glob.ends_with('/') {
            glob.push_str("**");
        }
        Some(glob)
    }

    fn expand(&self, path: &str) -> PathBuf {
        match (path.strip_prefix("~/"), self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => path.into(),
        }
    }
}

fn fits(glob: &str, text: &str, mode: Mode) -> bool {
    gix::glob::wildmatch(glob.into(), text.into(), mode)
}

/// Returns the path with the links of its existing part resolved.
fn real(path: &Path) -> PathBuf {
    let known = path.ancestors().find_map(|known| Some((known, fs_err::canonicalize(known).ok()?)));
    let Some((known, real)) = known else { return path.to_path_buf() };
    let rest = path.strip_prefix(known).unwrap_or(Path::new(""));
    real.components().chain(rest.components()).collect()
}
