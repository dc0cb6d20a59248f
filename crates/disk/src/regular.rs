//! Files that may be read: to open a pipe would wait for whoever writes into it, and a device may never end.

use std::error::Error;
use std::fmt;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::DiskError;

/// What lies where a regular file belongs. It goes along in an `io::Error`.
#[derive(Debug)]
pub(crate) struct Irregular {
    path: PathBuf,
    is_folder: bool,
}

impl Irregular {
    /// The one that `error` was made of.
    pub(crate) fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    pub(crate) fn explained(&self) -> DiskError {
        DiskError::NoFile { path: self.path.clone(), kind: self.kind() }
    }

    fn kind(&self) -> &'static str {
        if self.is_folder { "a folder, not a file" } else { "not a regular file" }
    }
}

impl fmt::Display for Irregular {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}", self.path.display(), self.kind())
    }
}

impl Error for Irregular {}

/// What is known of the regular file at `path`.
///
/// # Errors
/// There is none, something else lies there, or the file system says no.
pub fn regular(path: &Path) -> io::Result<Metadata> {
    let found = fs_err::metadata(path)?;
    match found.is_file() {
        true => Ok(found),
        false => Err(io::Error::other(Irregular { path: path.to_owned(), is_folder: found.is_dir() })),
    }
}

/// The text of the regular file at `path`.
///
/// # Errors
/// Those of [`regular`]; it is not text in UTF-8.
pub fn read_to_string(path: &Path) -> io::Result<String> {
    regular(path)?;
    fs_err::read_to_string(path)
}

#[cfg(test)]
mod tests {
    use advice::Diagnostic as _;
    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;
    use crate::explain;

    #[test]
    fn a_folder_or_a_pipe_in_the_place_of_a_file_is_named_and_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        for (path, says) in
            [(pipe.as_path(), "is not a regular file"), (folder.path(), "is a folder, not a file")]
        {
            let error = read_to_string(path).unwrap_err();
            let explained = explain(&error, path);
            assert_eq!(explained.to_string(), format!("{} {says}", path.display()));
            assert!(explained.hint().unwrap().to_string().starts_with("move it away:\nmv "), "{error:?}");
        }
    }

    #[test]
    fn a_regular_file_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs_err::write(&file, "text").unwrap();
        assert_eq!(read_to_string(&file).unwrap(), "text");
        assert_eq!(regular(&folder.path().join("no")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
