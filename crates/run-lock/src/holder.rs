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

#[cfg(test)]
mod tests {
    use super::*;

    fn started_by(user: &str) -> StartedBy {
        StartedBy { user: user.into(), host: "bastion".into(), pid: 7 }
    }

    #[test]
    fn a_holder_is_a_user_at_a_host_or_a_host_alone_since_now() {
        let before = Timestamp::now().as_second();
        let holder = Holder::new(&started_by("ops"), &run_id());
        assert_eq!((holder.who.as_str(), holder.pid), ("ops@bastion", 7));
        let since: Timestamp = holder.since.parse().unwrap();
        assert!((before..=Timestamp::now().as_second()).contains(&since.as_second()), "{}", holder.since);
        assert_eq!(Holder::new(&started_by(""), &run_id()).who, "bastion");
    }

    #[test]
    fn a_fraction_counts_a_second_in_2_to_the_24_parts() {
        let at = |nanoseconds| fraction(Timestamp::new(1, nanoseconds).unwrap());
        assert_eq!([at(0), at(500_000_000), at(999_999_999)], [0, 1 << 23, (1 << 24) - 1]);
    }

    #[test]
    fn a_folder_is_the_same_by_whatever_path() {
        let root = tempfile::tempdir().unwrap();
        let work = root.path().join("work");
        assert_eq!(folder(&work), work.display().to_string());
        fs_err::create_dir(&work).unwrap();
        assert_eq!(folder(&work.join("../work")), folder(&work));
        assert!(folder(&work).ends_with("/work"));
    }
}
