//! What is being waited for now: since when, for how long at most, and what was seen last. Whoever ends a run in the
//! middle of a wait can say it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use advice::{Advice, CommandContext};

use crate::Subject;
use crate::duration;
use crate::event::Wait;
use parking_lot::Mutex;

/// How often a log is told of a count.
const COUNTED: Duration = Duration::from_secs(60);

/// Remembers the wait that is under way.
#[derive(Clone, Default)]
pub struct Waits(Arc<Mutex<Option<Current>>>);

struct Current {
    wait: Wait,
    began: Instant,
    /// When it was told last.
    told: Instant,
}

/// What is waited for, as the place that waits says it.
pub struct WaitFor<'a> {
    /// The step, or the command.
    pub subject: Subject,
    /// For what.
    pub what: &'a str,
    /// What was seen last, where something was.
    pub last: Option<Advice>,
    /// How long at most, from its beginning.
    pub limit: Option<Duration>,
}

impl Waits {
    /// A wait begins or goes on. Returns it with the time since its beginning, and its commands filled in.
    pub fn seen(&self, wait: &WaitFor<'_>, commands: &CommandContext) -> Wait {
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
        *current = Some(Current { wait: wait.clone(), began, told: Instant::now() });
        wait
    }

    /// The wait that is under way, where nothing was told of it for `again`: now it is.
    pub fn due(&self, again: Duration, now: Instant) -> Option<Wait> {
        let mut current = self.0.lock();
        let it = current.as_mut().filter(|it| now.saturating_duration_since(it.told) >= again)?;
        it.told = now;
        it.wait.waited = now.saturating_duration_since(it.began);
        Some(it.wait.clone())
    }

    /// What was waited for has come, or nobody waits for it any more.
    pub fn over(&self) {
        *self.0.lock() = None;
    }

    /// The wait that is under way, in words; none where nothing is waited for.
    pub fn said(&self) -> Vec<String> {
        let current = self.0.lock();
        let Some(Current { wait, began, .. }) = current.as_ref() else { return Vec::new() };
        let limit =
            wait.limit.map(|limit| format!(" of {} at most", duration::show(limit))).unwrap_or_default();
        let waited = duration::show(began.elapsed());
        let mut said = vec![format!("it had waited {waited}{limit} for {}", wait.waiting_for)];
        said.extend(wait.last.as_ref().map(|last| format!("what was seen last: {last}")));
        said
    }
}

/// Which waits a log is told of: all of them, a count once a minute.
#[derive(Default)]
pub struct Seldom(Option<(String, Duration)>);

impl Seldom {
    /// Whether it is told of this one.
    pub fn tells(&mut self, wait: &Wait) -> bool {
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

    fn seen(waits: &Waits, what: &str, last: Option<&str>) -> Wait {
        let last = last.map(Advice::from);
        let wait =
            WaitFor { subject: Step::Operator.into(), what, last, limit: Some(Duration::from_secs(600)) };
        waits.seen(&wait, &CommandContext::default())
    }

    #[test]
    fn a_wait_that_goes_on_keeps_its_beginning_and_another_one_begins_anew() {
        let waits = Waits::default();
        assert_eq!(seen(&waits, "the CSV", None).last, None);
        std::thread::sleep(Duration::from_millis(20));
        let on = seen(&waits, "the CSV", Some("Installing"));
        assert!(on.waited >= Duration::from_millis(20), "{on:?}");
        assert!(seen(&waits, "the Deployment", None).waited < Duration::from_millis(20));
    }

    #[test]
    fn what_does_not_change_is_due_once_a_minute_and_only_while_it_is_waited_for() {
        let minute = Duration::from_secs(60);
        let waits = Waits::default();
        assert!(waits.due(minute, Instant::now()).is_none());
        seen(&waits, "the CSV", Some("Pending"));
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
        let waits = Waits::default();
        assert!(waits.said().is_empty());
        seen(&waits, "the CSV to succeed", Some("it is Installing"));
        let said = waits.said();
        assert!(said[0].starts_with("it had waited 0."), "{said:?}");
        assert!(said[0].ends_with(" of 10m00s at most for the CSV to succeed"), "{said:?}");
        assert_eq!(said[1], "what was seen last: it is Installing");
        waits.over();
        assert!(waits.said().is_empty());
    }

    #[test]
    fn a_log_is_told_of_a_count_once_a_minute_and_of_anything_else_always() {
        let mut seldom = Seldom::default();
        let wait = seen(&Waits::default(), "the commit", Some("7 objects"));
        assert!(seldom.tells(&wait) && seldom.tells(&wait));
        let at = |seconds| {
            seldom.tells(&Wait { counts: true, waited: Duration::from_secs(seconds), ..wait.clone() })
        };
        assert_eq!([3, 4, 62, 63, 64, 122, 123].map(at), [true, false, false, true, false, false, true]);
    }
}
