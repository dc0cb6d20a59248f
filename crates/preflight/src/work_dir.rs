//! The cluster's `.work` folder: there, private, writable, and really inside the cluster's folder.

use crate::error::PreflightError;
use diagnostics::{Failure, Step};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use cluster_spec::ClusterFolder;
use rustix::fs::Access;

/// Makes the folder with mode 0700 and shows that it can be written.
///
/// # Errors
/// Those of [`check`]; no right to write, a full disk.
pub fn prepare(folder: &ClusterFolder) -> Result<(), Failure> {
    check(folder)?;
    let work = folder.work();
    make(&work).and_then(|()| probe(&work)).map_err(|error| unwritable(&work, &error))
}

/// Whether nothing would be written elsewhere; for those who write next to nothing.
///
/// # Errors
/// A link that leads outside, a file in the folder's place, a folder that was made read-only or belongs to somebody
/// else.
pub fn check(folder: &ClusterFolder) -> Result<(), Failure> {
    let work = folder.work();
    check_folder(&work)?;
    let ours = [
        folder.kubeconfig(),
        folder.kubeconfig_backup(),
        folder.gitops_src(),
        folder.trace(),
        folder.runs(),
        folder.cache(),
        folder.lock(),
    ];
    ours.iter().try_for_each(|path| check_link(&work, path))?;
    let whole = Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK;
    let folders =
        [work, folder.runs(), folder.cache(), folder.cache().join("repository.git"), folder.gitops_src()];
    folders.iter().try_for_each(|path| check_is_folder(path).and_then(|()| check_access(path, whole)))?;
    check_access(&folder.lock(), Access::READ_OK | Access::WRITE_OK)?;
    [folder.kubeconfig(), folder.trace()].iter().try_for_each(|path| check_access(path, Access::READ_OK))
}

/// The mode is set when the folder is made: at no moment may others look into it.
fn make(work: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(work)?;
    fs_err::set_permissions(work, std::fs::Permissions::from_mode(0o700))
}

/// The failure where `.work` or its parent can not be written.
pub fn unwritable(work: &Path, error: &std::io::Error) -> Failure {
    let problem = disk::explain(error, work);
    PreflightError::NotWritable { folder: work.display().to_string(), problem }.refused(Step::Preflight)
}

/// What an earlier run of another user left is of no use to this one.
fn check_access(path: &Path, access: Access) -> Result<(), Failure> {
    match rustix::fs::access(path, access).map_err(std::io::Error::from) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(unusable(path, &error)),
        _ => Ok(()),
    }
}

/// A file has no right to be passed, which is no question of permission.
fn check_is_folder(path: &Path) -> Result<(), Failure> {
    match fs_err::metadata(path) {
        Ok(found) if !found.is_dir() => Err(unusable(path, &ErrorKind::NotADirectory.into())),
        _ => Ok(()),
    }
}

fn unusable(path: &Path, error: &std::io::Error) -> Failure {
    let problem = disk::explain(error, path);
    PreflightError::NotUsable { path: path.display().to_string(), problem }.refused(Step::Preflight)
}

/// A symbolic link in place of `.work` would put secrets elsewhere.
fn check_folder(work: &Path) -> Result<(), Failure> {
    let Ok(found) = fs_err::symlink_metadata(work) else { return Ok(()) };
    let shown = || work.display().to_string();
    if found.is_symlink() {
        return Err(PreflightError::WorkIsLink { folder: shown() }.refused(Step::Preflight));
    }
    if !found.is_dir() {
        return Err(PreflightError::WorkIsFile { path: shown() }.refused(Step::Preflight));
    }
    const OWNER_WRITES: u32 = 0o200;
    let mode = found.permissions().mode() & 0o777;
    if mode & OWNER_WRITES == 0 {
        let mode = format!("{mode:04o}");
        return Err(PreflightError::WorkIsReadOnly { folder: shown(), mode }.refused(Step::Preflight));
    }
    Ok(())
}

/// One of ours that is a link must stay inside, whether what it leads to is there or not.
fn check_link(work: &Path, path: &Path) -> Result<(), Failure> {
    let is_link = fs_err::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    let stays = || Some(fs_err::canonicalize(path).ok()?.starts_with(fs_err::canonicalize(work).ok()?));
    if !is_link || stays() == Some(true) {
        return Ok(());
    }
    let target = fs_err::read_link(path).unwrap_or_default().display().to_string();
    let path = path.display().to_string();
    Err(PreflightError::LinkLeadsOutside { path, target }.refused(Step::Preflight))
}

/// Enough bytes that a full disk shows.
const ROOM: usize = 256 * 1024;

/// Writes them, and leaves nothing there.
pub fn probe(work: &Path) -> std::io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".probe-").tempfile_in(work)?;
    file.write_all(&[0; ROOM])?;
    file.as_file().sync_all()
}

