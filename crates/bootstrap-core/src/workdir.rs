//! The cluster's `.work` folder: there, private, writable, and really inside the cluster's folder.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::failure::Failure;

/// Makes the folder with mode 0700 and shows that it can be written.
///
/// # Errors
/// A link that leads elsewhere, a file in its place, no right to write, a full disk.
pub fn prepare(work: &Path) -> Result<(), Failure> {
    check_link(work)?;
    let failed = |error: std::io::Error| {
        Failure::of(crate::failure::FailureKind::Refused, "preflight", &error, hint(&error))
    };
    fs_err::create_dir_all(work).map_err(failed)?;
    fs_err::set_permissions(work, std::fs::Permissions::from_mode(0o700)).map_err(failed)?;
    probe(work).map_err(failed)
}

/// A symbolic link in place of `.work`, or above it within the cluster's folder, would put secrets elsewhere.
fn check_link(work: &Path) -> Result<(), Failure> {
    let Ok(found) = fs_err::symlink_metadata(work) else { return Ok(()) };
    if found.is_symlink() {
        let message = format!(
            "{} is a symbolic link: what a run writes must stay in the cluster's folder",
            work.display()
        );
        return Err(
            Failure::refused("preflight", message).hint(format!("remove the link: rm {}", work.display()))
        );
    }
    if !found.is_dir() {
        let message = format!("{} is not a folder", work.display());
        return Err(Failure::refused("preflight", message).hint("move that file away"));
    }
    Ok(())
}

/// Enough bytes that a full disk shows.
fn probe(work: &Path) -> std::io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".probe-").tempfile_in(work).map_err(|error| {
        std::io::Error::new(error.kind(), format!("failed to write into {}: {error}", work.display()))
    })?;
    let full = |error: std::io::Error| {
        std::io::Error::new(error.kind(), format!("failed to write into {}: {error}", work.display()))
    };
    file.write_all(&[0; 256 * 1024]).map_err(full)?;
    file.as_file().sync_all().map_err(full)
}

fn hint(error: &std::io::Error) -> Option<String> {
    let hint = match error.kind() {
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            "make it writable for this user"
        }
        std::io::ErrorKind::StorageFull
        | std::io::ErrorKind::QuotaExceeded
        | std::io::ErrorKind::FileTooLarge => "make room on that disk",
        _ => return None,
    };
    Some(hint.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_private_even_if_it_was_not() {
        let folder = tempfile::tempdir().unwrap();
        let work = folder.path().join(".work");
        fs_err::create_dir(&work).unwrap();
        fs_err::set_permissions(&work, std::fs::Permissions::from_mode(0o755)).unwrap();
        prepare(&work).unwrap();
        assert_eq!(fs_err::metadata(&work).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(fs_err::read_dir(&work).unwrap().count(), 0);
    }

    #[test]
    fn a_link_in_its_place_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let work = folder.path().join(".work");
        std::os::unix::fs::symlink("/tmp", &work).unwrap();
        assert!(prepare(&work).unwrap_err().message.contains("symbolic link"));
    }

    #[test]
    fn a_file_in_its_place_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let work = folder.path().join(".work");
        fs_err::write(&work, "").unwrap();
        assert!(prepare(&work).unwrap_err().message.contains("not a folder"));
    }
}
