//! The lock on the cluster: Lease `bitiq-bootstrap` in Argo CD's namespace. It lasts 60 s and is renewed every 15 s;
//! whether another's has expired is judged by our own clock since we last saw it change, so that clocks that differ
//! do no harm (the way of client-go's leader election).

mod claim;
mod held;
mod peek;
mod store;

use std::time::Duration;

pub use claim::Claim;
pub use held::{HeldLease, News};
pub use store::LeaseStore;

/// Name of the Lease.
pub const NAME: &str = "bitiq-bootstrap";

/// The times of a Lease.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// Its validity after the last renewal.
    pub duration: Duration,
    /// The pause between two renewals.
    pub renew_interval: Duration,
    /// The pause between two reads of a run that waits.
    pub poll_interval: Duration,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            duration: Duration::from_secs(60),
            renew_interval: Duration::from_secs(15),
            poll_interval: Duration::from_secs(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Terms;

    #[test]
    fn it_lasts_a_minute_and_is_renewed_four_times_in_it() {
        let terms = Terms::default();
        assert_eq!((terms.duration.as_secs(), terms.renew_interval.as_secs()), (60, 15));
    }
}
