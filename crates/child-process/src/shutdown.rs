//! The one way a run is told to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use diagnostics::{Failure, FailureKind, Step, Subject, WaitTracker};

use crate::StopSignal;
use crate::group::{end_all, kill_all};
use crate::stop_error::StopError;

/// How long the script may take to end after a signal: helm needs it to leave its release whole.
pub const GRACE: Duration = Duration::from_secs(30);

/// Cancelled by whoever listens for signals; everything that waits in a run holds a clone.
#[derive(Clone, Default)]
pub struct Shutdown {
    /// Cancelled once a signal came.
    pub token: CancellationToken,
    /// Which one; the script's process group gets the same.
    pub signal: StopSignal,
    /// What is being waited for: a signal cuts it short, and it is said.
    pub waits: WaitTracker,
    /// Another signal came, and nothing was left to its own end.
    killed: Arc<AtomicBool>,
}

impl Shutdown {
    /// A signal came: its number is kept for the script and the exit code.
    pub fn by_signal(&self, number: i32) {
        self.signal.set(number);
        self.token.cancel();
    }

    /// Kills all programs at work, whatever is left of their grace period.
    pub fn kill_programs(&self) {
        self.killed.store(true, Ordering::SeqCst);
        kill_all();
    }

    /// Passes the signal on to all programs at work, and kills what is left after the script's grace period. It blocks:
    /// for a process that can't wait for its run any more.
    pub fn end_programs(&self) {
        end_all(&self.signal, GRACE);
    }

    /// Whether a signal came.
    pub fn is_stopped(&self) -> bool {
        self.token.is_cancelled()
    }

    /// What a run that was told to end says.
    pub fn failure(&self, subject: impl Into<Subject>) -> Failure {
        let subject = subject.into();
        let of_script = subject == Step::Script.into();
        let killed = of_script && self.killed.load(Ordering::SeqCst);
        let further = if killed { ", and killed by another signal" } else { "" };
        let then = match (of_script, matches!(subject, Subject::Command(_))) {
            (true, _) => ": the script begins anew, all before it is done",
            // Those that only look.
            (false, true) => "",
            (false, false) => ": it carries on where this run ended",
        };
        let (kind, error) = match self.signal.get() {
            2 => (FailureKind::Interrupted, StopError::Interrupted { further, then }),
            1 => (FailureKind::Terminated, StopError::Terminated { signal: "SIGHUP", further, then }),
            _ => (FailureKind::Terminated, StopError::Terminated { signal: "SIGTERM", further, then }),
        };
        let causes = self.waits.describe().into_iter().map(Into::into).collect();
        Failure { causes, ..Failure::stating(kind, subject, &error) }
    }

    /// Waits for `work`, which a signal ends at once.
    ///
    /// # Errors
    /// Those of `work`; [`Shutdown::failure`].
    pub async fn unless_stopped<T>(
        &self,
        subject: impl Into<Subject>,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        tokio::select! {
            biased;
            outcome = work => outcome,
            () = self.token.cancelled() => Err(self.failure(subject)),
        }
    }

    /// Waits for `work`; none if a signal came first.
    pub async fn until_stopped<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            value = work => Some(value),
            () = self.token.cancelled() => None,
        }
    }

    /// Returns `failure`, or that of the signal that caused it.
    #[must_use]
    pub fn or_signal(&self, failure: Failure) -> Failure {
        if self.is_stopped() { self.failure(failure.subject) } else { failure }
    }

    /// Nothing, unless a signal came.
    ///
    /// # Errors
    /// [`Shutdown::failure`].
    pub fn check(&self, subject: impl Into<Subject>) -> Result<(), Failure> {
        if self.is_stopped() { Err(self.failure(subject)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_signal_has_its_own_end() {
        let ends = [
            (1, FailureKind::Terminated, "terminated (SIGHUP)"),
            (2, FailureKind::Interrupted, "interrupted (SIGINT)"),
            (15, FailureKind::Terminated, "terminated (SIGTERM)"),
        ];
        for (number, kind, says) in ends {
            let stop = Shutdown::default();
            assert!(stop.check(Step::Script).is_ok());
            assert_eq!(
                stop.or_signal(Failure::example(Step::Script, "it is refused")).message,
                "it is refused"
            );
            stop.by_signal(number);
            let failure = stop.check(Step::Script).unwrap_err();
            let caused = stop.or_signal(Failure::example(Step::Script, "it was cut short"));
            assert_eq!(caused.message, failure.message);
            assert_eq!((failure.kind, failure.message.as_str()), (kind, says));
        }
    }
}
