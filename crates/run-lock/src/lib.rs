//! One run at a time: the lock file of a folder, the Lease of a cluster.
//!
//! Knows who holds each, waits for it, renews the Lease. Never reads the environment, never prints.

mod holder;
pub mod lease;
mod lock_error;
mod lock_file;

pub use holder::{Holder, folder, run_id};
pub use lock_error::LockError;
pub use lock_file::FileLock;

/// The run that is at work on the cluster whose lock file this is, on this machine.
pub fn run_at_work(lock: &std::path::Path) -> Option<String> {
    FileLock::holder(lock).map(|holder| holder.run_id)
}
