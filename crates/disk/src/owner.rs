//! Who may not do what, and why: owner and mode of what lies on the way to a path.

use std::fs::Metadata;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use advice::{Advice, shell};
use rustix::process::{getegid, geteuid};

use crate::error::DiskError;

/// The folder whose owner is to be set right as a whole.
const WORK: &str = ".work";
/// The folder that holds the clusters.
const CLUSTERS: &str = "clusters";
const PASSWD: &str = "/etc/passwd";

/// Words for a permission that this user lacks at `path`.
pub(crate) fn denied(path: &Path) -> DiskError {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match culprit(&path, geteuid().as_raw()) {
        Some((at, found)) if found.uid() != geteuid().as_raw() => foreign(&at, &found),
        Some((at, found)) => own(&at, &found),
        None => unexplained(&path),
    }
}

/// The uppermost of what lies on the way that keeps this user out, else what lies at the end of it.
fn culprit(path: &Path, me: u32) -> Option<(PathBuf, Metadata)> {
    let found = |at: &Path| Some((at.to_owned(), fs_err::metadata(at).ok()?));
    let all: Vec<_> = path.ancestors().filter_map(found).collect();
    // From the root on: what lies below a closed folder can't be seen.
    let closed = |(_, found): &&(PathBuf, Metadata)| me != 0 && is_closed(found, me);
    let closed = all.iter().rev().find(closed).or(all.first());
    closed.filter(|(_, found)| is_closed(found, me) || found.uid() != me).cloned()
}

/// A folder that is not to be passed, or a thing that is not to be read.
fn is_closed(found: &Metadata, me: u32) -> bool {
    let mode = found.permissions().mode();
    let needed = if found.is_dir() { 0o5 } else { 0o4 };
    let of_group = found.gid() == getegid().as_raw();
    let granted = if found.uid() == me {
        mode >> 6
    } else if of_group {
        mode >> 3
    } else {
        mode
    };
    granted & needed != needed
}

fn foreign(at: &Path, found: &Metadata) -> DiskError {
    let (me, group) = (geteuid().as_raw(), getegid().as_raw());
    let access = if me == 0 {
        Advice::say("the file system refuses root too; see its options:").run(shell!("ls -ldn {}", at))
    } else {
        cure(at, found, &format!("{me}:{group}"))
    };
    DiskError::Foreign { path: at.display().to_string(), owner: name(found.uid()), user: name(me), access }
}

/// Only what lies in a cluster's folder may get another owner, and only `.work` as a whole: a command that changes the
/// owner of `/etc` breaks the machine.
fn cure(at: &Path, found: &Metadata, us: &str) -> Advice {
    let in_a_cluster = at.ancestors().skip(2).any(|folder| folder.ends_with(CLUSTERS));
    let work = at.ancestors().find(|folder| folder.ends_with(WORK)).filter(|_| in_a_cluster);
    match work {
        Some(work) => Advice::say("if an earlier run was started with sudo, take the files back:")
            .run(shell!("sudo chown -R {} {}", us, work)),
        None if found.is_file() && in_a_cluster => {
            Advice::say("if it was made with sudo, take it back:").run(shell!("sudo chown {} {}", us, at))
        }
        None => {
            let owner = name(found.uid());
            Advice::say(format!("use a file or folder that this user may use, or ask {owner} for access:"))
                .run(shell!("ls -ldn {}", at))
        }
    }
}

fn own(at: &Path, found: &Metadata) -> DiskError {
    DiskError::Mode { path: at.into(), mode: found.permissions().mode() & 0o7777 }
}

fn unexplained(path: &Path) -> DiskError {
    let at = path.ancestors().find(|at| at.exists()).unwrap_or(path).into();
    DiskError::Unexplained { path: path.display().to_string(), at }
}

/// `root (uid 0)`, or `uid 1000` where the user is not in `/etc/passwd`.
fn name(uid: u32) -> String {
    let table = fs_err::read_to_string(PASSWD).unwrap_or_default();
    match named(&table, uid) {
        Some(name) => format!("{name} (uid {uid})"),
        None => format!("uid {uid}"),
    }
}

fn named(table: &str, uid: u32) -> Option<&str> {
    let uid = uid.to_string();
    let entries = table.lines().map(|line| line.split(':').collect::<Vec<_>>());
    entries.filter(|entry| entry.get(2) == Some(&uid.as_str())).find_map(|entry| entry.first().copied())
}

#[cfg(test)]
mod tests {
    use advice::Diagnostic as _;
    use secret::quoted_path;

    use super::*;

    #[test]
    fn a_user_is_named_by_name_and_number() {
        let table = "root:x:0:0:root:/root:/bin/bash\nops:x:1000:1000::/data/ops:/bin/sh\n";
        assert_eq!(named(table, 1000), Some("ops"));
        assert_eq!(named(table, 7), None);
    }

    #[test]
    fn what_keeps_a_user_out_is_the_uppermost_closed_folder() {
        let root = tempfile::tempdir().unwrap();
        let work = root.path().join(".work");
        fs_err::create_dir_all(work.join("runs")).unwrap();
        let set =
            |path: &Path, mode| fs_err::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        set(root.path(), 0o755);
        set(&work, 0o700);
        // As another user sees it.
        let other = found_uid(&work) + 4711;
        let (at, _) = culprit(&work.join("runs/x"), other).unwrap();
        assert_eq!(at, work);
        set(&work, 0o755);
        let (at, _) = culprit(&work.join("runs/x"), other).unwrap();
        assert_eq!(at, work.join("runs"), "it may be read, and belongs to somebody else");
    }

    fn found_uid(path: &Path) -> u32 {
        fs_err::metadata(path).unwrap().uid()
    }

    #[test]
    fn the_command_takes_the_whole_work_folder_back() {
        let root = tempfile::tempdir().unwrap();
        let runs = root.path().join("clusters/it's/.work/runs");
        fs_err::create_dir_all(&runs).unwrap();
        let found = fs_err::metadata(&runs).unwrap();
        let hint = cure(&runs, &found, "7:8").to_string();
        assert!(hint.contains("\nsudo chown -R 7:8 '") && hint.ends_with("/.work'"), "{hint}");
        if geteuid().is_root() {
            assert!(foreign(&runs, &found).hint().unwrap().to_string().contains("ls -ldn '"));
        }
    }

    #[test]
    fn outside_the_work_folder_no_command_changes_an_owner_below() {
        let root = tempfile::tempdir().unwrap();
        let cluster = root.path().join("clusters/demo");
        fs_err::create_dir_all(&cluster).unwrap();
        let yaml = cluster.join("cluster.yaml");
        fs_err::write(&yaml, "").unwrap();
        let hint = |at: &Path| cure(at, &fs_err::metadata(at).unwrap(), "7:8").to_string();
        let folders = [Path::new("/"), Path::new("/etc"), Path::new(PASSWD), root.path(), cluster.as_path()];
        for at in folders.into_iter().chain(cluster.parent()) {
            assert!(!hint(at).contains("chown"), "{}", hint(at));
            assert!(hint(at).contains(" for access:\nls -ldn "), "{}", hint(at));
        }
        assert!(hint(&yaml).ends_with(&format!("\nsudo chown 7:8 {}", quoted_path(&yaml))));
    }
}
