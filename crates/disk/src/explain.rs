//! Words for each error that a file system has.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::path::Path;

use advice::{Advice, shell};
use rustix::io::Errno;

use crate::explained::Explained;
use crate::mount::Mount;
use crate::owner;
use crate::regular::Irregular;

/// What `error` means that was met at `path`.
pub fn explain(error: &io::Error, path: &Path) -> Explained {
    let irregular = Irregular::of(error).map(Irregular::explained);
    irregular.or_else(|| by_number(error, path)).unwrap_or_else(|| by_kind(error, path))
}

/// What `error` means that was met when `path` was to be locked.
pub fn explain_lock(error: &io::Error, path: &Path) -> Explained {
    let no_locks = [Errno::NOLCK, Errno::OPNOTSUPP, Errno::NOSYS, Errno::NOTSUP].map(Errno::raw_os_error);
    let is_no_locks = number(error).is_some_and(|number| no_locks.contains(&number));
    if !is_no_locks && error.kind() != ErrorKind::Unsupported {
        return explain(error, path);
    }
    let hint =
        "put the repository of clusters on a local file system, or start the lock service of NFS (rpc.statd)";
    Explained::new(format!("{} can't lock files", file_system(path)), hint)
}

/// [`Explained::words`] of [`explain`].
pub fn words(error: &io::Error, path: &Path) -> String {
    explain(error, path).words
}

/// [`Explained::hint`] of [`explain`].
pub fn hint(error: &io::Error, path: &Path) -> Advice {
    explain(error, path).hint
}

/// The errors that have no kind of their own.
fn by_number(error: &io::Error, path: &Path) -> Option<Explained> {
    let number = Errno::from_raw_os_error(number(error)?);
    let explained = match number {
        Errno::MFILE => Explained::run(
            "this process has too many files open",
            "raise its limit, then run again:",
            shell!("ulimit -n 4096"),
        ),
        Errno::NFILE => Explained::run(
            "this machine has too many files open",
            "see which programs hold them, then run again:",
            shell!("cat /proc/sys/fs/file-nr"),
        ),
        Errno::IO => Explained::run(
            format!("{} failed to read or write (input/output error)", file_system(path)),
            "the disk or its server is broken; see what the kernel says:",
            shell!("sudo dmesg | tail"),
        ),
        Errno::NOLCK => explain_lock(&io::Error::from(ErrorKind::Unsupported), path),
        Errno::STALE => Explained::new(
            format!("{} was lost by its server (stale file handle)", file_system(path)),
            "mount it again, then run again",
        ),
        _ => return None,
    };
    Some(explained)
}

fn by_kind(error: &io::Error, path: &Path) -> Explained {
    let shown = path.display();
    let at = existing(path);
    match error.kind() {
        ErrorKind::PermissionDenied => owner::denied(path),
        ErrorKind::ReadOnlyFilesystem => read_only(path),
        ErrorKind::StorageFull => Explained::run(
            format!("the disk is full: {} has no space left", file_system(path)),
            "make room there (space or inodes), then run again:",
            shell!("df -h {}; df -i {}", at, at),
        ),
        ErrorKind::QuotaExceeded => Explained::run(
            format!("the disk quota on {} is used up", file_system(path)),
            "make room, or ask for a larger quota, then run again:",
            shell!("quota -s"),
        ),
        ErrorKind::FileTooLarge => Explained::run(
            "the file would become larger than this process may make it",
            "raise the limit, then run again:",
            shell!("ulimit -f unlimited"),
        ),
        ErrorKind::InvalidFilename => Explained::new(
            format!("the name is too long for {}", file_system(path)),
            "put the repository of clusters into a folder with a shorter path",
        ),
        ErrorKind::TooManyLinks => Explained::run(
            format!("{} allows no further links or folders there", file_system(path)),
            "remove what is not needed there, then run again:",
            shell!("ls -ld {}", at),
        ),
        ErrorKind::Unsupported => Explained::new(
            format!("{} can't do that", file_system(path)),
            "put the repository of clusters on a local file system",
        ),
        ErrorKind::NotFound => Explained::run(
            match missing_folder(path) {
                Some(folder) => format!("the folder {} is not there", folder.display()),
                None => format!("{shown} is not there"),
            },
            "see what is there, then run again:",
            shell!("ls -la {}", at),
        ),
        ErrorKind::NotADirectory => Explained::run(
            format!("a file lies where {shown} needs a folder"),
            "move the file away:",
            shell!("mv {} {}.old", at, at),
        ),
        ErrorKind::IsADirectory => Explained::away(format!("{shown} is a folder, not a file"), &at),
        ErrorKind::AlreadyExists | ErrorKind::DirectoryNotEmpty => Explained::run(
            format!("something else lies at {shown}"),
            "move it away, then run again:",
            shell!("ls -la {}", at),
        ),
        ErrorKind::InvalidData => Explained::away(format!("{shown} is not text in UTF-8"), &at),
        _ => Explained::run(
            format!("{} refuses it ({})", file_system(path), innermost(error)),
            "see that the file system is well and has room:",
            shell!("ls -ld {}; df -h {}", at, at),
        ),
    }
}

fn read_only(path: &Path) -> Explained {
    let words = format!("{} is mounted read-only", file_system(path));
    let hint = "mount it for writing, or put the repository of clusters elsewhere";
    match Mount::of(path) {
        Some(mount) => {
            let command = shell!("sudo mount -o remount,rw {}", mount.point);
            Explained::run(words, &format!("{hint}:"), command)
        }
        None => Explained::new(words, hint),
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
    use secret::quoted_path;

    use super::*;

    fn of(number: Errno) -> Explained {
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
            assert!(explained.words.contains(expect), "{number:?}: {explained:?}");
            assert!(!explained.hint.is_empty(), "{number:?}");
            assert!(!explained.words.contains("os error") || expect == "refuses it (", "{explained:?}");
        }
    }

    #[test]
    fn what_a_library_wrapped_around_an_error_hides_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let plain = io::Error::from(Errno::MFILE);
        let wrapped = io::Error::new(plain.kind(), plain);
        assert_eq!(explain(&wrapped, folder.path()).words, "this process has too many files open");
        let text = format!("failed to open file `x`: {}", io::Error::from(Errno::MFILE));
        let opaque = io::Error::new(wrapped.kind(), text);
        assert_eq!(explain(&opaque, folder.path()).words, "this process has too many files open");
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
            assert!(explained.words.ends_with("can't lock files"), "{explained:?}");
        }
        let full = explain_lock(&io::Error::from(Errno::NOSPC), folder.path());
        assert!(full.words.starts_with("the disk is full"), "{full:?}");
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
        let said = |path: &Path| words(&io::Error::from(Errno::NOENT), path);
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
