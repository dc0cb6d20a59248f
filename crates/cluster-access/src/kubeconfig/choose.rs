use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use secret::ExposeSecret as _;

use super::{Kubeconfig, KubeconfigError};

/// Where the kubeconfig in use comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `.work/kubeconfig`, left as it is.
    Existing,
    /// The installer's, newer than the existing one or the only one.
    Installer {
        /// The existing one leads to another server or CA: the cluster was made anew.
        recreated: bool,
    },
    /// The file named on the command line.
    Explicit,
}

/// The kubeconfig to use, and whether `.work/kubeconfig` is to be written from it.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// Normalized.
    pub kubeconfig: Kubeconfig,
    /// Where from.
    pub origin: Origin,
    /// The file it was read from.
    pub file: PathBuf,
    /// Whether `.work/kubeconfig` is to be written ([`super::write()`]).
    pub write: bool,
    /// Whether one is there that is kept as `kubeconfig.bak` then.
    pub replaces: bool,
    /// What the user should know of.
    pub warnings: Vec<String>,
}

impl Chosen {
    fn new(kubeconfig: Kubeconfig, origin: Origin, file: &Path) -> Self {
        let warnings = kubeconfig.warnings();
        Self { kubeconfig, origin, file: file.into(), write: false, replaces: false, warnings }
    }
}

/// Decides which kubeconfig counts: `explicit`; else the one at `existing`, unless a newer one of the installer leads
/// to another server or CA (a recreate); else the installer's. Reads only.
///
/// # Errors
/// Where the one that counts is missing or can't be used.
pub fn choose(explicit: Option<&Path>, existing: &Path, installer: &Path) -> Result<Chosen, KubeconfigError> {
    match explicit {
        Some(file) if is_same_file(file, existing) => {
            Ok(Chosen::new(Kubeconfig::read(file)?, Origin::Existing, file))
        }
        Some(file) => {
            let chosen = Chosen::new(Kubeconfig::read(file)?, Origin::Explicit, file);
            Ok(to_be_written(chosen, existing))
        }
        None if is_there(existing)? => existing_or_newer(existing, installer),
        None if is_there(installer)? => {
            let origin = Origin::Installer { recreated: false };
            Ok(to_be_written(Chosen::new(read_ours(installer)?, origin, installer), existing))
        }
        None => Err(KubeconfigError::Missing { existing: existing.into(), installer: installer.into() }),
    }
}

fn existing_or_newer(existing: &Path, installer: &Path) -> Result<Chosen, KubeconfigError> {
    let current = read_ours(existing)?;
    let mut chosen = Chosen::new(current, Origin::Existing, existing);
    match is_there(installer) {
        Ok(true) if changed(installer) > changed(existing) => {}
        Ok(_) => return Ok(chosen),
        // What can't be seen may be newer.
        Err(error) => {
            let file = installer.display();
            chosen.warnings.push(format!("{file} can't be looked at: failed to {error}{}", why(&error)));
            return Ok(chosen);
        }
    }
    match read_ours(installer) {
        Ok(newer) if newer.same_cluster(&chosen.kubeconfig) => {}
        Ok(newer) => {
            let origin = Origin::Installer { recreated: true };
            return Ok(to_be_written(Chosen::new(newer, origin, installer), existing));
        }
        Err(error) => chosen.warnings.push(format!(
            "{} is newer than {} and can't be used: failed to {error}{}",
            installer.display(),
            existing.display(),
            why(&error)
        )),
    }
    Ok(chosen)
}

/// One of ours, which nobody has reason to make a pipe or a device: to read it would wait for whoever writes into it.
fn read_ours(file: &Path) -> Result<Kubeconfig, KubeconfigError> {
    disk::regular(file).map_err(|source| KubeconfigError::Unreadable { file: file.into(), source })?;
    Kubeconfig::read(file)
}

/// Written unless the file holds the very same text already.
fn to_be_written(mut chosen: Chosen, existing: &Path) -> Chosen {
    let is_file = fs_err::metadata(existing).is_ok_and(|found| found.is_file());
    let there = is_file.then(|| fs_err::read(existing).ok()).flatten();
    chosen.write = there.as_deref() != Some(chosen.kubeconfig.to_yaml().expose_secret().as_bytes());
    chosen.replaces = chosen.write && fs_err::symlink_metadata(existing).is_ok();
    chosen
}

/// A link that leads nowhere counts as there: what it is to mean must be said by an error. So does a folder on the way
/// that this user may not pass: nothing shows that the file is not there.
fn is_there(file: &Path) -> Result<bool, KubeconfigError> {
    match fs_err::symlink_metadata(file) {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(false),
        Err(source) => Err(KubeconfigError::Unreadable { file: file.into(), source }),
    }
}

/// What the file system said, in words.
fn why(error: &KubeconfigError) -> String {
    match error {
        KubeconfigError::Unreadable { source, .. } => format!(": {}", disk::explain_io(source)),
        _ => String::new(),
    }
}

fn changed(file: &Path) -> Option<SystemTime> {
    fs_err::metadata(file).ok()?.modified().ok()
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    match (fs_err::canonicalize(one), fs_err::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
