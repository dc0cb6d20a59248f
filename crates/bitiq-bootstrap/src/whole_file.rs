//! Files that are there whole or not at all.

use std::io;
use std::path::Path;

/// Writes `text` to a file beside `file`, then has `put` bring that one into its place: a rename replaces what is there, a
/// hard link fails where something is.
pub fn write(file: &Path, text: &str, put: impl FnOnce(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let new = file.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = fs_err::write(&new, text).and_then(|()| put(&new, file));
    // After a rename there is none.
    fs_err::remove_file(&new).ok();
    written
}
