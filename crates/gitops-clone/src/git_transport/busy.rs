//! The attempts at a busy host, limited in number and time.

use std::time::Duration;

use tokio::time::Instant;

use super::answer::Answer;
use super::endpoint::Endpoint;
use crate::GitError;
use crate::remote::Retry;

/// The attempts at one request, and their time.
pub(super) struct Asking {
    policy: transport::Retry,
    pauses: Box<dyn Iterator<Item = Duration>>,
    within: Duration,
    asked: u32,
    began: Instant,
}

impl Asking {
    pub(super) fn begin(Retry { tries, pause, within }: Retry) -> Self {
        let policy = transport::Retry::git(tries, pause);
        Self { policy, pauses: Box::new(policy.pauses()), within, asked: 1, began: Instant::now() }
    }

    /// Returns the pause before the next attempt, or `None` after the last one. The pause is at least the wait that the
    /// host requests.
    pub(super) fn pause(&mut self, wanted: Option<Duration>) -> Option<Duration> {
        let left = self.within.saturating_sub(self.began.elapsed());
        let pause = self.policy.pause(self.pauses.next()?, wanted, left)?;
        self.asked += 1;
        Some(pause)
    }

    /// Makes the error after the last attempt.
    pub(super) fn gave_up(&self, endpoint: &Endpoint, answer: &Answer, wanted: Option<Duration>) -> GitError {
        GitError::Busy {
            url: endpoint.shown().to_owned(),
            status: answer.status,
            detail: answer.detail(endpoint),
            asked: self.asked,
            took: self.began.elapsed(),
            wait: wanted.filter(|wait| !wait.is_zero()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(wanted: Option<u64>) -> Vec<u64> {
        let mut asking = Asking::begin(Retry::default());
        std::iter::from_fn(|| asking.pause(wanted.map(Duration::from_secs))).map(|it| it.as_secs()).collect()
    }

    #[test]
    fn it_is_asked_a_few_times_with_growing_pauses() {
        assert_eq!(pauses(None), [1, 2, 4]);
    }

    #[test]
    fn the_hosts_own_wait_counts_where_it_is_short_enough() {
        assert_eq!(pauses(Some(5)), [5, 5, 5]);
        assert_eq!(pauses(Some(0)), [1, 1, 1]);
        assert!(pauses(Some(3600)).is_empty());
    }
}
