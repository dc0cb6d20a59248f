//! Errors that name their path, as `fs-err` makes them.

use std::io;
use std::path::PathBuf;

use advice::Advice;

use crate::explain::explain;
use crate::explained::Explained;
use crate::regular::Irregular;

/// The path that `error` names; none where it was not made by `fs-err`.
fn path_in(error: &io::Error) -> Option<PathBuf> {
    // A text of somebody else may hold anything: that of fs-err stands around an error of the system.
    let text = error.to_string();
    let (doing, rest) = text.split_once('`')?;
    if error.get_ref().is_none() || !doing.starts_with("failed to ") || !text.ends_with(')') {
        return None;
    }
    let (path, _) = rest.split_once('`')?;
    Some(PathBuf::from(path))
}

/// What `error` means, where it names its path.
pub fn explain_named(error: &io::Error) -> Option<Explained> {
    let irregular = Irregular::of(error).map(Irregular::explained);
    irregular.or_else(|| path_in(error).map(|path| explain(error, &path)))
}

/// `error` in words: those of [`explain_named`], else its own.
pub fn words_of(error: &io::Error) -> String {
    explain_named(error).map_or_else(|| error.to_string(), |explained| explained.words)
}

/// What to do about `error`.
pub fn hint_of(error: &io::Error) -> Advice {
    let usual = "see that the file system is well, has room, and belongs to this user: `df -h`, `ls -la`";
    explain_named(error).map_or_else(|| usual.into(), |explained| explained.hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_an_error_is_found_and_explained() {
        let folder = tempfile::tempdir().unwrap();
        let error = fs_err::read(folder.path()).unwrap_err();
        assert_eq!(
            words_of(&error),
            format!("{} is a folder, not a file", folder.path().display()),
            "{error:?}"
        );
        assert!(hint_of(&error).to_string().contains("\nmv "));
    }

    #[test]
    fn an_error_without_a_path_keeps_its_words() {
        let error = io::Error::other("the host said `/etc/passwd`");
        assert_eq!(explain_named(&error), None);
        assert_eq!(words_of(&error), "the host said `/etc/passwd`");
        assert!(!hint_of(&error).is_empty());
    }
}
