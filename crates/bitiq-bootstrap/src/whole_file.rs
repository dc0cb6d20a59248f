//! Files that are there whole or not at all.

use std::io::{self, Write as _};
use std::path::Path;

use fs_err::os::unix::fs::OpenOptionsExt as _;

/// Writes `text` to a file beside `file`, then has `put` bring that one into its place: a rename replaces what is there, a
/// hard link fails where something is.
pub fn write(file: &Path, text: &str, put: impl FnOnce(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
    placed(file, |new| fs_err::write(new, text), put)
}

/// The same for its owner alone, from its first byte on.
pub fn write_private(
    file: &Path,
    bytes: &[u8],
    put: impl FnOnce(&Path, &Path) -> io::Result<()>,
) -> io::Result<()> {
    let fill = |new: &Path| {
        let mut options = fs_err::OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let mut new = options.open(new)?;
        new.write_all(bytes)?;
        new.sync_all()
    };
    placed(file, fill, put)
}

fn placed(
    file: &Path,
    fill: impl FnOnce(&Path) -> io::Result<()>,
    put: impl FnOnce(&Path, &Path) -> io::Result<()>,
) -> io::Result<()> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let new = file.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = fill(&new).and_then(|()| put(&new, file));
    // After a rename there is none.
    fs_err::remove_file(&new).ok();
    written
}
