//! The one retry policy: which failed request is sent again, how often, and after which pause.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder, Retryable as _};

/// A failed request, as far as the decision needs it.
#[derive(Debug, Clone, Copy)]
pub struct Failed {
    /// The HTTP status. None if the connection broke or something before the server answered.
    pub status: Option<u16>,
    /// The pause that the server asks for (`Retry-After`).
    pub wait: Option<Duration>,
    /// The request only reads.
    pub reads: bool,
}

/// How one kind of server is asked again.
#[derive(Debug, Clone, Copy)]
pub struct Retry {
    pauses: ExponentialBuilder,
    /// What a `Retry-After` does to the pause.
    heed: Heed,
    /// A longer `Retry-After` ends the tries.
    longest_wait: Duration,
    /// Further status codes that pass by themselves.
    passing: &'static [u16],
}

#[derive(Debug, Clone, Copy)]
enum Heed {
    /// The server's pause takes the place of ours.
    Instead,
    /// The longer of both pauses counts.
    Longer,
    /// The server's pause takes the place of ours, and is no shorter than this.
    AtLeast(Duration),
}

impl Retry {
    /// The Kubernetes API: pauses of 250 ms, 1 s and 2 s.
    pub const KUBERNETES: Self =
        Self { pauses: short_pauses(3), heed: Heed::Longer, longest_wait: Duration::MAX, passing: &[] };

    /// Vault: pauses of 250 ms and 1 s. 412 is a replica that lags behind, 472 and 473 are standbys.
    pub const VAULT: Self = Self {
        pauses: short_pauses(2),
        heed: Heed::Instead,
        longest_wait: Duration::from_secs(10),
        passing: &[412, 472, 473],
    };

    /// A Git host: `tries` requests at most. The first pause is `pause`, each later one is twice as long.
    pub const fn git(tries: u32, pause: Duration) -> Self {
        let pauses = ExponentialBuilder::new().with_min_delay(pause).with_factor(2.0).without_max_delay();
        let pauses = pauses.with_max_times(tries.saturating_sub(1) as usize);
        Self { pauses, heed: Heed::AtLeast(pause), longest_wait: Duration::MAX, passing: &[] }
    }

    /// Sends `request` until it succeeds, `judge` finds no reason to send it again, or no more time is `left`.
    /// Dropping the future ends the pause as well.
    ///
    /// # Errors
    /// The error of the last try.
    pub async fn run<T, E, F: Future<Output = Result<T, E>>>(
        &self,
        request: impl FnMut() -> F,
        judge: impl Fn(&E) -> Option<Failed>,
        left: impl Fn() -> Duration,
    ) -> Result<T, E> {
        let pause = |error: &E, pause: Option<Duration>| {
            let failed = judge(error).filter(|failed| self.may_pass(failed))?;
            self.pause(pause?, failed.wait, left())
        };
        request.retry(self.pauses).adjust(pause).await
    }

    /// The pauses before the second, the third and each later try, before a server's wish counts.
    pub fn pauses(&self) -> impl Iterator<Item = Duration> + Send + use<> {
        self.pauses.build()
    }

    /// The pause before the next try: `backoff`, or what the server asks for. None if that takes too long.
    pub fn pause(&self, backoff: Duration, wait: Option<Duration>, left: Duration) -> Option<Duration> {
        let pause = match (wait, self.heed) {
            (None, _) => backoff,
            (Some(wait), _) if wait > self.longest_wait => return None,
            (Some(wait), Heed::Instead) => wait,
            (Some(wait), Heed::Longer) => wait.max(backoff),
            (Some(wait), Heed::AtLeast(least)) => wait.max(least),
        };
        (pause < left).then_some(pause)
    }

    /// True if sending the request again may help and does no harm. A read is sent again; a write only if the server
    /// says that it did not take it.
    fn may_pass(&self, failed: &Failed) -> bool {
        match failed.status {
            Some(429 | 503) => true,
            Some(500 | 502 | 504) | None => failed.reads,
            Some(other) => failed.reads && self.passing.contains(&other),
        }
    }
}

/// The first `times` of 250 ms, 1 s and 2 s.
const fn short_pauses(times: usize) -> ExponentialBuilder {
    let pauses = ExponentialBuilder::new().with_min_delay(Duration::from_millis(250)).with_factor(4.0);
    pauses.with_max_delay(Duration::from_secs(2)).with_max_times(times)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn pauses(retry: Retry) -> Vec<u128> {
        retry.pauses().map(|pause| pause.as_millis()).collect()
    }

    fn may_pass(retry: Retry, reads: bool, status: Option<u16>) -> bool {
        retry.may_pass(&Failed { status, wait: None, reads })
    }

    fn pause(retry: Retry, wait: u64, left: Duration) -> Option<u64> {
        let pause = retry.pause(Duration::from_secs(2), Some(Duration::from_secs(wait)), left);
        pause.map(|pause| pause.as_secs())
    }

    #[test]
    fn the_pauses_grow() {
        assert_eq!(pauses(Retry::KUBERNETES), [250, 1000, 2000]);
        assert_eq!(pauses(Retry::VAULT), [250, 1000]);
        assert_eq!(pauses(Retry::git(4, Duration::from_secs(1))), [1000, 2000, 4000]);
        assert!(pauses(Retry::git(1, Duration::from_secs(1))).is_empty());
    }

    #[test]
    fn a_server_that_is_busy_or_starting_took_nothing() {
        for reads in [true, false] {
            assert!(may_pass(Retry::KUBERNETES, reads, Some(429)));
            assert!(may_pass(Retry::KUBERNETES, reads, Some(503)));
        }
    }

    #[test]
    fn a_server_that_failed_may_have_taken_a_write() {
        for status in [Some(500), Some(502), Some(504), None] {
            assert!(may_pass(Retry::KUBERNETES, true, status));
            assert!(!may_pass(Retry::KUBERNETES, false, status));
        }
    }

    #[test]
    fn what_the_server_means_is_not_asked_again() {
        for status in [404, 410, 412, 422, 501] {
            assert!(!may_pass(Retry::KUBERNETES, true, Some(status)));
        }
        assert!(may_pass(Retry::VAULT, true, Some(412)));
        assert!(!may_pass(Retry::VAULT, false, Some(412)));
    }

    #[test]
    fn the_servers_own_wait_counts_where_it_is_short_enough() {
        let git = Retry::git(4, Duration::from_secs(1));
        assert_eq!([0, 5].map(|wait| pause(Retry::KUBERNETES, wait, HOUR)), [Some(2), Some(5)]);
        assert_eq!([0, 10, 11].map(|wait| pause(Retry::VAULT, wait, HOUR)), [Some(0), Some(10), None]);
        assert_eq!([0, 5].map(|wait| pause(git, wait, HOUR)), [Some(1), Some(5)]);
        assert_eq!(pause(git, 60, Duration::from_secs(50)), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_is_sent_until_it_succeeds_or_the_pauses_are_used_up() {
        for (successes_at, tries) in [(1, 1), (3, 3), (9, 4)] {
            let mut sent = 0;
            let request = || {
                sent += 1;
                std::future::ready(if sent == successes_at { Ok(()) } else { Err(503) })
            };
            let judge = |status: &u16| Some(Failed { status: Some(*status), wait: None, reads: false });
            let outcome = Retry::KUBERNETES.run(request, judge, || HOUR).await;
            assert_eq!((outcome.is_ok(), sent), (successes_at <= 4, tries));
        }
    }
}
