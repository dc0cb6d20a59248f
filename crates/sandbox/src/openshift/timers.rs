//! What takes its time: each thing is begun once, and is over a while later.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The soonest end of all that was found unfinished is when to look again.
#[derive(Debug, Default)]
pub(super) struct Timers {
    begun: HashMap<String, Instant>,
    next: Option<Duration>,
}

impl Timers {
    /// Whether `delay` is over since this was asked for the first time.
    pub(super) fn over(&mut self, what: impl Into<String>, delay: Duration) -> bool {
        let begun = *self.begun.entry(what.into()).or_insert_with(Instant::now);
        let left = delay.saturating_sub(begun.elapsed());
        if !left.is_zero() {
            self.next = Some(self.next.map_or(left, |next| next.min(left)));
        }
        left.is_zero()
    }

    /// Lets it begin anew when it is asked for again.
    pub(super) fn forget(&mut self, what: &str) {
        self.begun.remove(what);
    }

    /// How long until something is over, and nothing is left of that.
    pub(super) fn take_next(&mut self) -> Option<Duration> {
        self.next.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_takes_no_time() {
        assert!(Timers::default().over("a", Duration::ZERO));
    }

    #[test]
    fn what_is_begun_is_not_over_and_says_when_to_look_again() {
        let mut timers = Timers::default();
        assert!(!timers.over("a", Duration::from_secs(60)));
        assert!(timers.take_next().is_some_and(|next| next <= Duration::from_secs(60)));
        assert_eq!(timers.take_next(), None);
    }
}
