//! Repeats a wait or a step that does not change: a silent log looks like a run that hangs, and some pipelines end what
//! is silent.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::request::Context;
use diagnostics::{Event, EventKind, Listener, Step, Subject, duration};
use parking_lot::Mutex;

/// The silence after which an unchanged wait is reported again.
pub const REPEAT_AFTER: Duration = Duration::from_secs(60);
/// The pause between two checks of the silence.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Does `work`, and reports its wait or its step whenever nothing was reported for [`REPEAT_AFTER`].
pub async fn with_heartbeat<T>(context: &Context, work: impl Future<Output = T>) -> T {
    let activity = Activity::listen(context);
    tokio::select! {
        biased;
        value = work => value,
        never = beat(context, &activity, REPEAT_AFTER, POLL_INTERVAL) => match never {},
    }
}

async fn beat(
    context: &Context,
    activity: &Activity,
    repeat_after: Duration,
    poll_interval: Duration,
) -> Infallible {
    loop {
        tokio::time::sleep(poll_interval).await;
        let wait = context.stop.waits.due(repeat_after, Instant::now());
        let waits = wait.map(|wait| EventKind::Waiting(Box::new(wait)));
        if let Some(event) = waits.or_else(|| activity.due(repeat_after, Instant::now())) {
            context.events.emit(event);
        }
    }
}

/// The listener that knows the current step, and the time of the last event.
#[derive(Clone, Default)]
struct Activity(Arc<Mutex<Current>>);

#[derive(Default)]
struct Current {
    /// The systems that are being observed, side by side.
    systems: Vec<Subject>,
    step: Option<Step>,
    /// The beginning, and the last report.
    times: Option<(Instant, Instant)>,
}

impl Activity {
    fn listen(context: &Context) -> Self {
        let activity = Self::default();
        context.events.add(Box::new(activity.clone()));
        activity
    }

    /// Returns the event for what is still running, if the last report is `repeat_after` old; counts as a report.
    fn due(&self, repeat_after: Duration, now: Instant) -> Option<EventKind> {
        let current = self.0.lock();
        let (since, reported) = current.times?;
        if now.saturating_duration_since(reported) < repeat_after {
            return None;
        }
        let after = duration::show(now.saturating_duration_since(since));
        let (step, what) = match (current.systems.as_slice(), current.step) {
            ([], None) => return None,
            ([], Some(step)) => (step, "still at work".to_owned()),
            (systems, _) => (
                Step::Preflight,
                format!(
                    "still looking at {}",
                    systems.iter().map(|system| system.name()).collect::<Vec<_>>().join(", ")
                ),
            ),
        };
        Some(EventKind::StepProgress { step, text: format!("{what} after {after}") })
    }
}

impl Listener for Activity {
    fn hear(&mut self, event: &Event) {
        // Under --quiet nobody sees it; whoever does is told nothing more.
        if matches!(event.kind, EventKind::ScriptOutput { .. }) {
            return;
        }
        let mut current = self.0.lock();
        let now = Instant::now();
        let began = match &event.kind {
            EventKind::Checking { system } => {
                current.systems.push(*system);
                current.systems.len() == 1
            }
            EventKind::StepStarted { step } => {
                current.step = Some(*step);
                true
            }
            EventKind::Checked { system, .. } => {
                current.systems.retain(|it| it != system);
                false
            }
            EventKind::StepEnded { .. } => {
                current.step = None;
                false
            }
            _ => false,
        };
        let since = current.times.filter(|_| !began).map_or(now, |(since, _)| since);
        current.times = Some((since, now));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;
    use diagnostics::WaitProgress;

    struct WaitRecorder(Sender<Duration>);

    impl Listener for WaitRecorder {
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
        context.events.add(Box::new(WaitRecorder(told)));
        let activity = Activity::listen(&context);
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
            never = beat(&context, &activity, short, short) => match never {},
        };
        assert!(times.is_sorted() && times[2] >= short, "{times:?}");
    }

    #[test]
    fn what_is_at_work_and_silent_is_told_once_a_minute() {
        let context = Context::default();
        let activity = Activity::listen(&context);
        let minute = Duration::from_secs(60);
        let due = |seconds: u64| match activity.due(minute, Instant::now() + Duration::from_secs(seconds)) {
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

    #[test]
    fn a_step_that_ended_and_what_a_script_says_are_no_work() {
        let context = Context::default();
        let activity = Activity::listen(&context);
        let due =
            || activity.due(Duration::from_secs(60), Instant::now() + Duration::from_secs(61)).is_some();
        context.events.emit(EventKind::ScriptOutput { stderr: false, lines: "x".into() });
        assert!(!due());
        context.events.emit(EventKind::StepStarted { step: Step::Record });
        assert!(due());
        let status = trace::StepStatus::Changed;
        let (detail, changes, took) = (String::new(), Vec::new(), Duration::ZERO);
        context.events.emit(EventKind::StepEnded { step: Step::Record, status, detail, changes, took });
        assert!(!due());
    }
}
