//! Every error that a file system has, in words.

use std::path::PathBuf;

use advice::{Advice, Diagnostic};

/// An error of a file system, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Diagnostic)]
pub enum DiskError {
    /// The process has reached its limit of open files.
    #[error("this process has too many files open")]
    #[code("DISK-001")]
    #[hint("raise its limit, then run again:", run("ulimit -n 4096"))]
    ProcessFiles,
    /// All programs of the machine together have too many open files.
    #[error("this machine has too many files open")]
    #[code("DISK-002")]
    #[hint("see which programs hold them, then run again:", run("cat /proc/sys/fs/file-nr"))]
    MachineFiles,
    /// The disk, or the server of the file system, is broken.
    #[error("{file_system} failed to read or write (input/output error)")]
    #[code("DISK-003")]
    #[hint("the disk or its server is broken; see what the kernel says:", run("sudo dmesg | tail"))]
    Broken {
        /// The file system, as in "the file system at /srv (nfs4)".
        file_system: String,
    },
    /// The server of the file system forgot the file.
    #[error("{file_system} was lost by its server (stale file handle)")]
    #[code("DISK-004")]
    #[hint("mount it again, then run again")]
    Stale {
        /// The file system.
        file_system: String,
    },
    /// The file system has no locks.
    #[error("{file_system} can't lock files")]
    #[code("DISK-005")]
    #[hint(
        "put the repository of clusters on a local file system, or start the lock service of NFS (rpc.statd)"
    )]
    NoLocks {
        /// The file system.
        file_system: String,
    },
    /// The file or folder belongs to another user.
    #[error("permission denied: {path} belongs to {owner}, and this user is {user}")]
    #[code("DISK-006")]
    #[hint(by(Some(access.clone())))]
    #[fix("take back what an earlier run with sudo made (`sudo chown -R`), or ask the owner for access")]
    Foreign {
        /// The file or folder.
        path: String,
        /// Its owner.
        owner: String,
        /// This user.
        user: String,
        /// What gives this user access.
        access: Advice,
    },
    /// The mode of the file or folder keeps its owner out.
    #[error("permission denied: {path} has mode {mode:04o}", path = path.display())]
    #[code("DISK-007")]
    #[hint("make it accessible for its owner:", run("chmod u+rwX {}", path))]
    Mode {
        /// The file or folder.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Something else than owner and mode keeps the user out.
    #[error("permission denied, though owner and mode of {path} allow it")]
    #[code("DISK-008")]
    #[hint("look for an immutable flag, SELinux, or root_squash of NFS:", run("lsattr -d {}", at))]
    Unexplained {
        /// The file or folder.
        path: String,
        /// The last folder on the way that exists.
        at: PathBuf,
    },
    /// The file system is mounted read-only.
    #[error("{file_system} is mounted read-only")]
    #[code("DISK-009")]
    #[hint(
        when(mount.is_some()),
        "mount it for writing, or put the repository of clusters elsewhere:",
        run("sudo mount -o remount,rw {}", mount.clone().unwrap_or_default())
    )]
    #[hint("mount it for writing, or put the repository of clusters elsewhere")]
    ReadOnly {
        /// The file system.
        file_system: String,
        /// The folder that it is mounted at.
        mount: Option<PathBuf>,
    },
    /// The disk has no space, or no inodes, left.
    #[error("the disk is full: {file_system} has no space left")]
    #[code("DISK-010")]
    #[hint("make room there (space or inodes), then run again:", run("df -h {}; df -i {}", at, at))]
    Full {
        /// The file system.
        file_system: String,
        /// The last folder on the way that exists.
        at: PathBuf,
    },
    /// The user's quota is used up.
    #[error("the disk quota on {file_system} is used up")]
    #[code("DISK-011")]
    #[hint("make room, or ask for a larger quota, then run again:", run("quota -s"))]
    Quota {
        /// The file system.
        file_system: String,
    },
    /// The process may not make files of this size (`ulimit -f`).
    #[error("the file would become larger than this process may make it")]
    #[code("DISK-012")]
    #[hint("raise the limit, then run again:", run("ulimit -f unlimited"))]
    TooLarge,
    /// The path is longer than the file system allows.
    #[error("the name is too long for {file_system}")]
    #[code("DISK-013")]
    #[hint("put the repository of clusters into a folder with a shorter path")]
    Name {
        /// The file system.
        file_system: String,
    },
    /// The folder has as many links as the file system allows.
    #[error("{file_system} allows no further links or folders there")]
    #[code("DISK-014")]
    #[hint("remove what is not needed there, then run again:", run("ls -ld {}", at))]
    Links {
        /// The file system.
        file_system: String,
        /// The last folder on the way that exists.
        at: PathBuf,
    },
    /// The file system lacks what was asked of it.
    #[error("{file_system} can't do that")]
    #[code("DISK-015")]
    #[hint("put the repository of clusters on a local file system")]
    Unsupported {
        /// The file system.
        file_system: String,
    },
    /// A file or folder is missing.
    #[error("{missing} is not there")]
    #[code("DISK-016")]
    #[hint("see what is there, then run again:", run("ls -la {}", at))]
    Missing {
        /// What is missing.
        missing: String,
        /// The last folder on the way that exists.
        at: PathBuf,
    },
    /// A file has the place of a folder.
    #[error("a file lies where {path} needs a folder")]
    #[code("DISK-017")]
    #[hint("move the file away:", run("mv {} {}.old", at, at))]
    NoFolder {
        /// The path that needs the folder.
        path: String,
        /// The file.
        at: PathBuf,
    },
    /// A folder, a device or a pipe has the place of a file, or its content is no text.
    #[error("{path} is {kind}", path = path.display())]
    #[code("DISK-018")]
    #[hint("move it away:", run("mv {} {}.old", path, path))]
    NoFile {
        /// What has the place of the file.
        path: PathBuf,
        /// What it is, as in "a folder, not a file".
        kind: &'static str,
    },
    /// A file or folder is in the place of a new one.
    #[error("something else lies at {path}")]
    #[code("DISK-019")]
    #[hint("move it away, then run again:", run("ls -la {}", at))]
    Occupied {
        /// The path.
        path: String,
        /// The last folder on the way that exists.
        at: PathBuf,
    },
    /// The file system gave another error.
    #[error("{file_system} refuses it ({reason})")]
    #[code("DISK-020")]
    #[hint("see that the file system is well and has room:", run("ls -ld {}; df -h {}", at, at))]
    Other {
        /// The file system.
        file_system: String,
        /// The words of the system.
        reason: String,
        /// The last folder on the way that exists.
        at: PathBuf,
    },
    /// The error does not name its file.
    #[error("{reason}")]
    #[code("DISK-021")]
    #[hint("see that the file system is well, has room, and belongs to this user: `df -h`, `ls -la`")]
    Nameless {
        /// The words of the system.
        reason: String,
    },
}
