//! Errors that name their path, as `fs-err` makes them.

use std::io;
use std::path::PathBuf;

use crate::error::DiskError;
use crate::explain::explain;
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
pub fn explain_named(error: &io::Error) -> Option<DiskError> {
    let irregular = Irregular::of(error).map(Irregular::explained);
    irregular.or_else(|| path_in(error).map(|path| explain(error, &path)))
}

/// What `error` means: by the path that it names, else by its own words.
pub fn explain_io(error: &io::Error) -> DiskError {
    explain_named(error).unwrap_or_else(|| DiskError::Nameless { reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use advice::Diagnostic as _;

    use super::*;

    #[test]
    fn the_path_of_an_error_is_found_and_explained() {
        let folder = tempfile::tempdir().unwrap();
        let error = fs_err::read(folder.path()).unwrap_err();
        assert_eq!(
            explain_io(&error).to_string(),
            format!("{} is a folder, not a file", folder.path().display()),
            "{error:?}"
        );
        assert!(explain_io(&error).hint().unwrap().to_string().contains("\nmv "));
    }

    #[test]
    fn an_error_without_a_path_keeps_its_words() {
        let error = io::Error::other("the host said `/etc/passwd`");
        assert_eq!(explain_named(&error), None);
        assert_eq!(explain_io(&error).to_string(), "the host said `/etc/passwd`");
        assert!(explain_io(&error).hint().is_some());
    }
}
