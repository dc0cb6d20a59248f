//! The end of a run: its failures reported, its trace closed.

use std::time::{Duration, Instant};

use diagnostics::{EventKind, Failure, FailureKind, Failures, Subject};
use preflight::Context;
use secret::Mask;
use trace::{RunStatus, Trace};

use crate::broken::{self, Broken};
use crate::trace_recorder::TraceRecorder;

/// How a run ended.
pub struct Outcome {
    /// Its trace, as on disk.
    pub trace: Trace,
    /// All that failed; empty where it succeeded.
    pub failures: Failures,
}

impl Outcome {
    /// What the failures mean for the caller.
    pub fn kind(&self) -> Option<FailureKind> {
        most_severe(&self.failures)
    }
}

/// What several failures mean for the caller: a signal outweighs what it caused; then what was asked wrongly, who
/// holds the lock, what was written half.
pub fn most_severe(failures: &[Failure]) -> Option<FailureKind> {
    use FailureKind::{Interrupted, Locked, Refused, Step, Terminated, Usage};
    [Interrupted, Terminated, Usage, Locked, Step, Refused]
        .into_iter()
        .find(|kind| failures.iter().any(|failure| failure.kind == *kind))
}

/// A panic, as the failure of the step that was at work.
pub(crate) fn of_a_panic(broken: &Broken, trace: &TraceRecorder) -> Failure {
    let failure = broken.failure(trace.at_work());
    if trace.wrote() { failure.after_a_write() } else { failure }
}

/// Closes one run.
pub(crate) struct Closing<'a> {
    pub context: &'a Context,
    pub trace: &'a TraceRecorder,
    pub exit_code: fn(Option<FailureKind>) -> u8,
}

impl Closing<'_> {
    /// Reports the failures, closes the trace, reports the end.
    pub(crate) fn end(&self, worked: Result<Result<(), Failures>, Broken>, began: Instant) -> Outcome {
        let Self { context, trace, exit_code } = self;
        let failures = self.collect_failures(worked);
        failures.iter().for_each(|failure| self.report(failure));
        let mut failures = self.close(failures);
        let kind = most_severe(&failures);
        // What is told at the end is what the trace says.
        let took = trace.trace().duration_ms.map_or_else(|| began.elapsed(), Duration::from_millis);
        context.events.tell(EventKind::Ended {
            status: status(kind),
            exit_code: exit_code(kind),
            took,
            trace: trace.file(),
            log: trace.log(),
        });
        if let Some(broken) = broken::noted() {
            failures.0.push(of_a_panic(&broken, trace).filled(context.commands()));
            failures = self.close(failures);
        }
        Outcome { trace: trace.trace(), failures }
    }

    /// All that failed; a panic in something that nobody waited for too.
    fn collect_failures(&self, worked: Result<Result<(), Failures>, Broken>) -> Failures {
        let panic = |broken| of_a_panic(&broken, self.trace);
        let mut failures = match worked {
            Ok(done) => done.err().unwrap_or_default(),
            Err(broken) => panic(broken).into(),
        };
        failures.0.extend(broken::noted().map(panic));
        failures.map(|failure| failure.masked(&self.context.mask).filled(self.context.commands()))
    }

    fn report(&self, failure: &Failure) {
        self.context.events.tell(EventKind::Failed(Box::new(failure.clone())));
    }

    /// The trace is the audit's: a run whose trace could not be closed did not succeed. One that failed says both: else
    /// its trace would stay `running`, and nobody would know why.
    fn close(&self, mut failures: Failures) -> Failures {
        let close = |kind| self.trace.close(status(kind), (self.exit_code)(kind));
        let unwritten = close(most_severe(&failures)).err();
        if let Some(failure) = unwritten.and_then(|error| of_the_trace(&error, &failures, &self.context.mask))
        {
            self.report(&failure);
            failures.0.push(failure);
            // Where only one of its two files can't be written, the other one is to say so.
            close(most_severe(&failures)).ok();
        }
        failures
    }
}

/// What keeps the trace from being closed, as one more failure: the others decide what the run came to. None where it
/// is told already.
fn of_the_trace(error: &trace::WriteError, failures: &[Failure], mask: &Mask) -> Option<Failure> {
    let kind = most_severe(failures).unwrap_or(FailureKind::Step);
    let failure = Failure::of(kind, Subject::Trace, error).masked(mask);
    failures.iter().all(|told| told.message != failure.message).then_some(failure)
}

fn status(kind: Option<FailureKind>) -> RunStatus {
    match kind {
        None => RunStatus::Succeeded,
        Some(FailureKind::Interrupted | FailureKind::Terminated) => RunStatus::Interrupted,
        Some(FailureKind::Usage | FailureKind::Refused | FailureKind::Step | FailureKind::Locked) => {
            RunStatus::Failed
        }
    }
}

#[cfg(test)]
mod tests {
    use diagnostics::Step;

    use super::*;

    fn unwritable() -> trace::WriteError {
        trace::WriteError::IsFolder { path: ".work/gitops-bootstrap.json".into() }
    }

    #[test]
    fn a_trace_that_can_not_be_closed_is_told_beside_what_failed_before_it() {
        for kind in [FailureKind::Refused, FailureKind::Step, FailureKind::Interrupted] {
            let failures = [Failure { kind, ..Failure::example(Step::Script, "failed to run the script") }];
            let told = of_the_trace(&unwritable(), &failures, &Mask::new()).unwrap();
            assert!(told.message.starts_with("failed to write the trace"), "{}", told.message);
            assert!(told.hint.is_some());
            let both = [failures.to_vec(), vec![told]].concat();
            assert_eq!(most_severe(&both), Some(kind), "what the run came to stays");
        }
    }

    #[test]
    fn a_trace_that_can_not_be_closed_fails_a_run_that_did_all_else_and_is_told_once() {
        let told = of_the_trace(&unwritable(), &[], &Mask::new()).unwrap();
        assert_eq!(told.kind, FailureKind::Step);
        assert!(of_the_trace(&unwritable(), &[told], &Mask::new()).is_none());
    }
}
