//! Words for each error that a file system has.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::path::Path;

use rustix::io::Errno;

use crate::error::DiskError;
use crate::mount::Mount;
use crate::owner;
use crate::regular::Irregular;

/// What `error` means that was met at `path`.
pub fn explain(error: &io::Error, path: &Path) -> DiskError {
    let irregular = Irregular::of(error).map(Irregular::explained);
    irregular.or_else(|| by_number(error, path)).unwrap_or_else(|| by_kind(error, path))
}

/// What `error` means that was met when `path` was to be locked.
pub fn explain_lock(error: &io::Error, path: &Path) -> DiskError {
    let no_locks = [Errno::NOLCK, Errno::OPNOTSUPP, Errno::NOSYS, Errno::NOTSUP].map(Errno::raw_os_error);
    let is_no_locks = number(error).is_some_and(|number| no_locks.contains(&number));
    if is_no_locks || error.kind() == ErrorKind::Unsupported {
        return DiskError::NoLocks { file_system: file_system(path) };
    }
    explain(error, path)
}

/// The errors that have no kind of their own.
fn by_number(error: &io::Error, path: &Path) -> Option<DiskError> {
    match Errno::from_raw_os_error(number(error)?) {
        Errno::MFILE => Some(DiskError::ProcessFiles),
        Errno::NFILE => Some(DiskError::MachineFiles),
        Errno::IO => Some(DiskError::Broken { file_system: file_system(path) }),
        Errno::NOLCK => Some(DiskError::NoLocks { file_system: file_system(path) }),
        Errno::STALE => Some(DiskError::Stale { file_system: file_system(path) }),
        _ => None,
    }
}

fn by_kind(error: &io::Error, path: &Path) -> DiskError {
    let shown = || path.display().to_string();
    let (at, file_system) = (existing(path), file_system(path));
    match error.kind() {
        ErrorKind::PermissionDenied => owner::denied(path),
        ErrorKind::ReadOnlyFilesystem => {
            DiskError::ReadOnly { file_system, mount: Mount::of(path).map(|mount| mount.point) }
        }
        ErrorKind::StorageFull => DiskError::Full { file_system, at },
        ErrorKind::QuotaExceeded => DiskError::Quota { file_system },
        ErrorKind::FileTooLarge => DiskError::TooLarge,
        ErrorKind::InvalidFilename => DiskError::Name { file_system },
        ErrorKind::TooManyLinks => DiskError::Links { file_system, at },
        ErrorKind::Unsupported => DiskError::Unsupported { file_system },
        ErrorKind::NotFound => {
            let folder = missing_folder(path).map(|folder| format!("the folder {}", folder.display()));
            DiskError::Missing { missing: folder.unwrap_or_else(shown), at }
        }
        ErrorKind::NotADirectory => DiskError::NoFolder { path: shown(), at },
        ErrorKind::IsADirectory => DiskError::NoFile { path: path.into(), kind: "a folder, not a file" },
        ErrorKind::AlreadyExists | ErrorKind::DirectoryNotEmpty => DiskError::Occupied { path: shown(), at },
        ErrorKind::InvalidData => DiskError::NoFile { path: path.into(), kind: "not text in UTF-8" },
        _ => DiskError::Other { file_system, reason: innermost(error), at },
    }
}

/// `/srv (nfs4)`
fn file_system(path: &Path) -> String {
    match Mount::of(path) {
        Some(mount) => format!("the file system at {mount}"),
        None => format!("the file system of {}", path.display()),
    }
}

/// The nearest of what is there, on the way to `path`.
fn existing(path: &Path) -> std::path::PathBuf {
    let here = if path.is_relative() { Path::new(".") } else { path };
    path.ancestors().find(|at| at.symlink_metadata().is_ok()).unwrap_or(here).to_owned()
}