/// Whether the file system says that it has room for them, without a write.
pub fn has_room(place: &Path) -> std::io::Result<()> {
    let says = rustix::fs::statvfs(place)?;
    let bytes = says.f_bavail.saturating_mul(says.f_frsize);
    // Some file systems do not count their inodes.
    let has_inodes = says.f_files == 0 || says.f_favail > 0;
    if bytes < ROOM as u64 || !has_inodes {
        return Err(rustix::io::Errno::NOSPC.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use cluster_spec::Repository;

    use super::*;

    /// A cluster's folder, there without its `.work`.
    fn cluster() -> (tempfile::TempDir, ClusterFolder) {
        let root = tempfile::tempdir().unwrap();
        let folder = Repository::at(root.path()).folder("demo").unwrap();
        fs_err::create_dir_all(folder.dir()).unwrap();
        (root, folder)
    }

    fn set_mode(folder: &ClusterFolder, mode: u32) {
        fs_err::create_dir_all(folder.work()).unwrap();
        fs_err::set_permissions(folder.work(), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn the_folder_is_private_even_if_it_was_not() {
        let (_root, folder) = cluster();
        set_mode(&folder, 0o755);
        prepare(&folder).unwrap();
        assert_eq!(fs_err::metadata(folder.work()).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(fs_err::read_dir(folder.work()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_of_any_name_is_one_word_of_the_command_that_mends_it() {
        let root = tempfile::tempdir().unwrap();
        let folder = Repository::at(root.path().join("it's $(id)")).folder("demo").unwrap();
        fs_err::create_dir_all(folder.dir()).unwrap();
        symlink("/tmp", folder.work()).unwrap();
        let word = format!("'{}/it'\\''s $(id)/clusters/demo/.work'", root.path().display());
        let hint = |folder: &ClusterFolder| check(folder).unwrap_err().hint.unwrap().to_string();
        assert_eq!(hint(&folder), format!("remove the link:\nrm {word}"));
        fs_err::remove_file(folder.work()).unwrap();
        set_mode(&folder, 0o500);
        assert_eq!(hint(&folder), format!("make it writable:\nchmod u+rwx {word}"));
    }

    #[test]
    fn a_link_in_its_place_is_refused() {
        let (_root, folder) = cluster();
        symlink("/tmp", folder.work()).unwrap();
        assert!(prepare(&folder).unwrap_err().message.contains("symbolic link"));
    }

    #[test]
    fn a_file_in_its_place_is_refused() {
        let (_root, folder) = cluster();
        fs_err::write(folder.work(), "").unwrap();
        assert!(prepare(&folder).unwrap_err().message.contains("not a folder"));
    }

    #[test]
    fn a_file_in_the_place_of_a_folder_in_it_is_moved_away() {
        let (_root, folder) = cluster();
        set_mode(&folder, 0o700);
        for path in [folder.runs(), folder.cache(), folder.gitops_src()] {
            fs_err::write(&path, "").unwrap();
            let failure = check(&folder).unwrap_err();
            assert!(failure.message.contains("a file lies where"), "{failure:?}");
            let hint = format!("move the file away:\nmv {0} {0}.old", secret::quoted_path(&path));
            assert_eq!(failure.hint.unwrap_or_default().to_string(), hint);
            fs_err::remove_file(&path).unwrap();
        }
    }

    #[test]
    fn one_that_was_made_read_only_stays_so() {
        let (_root, folder) = cluster();
        set_mode(&folder, 0o500);
        assert!(prepare(&folder).unwrap_err().message.contains("is read-only (mode 0500)"));
        set_mode(&folder, 0o700);
    }

    #[test]
    fn a_link_below_it_may_lead_to_another_place_in_it_alone() {
        let (_root, folder) = cluster();
        set_mode(&folder, 0o700);
        symlink("kubeconfig-of-today", folder.kubeconfig()).unwrap();
        assert!(check(&folder).unwrap_err().message.contains("leads outside .work, to kubeconfig-of-today"));
        fs_err::write(folder.work().join("kubeconfig-of-today"), "").unwrap();
        check(&folder).unwrap();
        symlink("../..", folder.runs()).unwrap();
        assert!(check(&folder).unwrap_err().message.contains("runs is a symbolic link"));
    }

    #[test]
    fn a_folder_with_room_takes_the_probe_and_one_that_is_missing_does_not() {
        let root = tempfile::tempdir().unwrap();
        has_room(root.path()).unwrap();
        probe(root.path()).unwrap();
        assert_eq!(fs_err::read_dir(root.path()).unwrap().count(), 0);
        let none = root.path().join("none");
        assert!(has_room(&none).is_err() && probe(&none).is_err());
        fs_err::write(&none, "").unwrap();
        check_access(&root.path().join("other"), Access::READ_OK).unwrap();
        check_access(&none.join("below"), Access::READ_OK).unwrap_err();
    }
}
