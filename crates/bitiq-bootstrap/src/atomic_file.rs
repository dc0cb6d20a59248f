//! Files that are there whole or not at all.

use crate::error::CommandError;
use diagnostics::{Failure, Subject};
use std::fs::Permissions;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::NamedTempFile;

/// Only a regular file, or nothing, may be where a file goes: what a link, a pipe or a device stands for is nobody's to
/// replace.
///
/// # Errors
/// There is something else.
pub fn free(subject: Subject, file: &Path) -> Result<(), Failure> {
    let refused = |what| CommandError::NotAFile { file: file.display().to_string(), what }.refused(subject);
    match fs_err::symlink_metadata(file) {
        Ok(found) if found.is_symlink() => Err(refused("a symbolic link")),
        Ok(found) if found.is_dir() => Err(refused("a folder")),
        Ok(found) if !found.is_file() => Err(refused("no regular file")),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// A file for its owner alone, in the place of one that is there. A link that came meanwhile is replaced, not followed.
pub fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    filled(file, bytes, 0o600)?.persist(file).map(drop).map_err(|error| named(file, &error.error))
}

/// A new file, as readable as others are. Fails where something is.
pub fn create(file: &Path, bytes: &[u8]) -> io::Result<()> {
    filled(file, bytes, 0o666)?.persist_noclobber(file).map(drop).map_err(|error| named(file, &error.error))
}

/// A file beside `file`, under a name that nobody can foresee.
fn filled(file: &Path, bytes: &[u8], mode: u32) -> io::Result<NamedTempFile> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // The umask takes from it.
    let mut new = tempfile::Builder::new()
        .prefix(".")
        .permissions(Permissions::from_mode(mode))
        .tempfile_in(folder)
        .map_err(|error| named(file, &error))?;
    new.write_all(bytes).and_then(|()| new.as_file().sync_all()).map_err(|error| named(file, &error))?;
    Ok(new)
}

fn named(file: &Path, error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("failed to write {}: {}", file.display(), disk::explain(error, file)),
    )
}
