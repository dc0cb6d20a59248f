//! The wait that is under way: its beginning, its limit, and its last observation. An interrupted run reports it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use advice::{Advice, CommandContext};

use crate::Subject;
use crate::duration;
use crate::event::Wait;
use parking_lot::Mutex;

/// The interval at which a log shows a count.
const COUNTED: Duration = Duration::from_secs(60);

/// Remembers the wait that is under way.
#[derive(Clone, Default)]
pub struct WaitTracker(Arc<Mutex<Option<Current>>>);

struct Current {
    wait: Wait,
    began: Instant,
    /// The time of the last report.
    reported: Instant,
}

/// The progress of a wait, as the waiting step reports it.
pub struct WaitProgress<'a> {
    /// The step, or the command.
    pub subject: Subject,
    /// For what.
    pub what: &'a str,
    /// What was seen last, where something was.
    pub last: Option<Advice>,
    /// How long at most, from its beginning.
    pub limit: Option<Duration>,
}

impl WaitTracker {
    /// Begins a wait or continues it. Returns it with the time since its beginning, and its commands filled in.
    pub fn update(&self, wait: &WaitProgress<'_>, commands: &CommandContext) -> Wait {
        let mut current = self.0.lock();
        let same =
            current.as_ref().filter(|it| it.wait.subject == wait.subject && it.wait.waiting_for == wait.what);
        let began = same.map_or_else(Instant::now, |it| it.began);
        let wait = Wait {
            subject: wait.subject,
            waiting_for: wait.what.to_owned(),
            last: wait.last.as_ref().map(|last| last.filled(commands).to_string()),
            waited: began.elapsed(),
            limit: wait.limit,
            counts: false,
        };
        *current = Some(Current { wait: wait.clone(), began, reported: Instant::now() });
        wait
    }

    /// Returns the wait that is under way if its last report is `again` old, and counts that as a report.
    pub fn due(&self, again: Duration, now: Instant) -> Option<Wait> {
        let mut current = self.0.lock();
        let it = current.as_mut().filter(|it| now.saturating_duration_since(it.reported) >= again)?;
        it.reported = now;
        it.wait.waited = now.saturating_duration_since(it.began);
        Some(it.wait.clone())
    }

    /// What was waited for has come, or nobody waits for it any more.
    pub fn over(&self) {
        *self.0.lock() = None;
    }

    /// Describes the wait that is under way; empty where there is none.
    pub fn describe(&self) -> Vec<String> {
        let current = self.0.lock();
        let Some(Current { wait, began, .. }) = current.as_ref() else { return Vec::new() };
        let limit =
            wait.limit.map(|limit| format!(" of {} at most", duration::show(limit))).unwrap_or_default();
        let waited = duration::show(began.elapsed());
        let mut lines = vec![format!("it had waited {waited}{limit} for {}", wait.waiting_for)];
        lines.extend(wait.last.as_ref().map(|last| format!("what was seen last: {last}")));
        lines
    }
}

/// Limits the waits of a log: a count passes once a minute, everything else always.
#[derive(Default)]
pub struct WaitThrottle(Option<(String, Duration)>);

impl WaitThrottle {
    /// Returns whether this one passes.
    pub fn allows(&mut self, wait: &Wait) -> bool {
        if !wait.counts {
            return true;
        }
        let before = self.0.as_ref().filter(|(what, _)| *what == wait.waiting_for);
        let due = before.is_none_or(|(_, waited)| wait.waited >= *waited + COUNTED);
        if due {
            self.0 = Some((wait.waiting_for.clone(), wait.waited));
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use crate::Step;

    use super::*;

    fn update(waits: &WaitTracker, what: &str, last: Option<&str>) -> Wait {
        let last = last.map(Advice::from);
        let wait = WaitProgress {
            subject: Step::Operator.into(),
            what,
            last,
            limit: Some(Duration::from_secs(600)),
        };
        waits.update(&wait, &CommandContext::default())
    }

    #[test]
    fn a_wait_that_goes_on_keeps_its_beginning_and_another_one_begins_anew() {
        let waits = WaitTracker::default();
        assert_eq!(update(&waits, "the CSV", None).last, None);
        std::thread::sleep(Duration::from_millis(20));
        let on = update(&waits, "the CSV", Some("Installing"));
        assert!(on.waited >= Duration::from_millis(20), "{on:?}");
        assert!(update(&waits, "the Deployment", None).waited < Duration::from_millis(20));
    }

    #[test]
    fn what_does_not_change_is_due_once_a_minute_and_only_while_it_is_waited_for() {
        let minute = Duration::from_secs(60);
        let waits = WaitTracker::default();
        assert!(waits.due(minute, Instant::now()).is_none());
        update(&waits, "the CSV", Some("Pending"));
        let began = waits.0.lock().as_ref().unwrap().began;
        let at = |seconds: u64| waits.due(minute, began + Duration::from_secs(seconds));
        assert!(at(59).is_none());
        let due = at(61).unwrap();
        assert_eq!((due.last.as_deref(), due.waited), (Some("Pending"), Duration::from_secs(61)));
        assert!(at(100).is_none());
        assert_eq!(at(121).unwrap().waited, Duration::from_secs(121));
        waits.over();
        assert!(at(999).is_none());
    }

    #[test]
    fn what_was_cut_short_is_said_with_its_time_and_what_was_seen_last() {
        let waits = WaitTracker::default();
        assert!(waits.describe().is_empty());
        update(&waits, "the CSV to succeed", Some("it is Installing"));
        let said = waits.describe();
        assert!(said[0].starts_with("it had waited 0."), "{said:?}");
        assert!(said[0].ends_with(" of 10m00s at most for the CSV to succeed"), "{said:?}");
        assert_eq!(said[1], "what was seen last: it is Installing");
        waits.over();
        assert!(waits.describe().is_empty());
    }

    #[test]
    fn a_log_is_told_of_a_count_once_a_minute_and_of_anything_else_always() {
        let mut throttle = WaitThrottle::default();
        let wait = update(&WaitTracker::default(), "the commit", Some("7 objects"));
        assert!(throttle.allows(&wait) && throttle.allows(&wait));
        let at = |seconds| {
            throttle.allows(&Wait { counts: true, waited: Duration::from_secs(seconds), ..wait.clone() })
        };
        assert_eq!([3, 4, 62, 63, 64, 122, 123].map(at), [true, false, false, true, false, false, true]);
    }
}
