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
    /// How long it counts after its last renewal.
    pub lasts: Duration,
    /// How often its holder renews it.
    pub renewed_every: Duration,
    /// How often one who waits looks at it.
    pub looked_at_every: Duration,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            lasts: Duration::from_secs(60),
            renewed_every: Duration::from_secs(15),
            looked_at_every: Duration::from_secs(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Terms;

    #[test]
    fn it_lasts_a_minute_and_is_renewed_four_times_in_it() {
        let terms = Terms::default();
        assert_eq!((terms.lasts.as_secs(), terms.renewed_every.as_secs()), (60, 15));
    }
}
