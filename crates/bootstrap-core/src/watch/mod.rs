//! Beside a script that says nothing: what it may be waiting for, seen in the cluster, and told when it changes.
//!
//! Reads only, a few bounded lists a round; what can't be read is not watched. Never disturbs the script.

mod describe;
mod observe;

use diagnostics::{EventKind, duration};
use parking_lot::Mutex;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cluster_access::Cluster;

use preflight::Context;
use preflight::REPEAT_AFTER;

use describe::describe;
use observe::observe;

/// Between two looks, at most.
const EVERY: Duration = Duration::from_secs(10);
/// No look takes longer.
const LOOK_LIMIT: Duration = Duration::from_secs(8);
/// So many sentences are told at a time.
const TOLD: usize = 5;

/// When the script said something last.
#[derive(Clone)]
pub(crate) struct Heard(Arc<Mutex<Instant>>);

impl Heard {
    pub(crate) fn now() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    pub(crate) fn again(&self) {
        *self.0.lock() = Instant::now();
    }

    fn silence(&self) -> Duration {
        self.0.lock().elapsed()
    }
}

/// What is watched, and from when on.
pub(crate) struct Watch<'a> {
    /// The cluster.
    pub cluster: &'a Cluster,
    /// Where Argo CD lives.
    pub namespace: &'a str,
    /// After so much silence; none: never.
    pub after: Option<Duration>,
}

impl Watch<'_> {
    /// Looks and tells for as long as it is asked to go on.
    pub(crate) async fn beside(&self, heard: &Heard, context: &Context) -> Infallible {
        let Some(after) = self.after else { return std::future::pending().await };
        let mut told = Told::default();
        loop {
            let silence = heard.silence();
            if silence < after {
                tokio::time::sleep(after - silence).await;
                continue;
            }
            let said = self.look().await;
            // A script that speaks again meanwhile says more than we do.
            if heard.silence() >= after {
                for text in told.news(said, heard.silence(), Instant::now()) {
                    context.events.emit(EventKind::Watched { text });
                }
            }
            tokio::time::sleep(EVERY.min(after)).await;
        }
    }

    /// What is not well now; none where that can't be seen.
    pub(crate) async fn look(&self) -> Option<Vec<String>> {
        self.after?;
        let state = tokio::time::timeout(LOOK_LIMIT, observe(self.cluster, self.namespace)).await.ok()?;
        state.known.then(|| describe(&state))
    }
}

/// What was told so far.
#[derive(Default)]
struct Told {
    last: Option<(Vec<String>, Instant)>,
}

impl Told {
    /// What is to be told now: all of it when something changed, and that nothing did, or that nothing can be seen, once
    /// a minute.
    fn news(&mut self, said: Option<Vec<String>>, silence: Duration, now: Instant) -> Vec<String> {
        let silent = format!("script silent for {}", duration::show(silence));
        let Some(said) = said else { return self.unseen(silent, silence, now) };
        let changed = match &self.last {
            None => true,
            Some((before, _)) if *before != said => true,
            Some((_, when)) if now.duration_since(*when) < REPEAT_AFTER => return Vec::new(),
            Some(_) => false,
        };
        self.last = Some((said.clone(), now));
        match (said.is_empty(), changed) {
            (true, _) => {
                vec![format!("{silent}; all Applications, operators and Pods seen are well")]
            }
            (false, false) => vec![format!("{silent}; as before: {}", said[0])],
            (false, true) => few(said),
        }
    }

    /// That the script is silent, where there is no more to say.
    fn unseen(&mut self, silent: String, silence: Duration, now: Instant) -> Vec<String> {
        let since = self.last.as_ref().map_or(silence, |(_, when)| now.duration_since(*when));
        if since < REPEAT_AFTER {
            return Vec::new();
        }
        let before = self.last.take().map(|(said, _)| said).unwrap_or_default();
        self.last = Some((before, now));
        vec![silent]
    }
}

/// The first few, and how many more there are.
pub(crate) fn few(mut said: Vec<String>) -> Vec<String> {
    let more = said.len().saturating_sub(TOLD);
    said.truncate(TOLD);
    if more > 0 {
        said.push(format!("and {more} more"));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(said: &[&str]) -> Vec<String> {
        said.iter().map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn what_changed_is_told_at_once_and_what_did_not_once_a_minute() {
        let (mut told, began) = (Told::default(), Instant::now());
        let mut at = |seconds: u64, said: &[&str]| {
            let since = Duration::from_secs(seconds);
            told.news(Some(all(said)), since, began + since)
        };
        assert_eq!(at(10, &["a is Degraded", "b is Missing"]), ["a is Degraded", "b is Missing"]);
        assert_eq!(at(20, &["a is Degraded", "b is Missing"]), Vec::<String>::new());
        assert_eq!(at(30, &["a is Degraded"]), ["a is Degraded"]);
        assert_eq!(at(90, &["a is Degraded"]), ["script silent for 1m30s; as before: a is Degraded"]);
        assert_eq!(at(100, &[]).len(), 1);
    }

    #[test]
    fn where_nothing_can_be_seen_the_silence_itself_is_told_once_a_minute() {
        let (mut told, began) = (Told::default(), Instant::now());
        let mut at = |seconds: u64| {
            let since = Duration::from_secs(seconds);
            told.news(None, since, began + since)
        };
        assert_eq!(at(10), Vec::<String>::new());
        assert_eq!(at(60), ["script silent for 1m00s"]);
        assert_eq!(at(110), Vec::<String>::new());
        assert_eq!(at(120), ["script silent for 2m00s"]);
    }

    #[test]
    fn a_long_list_is_cut() {
        let many: Vec<String> = (0..9).map(|it| it.to_string()).collect();
        assert_eq!(few(many), ["0", "1", "2", "3", "4", "and 4 more"]);
    }
}
