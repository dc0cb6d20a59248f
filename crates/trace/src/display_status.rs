//! Status of a step on the screen: the status in the file, corrected by the end of the whole run.

use crate::{RunStatus, Step, StepStatus, Trace};

/// A step's status with the run's end taken into account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DisplayStatus {
    /// Its turn has not come, and may.
    Pending,
    /// Its turn never came: the run ended before.
    NotReached,
    /// It is at work.
    Running,
    /// It wrote something.
    Changed,
    /// Everything was as it should be.
    Unchanged,
    /// It was left out on purpose.
    Skipped,
    /// It failed.
    Failed,
    /// A signal, or the end of the program, cut it short.
    Interrupted,
}

impl DisplayStatus {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::NotReached => "not reached",
            Self::Running => "running",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<StepStatus> for DisplayStatus {
    /// As it is while the run goes on.
    fn from(status: StepStatus) -> Self {
        match status {
            StepStatus::Pending => Self::Pending,
            StepStatus::Running => Self::Running,
            StepStatus::Changed => Self::Changed,
            StepStatus::Unchanged => Self::Unchanged,
            StepStatus::Skipped => Self::Skipped,
            StepStatus::Failed => Self::Failed,
        }
    }
}

impl Trace {
    /// Returns the status to show for `step`. In the file a step that was cut short is `failed`, and one that never
    /// came `pending`.
    pub fn display_status(&self, step: &Step) -> DisplayStatus {
        match (step.status, self.status) {
            (StepStatus::Running | StepStatus::Failed, RunStatus::Interrupted) => DisplayStatus::Interrupted,
            (status, RunStatus::Running) => status.into(),
            (StepStatus::Pending, _) => DisplayStatus::NotReached,
            (status, _) => status.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{DisplayStatus, RunId, RunStatus, StepStatus, Timestamp, Trace};

    fn check(run: RunStatus, step: StepStatus, expect: DisplayStatus) {
        let now = Timestamp::UNIX_EPOCH;
        let mut trace = Trace::begin(RunId::new(now, 0), now, &["script"], None);
        trace.status = run;
        trace.step_mut("script").status = step;
        assert_eq!(trace.display_status(&trace.steps[0]), expect, "{run} {step}");
    }

    #[test]
    fn what_a_signal_cut_short_did_not_fail() {
        check(RunStatus::Interrupted, StepStatus::Failed, DisplayStatus::Interrupted);
        check(RunStatus::Interrupted, StepStatus::Running, DisplayStatus::Interrupted);
        check(RunStatus::Failed, StepStatus::Failed, DisplayStatus::Failed);
        check(RunStatus::Interrupted, StepStatus::Changed, DisplayStatus::Changed);
    }

    #[test]
    fn what_never_came_is_told_from_what_may_come() {
        check(RunStatus::Running, StepStatus::Pending, DisplayStatus::Pending);
        check(RunStatus::Failed, StepStatus::Pending, DisplayStatus::NotReached);
        check(RunStatus::Running, StepStatus::Running, DisplayStatus::Running);
    }
}
