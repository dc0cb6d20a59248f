//! The name of a run, and its identity in a lock.

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use trace::{RunId, StartedBy};

/// The holder of a lock, as the lock file and the Lease record it, and as a second run reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The run.
    pub run_id: String,
    /// `user@host`.
    pub who: String,
    /// Process id on that host.
    pub pid: u32,
    /// Since when, RFC 3339.
    pub since: String,
}

impl Holder {
    /// The run that `started_by` starts now.
    pub fn new(started_by: &StartedBy, run_id: &RunId) -> Self {
        Self {
            run_id: run_id.to_string(),
            who: match started_by.user.as_str() {
                "" => started_by.host.clone(),
                user => format!("{user}@{}", started_by.host),
            },
            pid: started_by.pid,
            since: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }
    }
}

/// A name that no other run has.
pub fn run_id() -> RunId {
    let now = Timestamp::now();
    RunId::new(now, fraction(now))
}

/// The `.work` folder, as this machine knows it.
pub fn folder(work: &Path) -> String {
    fs_err::canonicalize(work).unwrap_or_else(|_| work.to_owned()).display().to_string()
}

/// The part of a second that has gone by, in 2^-24 s: runs of one second sort as they began.
fn fraction(now: Timestamp) -> u32 {
    let nanoseconds = u64::try_from(now.subsec_nanosecond()).unwrap_or_default();
    u32::try_from((nanoseconds << 24) / 1_000_000_000).unwrap_or_default()
}