/// The uppermost folder on the way to `path` that is not there.
fn missing_folder(path: &Path) -> Option<&Path> {
    let is_missing =
        |at: &&Path| at.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound);
    let folders = path.ancestors().skip(1).filter(|at| !at.as_os_str().is_empty());
    folders.take_while(is_missing).last()
}

/// The number that the system gave, below what others wrapped around it.
fn number(error: &io::Error) -> Option<i32> {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        let io = error.downcast_ref::<io::Error>();
        if let Some(number) = io.and_then(io::Error::raw_os_error) {
            return Some(number);
        }
        // The source of an error in a wrapper is that of the error itself.
        let inner = io.and_then(io::Error::get_ref).map(|inner| inner as &(dyn Error + 'static));
        next = inner.or_else(|| error.source());
    }
    written_number(&error.to_string())
}

/// `(os error 28)`: what fs-err wraps shows nothing else of the error.
fn written_number(text: &str) -> Option<i32> {
    let (_, rest) = text.rsplit_once("(os error ")?;
    rest.strip_suffix(')')?.parse().ok()
}

/// An error of the file system somewhere in the chain of `error`, without what others wrapped around it; none where the
/// chain has none that a full, closed or broken file system gives.
pub fn copied(error: &(dyn Error + 'static)) -> Option<io::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        let io = error.downcast_ref::<io::Error>();
        // Some wrappers show nothing of the error but its text.
        let number = io.map_or_else(|| written_number(&error.to_string()), number);
        let copy = number.map(io::Error::from_raw_os_error).or_else(|| Some(io?.kind().into()));
        if let Some(copy) = copy.filter(is_of_file_system) {
            return Some(copy);
        }
        next = error.source();
    }
    None
}

fn is_of_file_system(error: &io::Error) -> bool {
    let kinds = [
        ErrorKind::StorageFull,
        ErrorKind::QuotaExceeded,
        ErrorKind::FileTooLarge,
        ErrorKind::PermissionDenied,
        ErrorKind::ReadOnlyFilesystem,
        ErrorKind::InvalidFilename,
        ErrorKind::TooManyLinks,
    ];
    let numbers = [Errno::MFILE, Errno::NFILE, Errno::IO, Errno::STALE].map(Errno::raw_os_error);
    kinds.contains(&error.kind()) || number(error).is_some_and(|number| numbers.contains(&number))
}

/// The words of the system itself.
fn innermost(error: &io::Error) -> String {
    if let Some(number) = number(error) {
        return io::Error::from_raw_os_error(number).to_string();
    }
    let mut last: &(dyn Error + 'static) = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

#[cfg(test)]
mod tests {
    use advice::{Advice, Diagnostic as _};
    use secret::quoted_path;

    use super::*;

    fn hint(error: &io::Error, path: &Path) -> Advice {
        explain(error, path).hint().unwrap()
    }

    fn of(number: Errno) -> DiskError {
        let folder = tempfile::tempdir().unwrap();
        explain(&io::Error::from(number), &folder.path().join("a file"))
    }

    #[test]
    fn every_error_has_words_of_ours_and_a_hint() {
        let all = [
            (Errno::NOSPC, "the disk is full: the file system"),
            (Errno::DQUOT, "the disk quota on the file system"),
            (Errno::FBIG, "larger than this process may make it"),
            (Errno::ROFS, "is mounted read-only"),
            (Errno::ACCESS, "permission denied"),
            (Errno::PERM, "permission denied"),
            (Errno::MFILE, "this process has too many files open"),
            (Errno::NFILE, "this machine has too many files open"),
            (Errno::NAMETOOLONG, "the name is too long"),
            (Errno::MLINK, "allows no further links"),
            (Errno::NOTDIR, "needs a folder"),
            (Errno::ISDIR, "is a folder"),
            (Errno::EXIST, "something else lies at"),
            (Errno::NOTEMPTY, "something else lies at"),
            (Errno::NOENT, "is not there"),
            (Errno::IO, "input/output error"),
            (Errno::STALE, "was lost by its server"),
            (Errno::NOLCK, "can't lock files"),
            (Errno::OPNOTSUPP, "can't do that"),
            (Errno::LOOP, "refuses it ("),
            (Errno::NXIO, "refuses it ("),
        ];
        for (number, expect) in all {
            let explained = of(number);
            assert!(explained.to_string().contains(expect), "{number:?}: {explained:?}");
            assert!(explained.hint().is_some_and(|hint| !hint.is_empty()), "{number:?}");
            assert!(!explained.to_string().contains("os error") || expect == "refuses it (", "{explained:?}");
        }
    }

    #[test]
    fn what_a_library_wrapped_around_an_error_hides_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let plain = io::Error::from(Errno::MFILE);
        let wrapped = io::Error::new(plain.kind(), plain);
        assert_eq!(explain(&wrapped, folder.path()).to_string(), "this process has too many files open");
        let text = format!("failed to open file `x`: {}", io::Error::from(Errno::MFILE));
        let opaque = io::Error::new(wrapped.kind(), text);
        assert_eq!(explain(&opaque, folder.path()).to_string(), "this process has too many files open");
    }

    #[test]
    fn an_error_that_others_wrapped_is_found_where_it_is_of_a_file_system() {
        let full = io::Error::from(Errno::NOSPC);
        let text = io::Error::other(format!("failed to write the pack: {full}"));
        assert_eq!(copied(&text).map(|error| error.kind()), Some(ErrorKind::StorageFull));
        assert_eq!(copied(&io::Error::other(full)).map(|error| error.kind()), Some(ErrorKind::StorageFull));
        assert!(copied(&io::Error::from(Errno::CONNREFUSED)).is_none());
        assert!(copied(&io::Error::other("the host said no")).is_none());
    }

    #[test]
    fn a_file_system_without_locks_is_named_when_a_lock_fails() {
        let folder = tempfile::tempdir().unwrap();
        for number in [Errno::NOLCK, Errno::OPNOTSUPP, Errno::NOSYS] {
            let explained = explain_lock(&io::Error::from(number), folder.path());
            assert!(explained.to_string().ends_with("can't lock files"), "{explained:?}");
        }
        let full = explain_lock(&io::Error::from(Errno::NOSPC), folder.path());
        assert!(full.to_string().starts_with("the disk is full"), "{full:?}");
    }

    #[test]
    fn the_command_names_what_is_there_on_the_way_to_a_file_that_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let hint = hint(&io::Error::from(Errno::NOSPC), &folder.path().join("not/there")).to_string();
        assert!(hint.ends_with(&format!("df -i {}", folder.path().display())), "{hint}");
    }

    #[test]
    fn the_command_for_a_relative_path_that_is_not_there_names_this_folder() {
        for path in ["no-such-file.tar.gz", "no-such-folder/no-such-file"] {
            let hint = hint(&io::Error::from(Errno::NOSPC), Path::new(path)).to_string();
            assert!(hint.ends_with("\ndf -h .; df -i ."), "{hint}");
        }
    }

    #[test]
    fn of_a_file_in_a_folder_that_is_not_there_the_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("no");
        let said = |path: &Path| explain(&io::Error::from(Errno::NOENT), path).to_string();
        assert_eq!(said(&missing), format!("{} is not there", missing.display()));
        for path in [missing.join("x"), missing.join("deeper/x")] {
            assert_eq!(said(&path), format!("the folder {} is not there", missing.display()));
        }
        assert_eq!(said(Path::new("no-such-file")), "no-such-file is not there");
    }

    #[test]
    fn a_file_in_the_place_of_a_folder_is_moved_away() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs_err::write(&file, "").unwrap();
        let hint = hint(&io::Error::from(Errno::NOTDIR), &file.join("below"));
        assert_eq!(hint.to_string(), format!("move the file away:\nmv {0} {0}.old", quoted_path(&file)));
    }
}
