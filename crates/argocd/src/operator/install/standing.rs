use std::time::Duration;

/// Something else that is seen for less than this does not end what stands: OLM moves to and fro while it retries.
const GAP: Duration = Duration::from_secs(10);

/// Since when the same thing is seen.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    what: Option<String>,
    since: Duration,
    /// Since when something else is seen.
    broken: Option<Duration>,
}

impl Standing {
    /// Returns how long `what` has been seen, at the moment `now` of a clock that only goes forward. Something else in
    /// between, or nothing (`None`), ends it only after ten seconds.
    pub fn stands(&mut self, what: Option<&str>, now: Duration) -> Duration {
        let broken = self.broken.is_some_and(|since| now.saturating_sub(since) >= GAP);
        match what {
            Some(what) if self.what.as_deref() == Some(what) && !broken => self.broken = None,
            Some(what) => *self = Self { what: Some(what.to_owned()), since: now, broken: None },
            None if broken => self.forget(),
            None => {
                self.broken.get_or_insert(now);
            }
        }
        if what.is_some() { now.saturating_sub(self.since) } else { Duration::ZERO }
    }

    /// What stood is over.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long the last one stands, of what is seen at each second.
    fn stands(seen: &[(u64, Option<&str>)]) -> u64 {
        let mut standing = Standing::default();
        let mut last = Duration::ZERO;
        for (second, what) in seen {
            last = standing.stands(*what, Duration::from_secs(*second));
        }
        last.as_secs()
    }

    #[test]
    fn what_is_seen_without_a_break_stands_from_its_beginning() {
        assert_eq!(stands(&[(3, Some("a")), (100, Some("a"))]), 97);
        assert_eq!(stands(&[(3, Some("a")), (4, Some("b")), (100, Some("b"))]), 96);
    }

    #[test]
    fn a_short_break_does_not_end_it_and_a_long_one_does() {
        assert_eq!(stands(&[(0, Some("a")), (1, None), (2, Some("a")), (3, None), (20, Some("a"))]), 0);
        let flapping: Vec<(u64, Option<&str>)> =
            (0..30).map(|second| (second, (second % 2 == 0).then_some("a"))).collect();
        assert_eq!(stands(&flapping[..29]), 28);
        assert_eq!(stands(&[(0, Some("a")), (1, None), (11, None), (12, Some("a")), (15, Some("a"))]), 3);
    }

    #[test]
    fn nothing_stands_for_no_time() {
        assert_eq!(stands(&[(0, Some("a")), (5, None)]), 0);
    }
}
