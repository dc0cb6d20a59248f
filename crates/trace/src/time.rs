//! Timing of a run: when each step began and how long it took, counted from the run's beginning.

use crate::clock::between;
use crate::{Step, Timestamp, Trace};

/// A span of time of a run, in milliseconds from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeSpan {
    /// When it began.
    pub start: u64,
    /// Duration, up to now where it has not ended.
    pub length: u64,
}

impl TimeSpan {
    /// When it ended, or has come to.
    pub fn end(self) -> u64 {
        self.start.saturating_add(self.length)
    }
}

impl Trace {
    /// Returns the duration of the run. A run at work counts up to `now`; a run that died without a word counts up to
    /// the end of its last step.
    pub fn length(&self, now: Timestamp) -> u64 {
        let last = || self.steps.iter().filter_map(|step| self.time_span(step, now)).map(TimeSpan::end).max();
        match self.duration_ms {
            Some(length) => length,
            None if self.status == crate::RunStatus::Running => between(self.began(), now),
            None => last().unwrap_or_default(),
        }
    }

    /// When `step` began and how long it took; none for one whose turn never came.
    pub fn time_span(&self, step: &Step, now: Timestamp) -> Option<TimeSpan> {
        let began = step.started_at?;
        let at_work = || match self.status {
            crate::RunStatus::Running => between(began, now),
            _ => 0,
        };
        Some(TimeSpan {
            start: between(self.began(), began),
            length: step.duration_ms.unwrap_or_else(at_work),
        })
    }

    /// The steps that took the most, each with its part of the whole in percent; those under one in twenty are left out.
    pub fn longest_steps(&self, now: Timestamp) -> Vec<(&Step, TimeSpan, u64)> {
        let whole = self.length(now).max(1);
        let percent = |time_span: TimeSpan| time_span.length.saturating_mul(100) / whole;
        let mut steps: Vec<_> = self
            .steps
            .iter()
            .filter_map(|step| {
                self.time_span(step, now).map(|time_span| (step, time_span, percent(time_span)))
            })
            .filter(|(_, _, percent)| *percent >= 5)
            .collect();
        steps.sort_by_key(|(_, time_span, _)| std::cmp::Reverse(time_span.length));
        steps
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{RunId, RunStatus, StepStatus};

    pub(crate) fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(millisecond).unwrap()
    }

    /// A run whose script is at work.
    pub(crate) fn trace() -> Trace {
        let mut trace = Trace::begin(RunId::new(at(0), 0), at(250), &["preflight", "script", "argocd"], None);
        trace.step_mut("preflight").begin(at(300));
        trace.step_mut("preflight").end(StepStatus::Changed, at(400));
        trace.step_mut("script").begin(at(400));
        trace
    }

    #[test]
    fn the_time_of_a_run_at_work_goes_on() {
        let trace = trace();
        assert_eq!(trace.length(at(2_250)), 2_000);
        let script = trace.step("script").unwrap();
        assert_eq!(trace.time_span(script, at(2_250)), Some(TimeSpan { start: 150, length: 1_850 }));
        assert_eq!(trace.time_span(trace.step("argocd").unwrap(), at(2_250)), None);
    }

    #[test]
    fn nothing_is_known_after_a_death_without_a_word() {
        let mut trace = trace();
        trace.status = RunStatus::Interrupted;
        assert_eq!(trace.length(at(1_000_000)), 150);
    }

    #[test]
    fn what_took_the_most_comes_first_and_what_took_nothing_not_at_all() {
        let mut trace = trace();
        trace.step_mut("script").end(StepStatus::Changed, at(10_300));
        trace.finish(RunStatus::Succeeded, 0, at(10_350));
        let longest = trace.longest_steps(at(0));
        assert_eq!(longest.len(), 1);
        assert_eq!((longest[0].0.name.as_str(), longest[0].2), ("script", 98));
    }
}
