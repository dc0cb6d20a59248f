//! Diagnosis of a silent script: what it may wait for in the cluster, reported when it changes.
//!
//! Reads only, a few bounded lists a round; what can't be read is left out. Never disturbs the script.

mod describe;
mod observe;

use diagnostics::{EventKind, duration};
use parking_lot::Mutex;
use std::convert::Infallible;
use std::time::{Duration, Instant};

use cluster_access::Cluster;

use preflight::{Context, REPEAT_AFTER};

use describe::describe;
use observe::observe;

/// Longest pause between two observations.
const INTERVAL: Duration = Duration::from_secs(10);
/// Time limit of one observation.
const TIME_LIMIT: Duration = Duration::from_secs(8);
/// Most findings reported at a time.
const SHOWN: usize = 5;

/// Time of the script's last output.
pub(crate) struct LastOutput(Mutex<Instant>);

impl LastOutput {
    pub(crate) fn now() -> Self {
        Self(Mutex::new(Instant::now()))
    }

    pub(crate) fn update(&self) {
        *self.0.lock() = Instant::now();
    }

    fn silence(&self) -> Duration {
        self.0.lock().elapsed()
    }
}

/// Cluster that is observed while the script is silent.
pub(crate) struct Diagnosis<'a> {
    /// The cluster.
    pub cluster: &'a Cluster,
    /// Where Argo CD lives.
    pub namespace: &'a str,
    /// Silence before the first report; none: no report at all.
    pub after: Option<Duration>,
}

impl Diagnosis<'_> {
    /// Reports the findings as long as the script is silent.
    pub(crate) async fn report(&self, output: &LastOutput, context: &Context) -> Infallible {
        let Some(after) = self.after else { return std::future::pending().await };
        let mut reported = Reported::default();
        loop {
            let silence = output.silence();
            if silence < after {
                tokio::time::sleep(after - silence).await;
                continue;
            }
            let said = self.findings().await;
            // A script that speaks again meanwhile says more than we do.
            if output.silence() >= after {
                for text in reported.news(said, output.silence(), Instant::now()) {
                    context.events.emit(EventKind::Watched { text });
                }
            }
            tokio::time::sleep(INTERVAL.min(after)).await;
        }
    }

    /// Returns what is not well; none if nothing can be read.
    pub(crate) async fn findings(&self) -> Option<Vec<String>> {
        self.after?;
        let state = tokio::time::timeout(TIME_LIMIT, observe(self.cluster, self.namespace)).await.ok()?;
        state.known.then(|| describe(&state))
    }
}

/// Last report.
#[derive(Default)]
struct Reported {
    last: Option<(Vec<String>, Instant)>,
}

impl Reported {
    /// Returns all findings if they changed; else once a minute that they did not, or that nothing can be read.
    fn news(&mut self, said: Option<Vec<String>>, silence: Duration, now: Instant) -> Vec<String> {
        let silent = format!("no output for {}", duration::show(silence));
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
                vec![format!("{silent}; all watched Applications, operators and Pods are healthy")]
            }
            (false, false) => vec![format!("{silent}; unchanged: {}", said[0])],
            (false, true) => few(said),
        }
    }

    /// Reports the silence itself once a minute.
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
    let more = said.len().saturating_sub(SHOWN);
    said.truncate(SHOWN);
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
        let (mut told, began) = (Reported::default(), Instant::now());
        let mut at = |seconds: u64, said: &[&str]| {
            let since = Duration::from_secs(seconds);
            told.news(Some(all(said)), since, began + since)
        };
        assert_eq!(at(10, &["a is Degraded", "b is Missing"]), ["a is Degraded", "b is Missing"]);
        assert_eq!(at(20, &["a is Degraded", "b is Missing"]), Vec::<String>::new());
        assert_eq!(at(30, &["a is Degraded"]), ["a is Degraded"]);
        assert_eq!(at(90, &["a is Degraded"]), ["no output for 1m30s; unchanged: a is Degraded"]);
        assert_eq!(at(100, &[]).len(), 1);
    }

    #[test]
    fn where_nothing_can_be_seen_the_silence_itself_is_told_once_a_minute() {
        let (mut told, began) = (Reported::default(), Instant::now());
        let mut at = |seconds: u64| {
            let since = Duration::from_secs(seconds);
            told.news(None, since, began + since)
        };
        assert_eq!(at(10), Vec::<String>::new());
        assert_eq!(at(60), ["no output for 1m00s"]);
        assert_eq!(at(110), Vec::<String>::new());
        assert_eq!(at(120), ["no output for 2m00s"]);
    }

    #[test]
    fn a_long_list_is_cut() {
        let many: Vec<String> = (0..9).map(|it| it.to_string()).collect();
        assert_eq!(few(many), ["0", "1", "2", "3", "4", "and 4 more"]);
    }
}
