//! What keeps a run from having a cluster for itself.

use advice::Diagnostic;

/// What keeps a run from having a cluster for itself.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum LockError {
    /// Another run on this machine holds the lock file.
    #[error("another run holds this cluster: {holder}")]
    #[code("LOCK-001")]
    #[hint("wait for it to end, or let this run wait: --wait-lock 30m")]
    HeldHere {
        /// The run, who started it, where, since when.
        holder: String,
    },
    /// Another run, perhaps on another machine, holds the Lease in the cluster.
    #[error("another run holds this cluster: {holder}")]
    #[code("LOCK-002")]
    #[hint("wait for it to end, or let this run wait (a dead one is taken over after 60 s): --wait-lock 30m")]
    HeldInCluster {
        /// The run, who started it, where, since when.
        holder: String,
    },
    /// The Lease could not be renewed in time, or somebody else took it.
    #[error(
        "lost the Lease bitiq-bootstrap: another run may be working on this cluster; nothing more was written"
    )]
    #[code("LOCK-003")]
    #[hint("see who holds it, let it end, then run again:", run("bitiq-bootstrap check <cluster>"))]
    Lost,
    /// The file system does not give the lock.
    #[error("failed to lock {path}: {problem}")]
    #[code("LOCK-004")]
    #[hint(disk(problem))]
    NotLockable {
        /// The lock file.
        path: String,
        /// The error of the file system.
        problem: disk::DiskError,
    },
}
