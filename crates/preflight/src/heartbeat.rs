//! What does not change is told again from time to time: a log in which nothing moves looks like a run that hangs, and some
//! pipelines end what is silent.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::request::Context;
use diagnostics::{Event, EventKind, Listener, Step, Subject, duration};
use parking_lot::Mutex;

/// What did not change is told again after so long.
pub const AGAIN: Duration = Duration::from_secs(60);
/// How often it is seen whether it is time.
const PULSE: Duration = Duration::from_secs(1);

/// Does `work`, and tells what it waits for, or is at, whenever nothing was told for [`AGAIN`].
pub async fn with_heartbeat<T>(context: &Context, work: impl Future<Output = T>) -> T {
    let doing = Doing::heard_from(context);
    tokio::select! {
        biased;
        value = work => value,
        never = beat(context, &doing, AGAIN, PULSE) => match never {},
    }
}

async fn beat(context: &Context, doing: &Doing, again: Duration, pulse: Duration) -> Infallible {
    loop {
        tokio::time::sleep(pulse).await;
        let wait = context.stop.waits.due(again, Instant::now());
        let waits = wait.map(|wait| EventKind::Waiting(Box::new(wait)));
        if let Some(event) = waits.or_else(|| doing.due(again, Instant::now())) {
            context.events.emit(event);
        }
    }
}

/// What is being done, and when something was told last.
#[derive(Clone, Default)]
struct Doing(Arc<Mutex<At>>);

#[derive(Default)]
struct At {
    /// The systems that are being looked at, side by side.
    looks: Vec<Subject>,
    step: Option<Step>,
    /// Since when, and when something was told last.
    times: Option<(Instant, Instant)>,
}

impl Doing {
    fn heard_from(context: &Context) -> Self {
        let doing = Self::default();
        context.events.add(Box::new(doing.clone()));
        doing
    }

    /// What is at work still, where nothing was told for `again`: now it is.
    fn due(&self, again: Duration, now: Instant) -> Option<EventKind> {
        let at = self.0.lock();
        let (since, told) = at.times?;
        if now.saturating_duration_since(told) < again {
            return None;
        }
        let after = duration::show(now.saturating_duration_since(since));
        let (step, what) = match (at.looks.as_slice(), at.step) {
            ([], None) => return None,
            ([], Some(step)) => (step, "still at work".to_owned()),
            (looks, _) => (
                Step::Preflight,
                format!(
                    "still looking at {}",
                    looks.iter().map(|look| look.name()).collect::<Vec<_>>().join(", ")
                ),
            ),
        };
        Some(EventKind::StepProgress { step, text: format!("{what} after {after}") })
    }
}

impl Listener for Doing {
    fn hear(&mut self, event: &Event) {
        // Under --quiet nobody sees it; whoever does is told nothing more.
        if matches!(event.kind, EventKind::ScriptOutput { .. }) {
            return;
        }
        let mut at = self.0.lock();
        let now = Instant::now();
        let began = match &event.kind {
            EventKind::Checking { system } => {
                at.looks.push(*system);
                at.looks.len() == 1
            }
            EventKind::StepStarted { step } => {
                at.step = Some(*step);
                true
            }
            EventKind::Checked { system, .. } => {
                at.looks.retain(|look| look != system);
                false
            }
            EventKind::StepEnded { .. } => {
                at.step = None;
                false
            }
            _ => false,
        };
        let since = at.times.filter(|_| !began).map_or(now, |(since, _)| since);
        at.times = Some((since, now));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;
    use diagnostics::WaitProgress;

    struct Heard(Sender<Duration>);

    impl Listener for Heard {
        fn hear(&mut self, event: &Event) {
            if let EventKind::Waiting(wait) = &event.kind {
                self.0.send(wait.waited).ok();
            }
        }
    }

    #[tokio::test]
    async fn a_wait_that_does_not_change_is_told_again_and_again() {
        let context = Context::default();
        let (told, heard) = channel();
        context.events.add(Box::new(Heard(told)));
        let doing = Doing::heard_from(&context);
        context.waiting(&WaitProgress {
            subject: Step::Operator.into(),
            what: "the CSV",
            last: None,
            limit: None,
        });
        let three = async {
            let mut times = Vec::new();
            while times.len() < 3 {
                times.extend(heard.try_iter());
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            times
        };
        let short = Duration::from_millis(2);
        let times = tokio::select! {
            times = three => times,
            never = beat(&context, &doing, short, short) => match never {},
        };
        assert!(times.is_sorted() && times[2] >= short, "{times:?}");
    }

    #[test]
    fn what_is_at_work_and_silent_is_told_once_a_minute() {
        let context = Context::default();
        let doing = Doing::heard_from(&context);
        let minute = Duration::from_secs(60);
        let due = |seconds: u64| match doing.due(minute, Instant::now() + Duration::from_secs(seconds)) {
            Some(EventKind::StepProgress { step, text }) => format!("{step}: {text}"),
            other => format!("{other:?}"),
        };
        assert_eq!(due(61), "None", "nothing is at work yet");
        context.events.emit(EventKind::StepStarted { step: Step::Preflight });
        context.events.emit(EventKind::Checking { system: Subject::Repository });
        context.events.emit(EventKind::Checking { system: Subject::Vault });
        assert_eq!(due(59), "None");
        assert_eq!(due(61), "preflight: still looking at repository, Vault after 1m01s");
        let took = Duration::ZERO;
        for system in [Subject::Vault, Subject::Repository] {
            context.events.emit(EventKind::Checked { system, ok: true, detail: String::new(), took });
        }
        context.events.emit(EventKind::StepStarted { step: Step::Record });
        assert_eq!(due(61), "record: still at work after 1m01s");
    }
}
