use std::io::Write as _;
use std::path::{Path, PathBuf};

use advice::Diagnostic;
use secret::ExposeSecret as _;
use tempfile::NamedTempFile;
use thiserror::Error;

use super::Chosen;

/// What [`write()`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// There was nothing to do.
    Unchanged,
    /// The file is there now, and was not before.
    Created,
    /// The file is new; the one before is kept beside it.
    Replaced,
}

/// The kubeconfig could not be written; the one before is as it was.
#[derive(Debug, Error, Diagnostic)]
#[error("write the kubeconfig {}: {}", file.display(), disk::explain(source, file))]
#[code("KUBECONFIG-009")]
#[hint(disk(&disk::explain(source, file)))]
pub struct WriteError {
    /// Where.
    pub file: PathBuf,
    /// Why.
    #[source]
    pub source: std::io::Error,
}

/// Writes what [`super::choose()`] found to `file`, atomically and with mode 0600, and keeps the one that is there as
/// `backup`. Does nothing where the choice does not want it. The folder must be there.
///
/// # Errors
/// [`WriteError`]; then nothing is half written.
pub fn write(chosen: &Chosen, file: &Path, backup: &Path) -> Result<Written, WriteError> {
    let failed = |source| WriteError { file: file.into(), source };
    if !chosen.write {
        return Ok(Written::Unchanged);
    }
    let before = match fs_err::read(file) {
        Ok(before) => Some(before),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(error)),
    };
    if let Some(before) = &before {
        replace(backup, before).map_err(failed)?;
    }
    replace(file, chosen.kubeconfig.to_yaml().expose_secret().as_bytes()).map_err(failed)?;
    Ok(if before.is_some() { Written::Replaced } else { Written::Created })
}

/// A link in the file's place is replaced, not followed. (Temporary files of this kind are made with mode 0600.)
fn replace(file: &Path, content: &[u8]) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut fresh = NamedTempFile::new_in(folder)?;
    fresh.write_all(content)?;
    fresh.as_file().sync_all()?;
    fresh.persist(file)?;
    Ok(())
}
