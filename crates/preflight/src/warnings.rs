//! Counts the warnings of a run, for `--strict`.

use crate::error::PreflightError;
use diagnostics::{Event, EventKind, Failure, FailureKind, Listener, Subject};
use parking_lot::Mutex;
use std::sync::Arc;

use crate::request::Context;

/// Where warnings that count as failures are said to have happened.
pub const STRICT: Subject = Subject::Strict;

/// The warnings so far.
#[derive(Clone, Default)]
pub struct Warnings {
    heard: Arc<Mutex<Vec<String>>>,
}

impl Warnings {
    /// Counts those of a command.
    pub fn of(context: &Context) -> Self {
        let warnings = Self::default();
        context.events.add(Box::new(warnings.clone()));
        warnings
    }

    /// Before the first write.
    ///
    /// # Errors
    /// There were some, and they count as failures.
    pub fn refuse_if_strict(&self, strict: bool) -> Result<(), Failure> {
        self.check(strict, FailureKind::Refused)
    }

    /// At the end.
    ///
    /// # Errors
    /// There were some, and they count as failures.
    pub fn fail_if_strict(&self, strict: bool) -> Result<(), Failure> {
        self.check(strict, FailureKind::Step)
    }

    /// All of them.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().clone()
    }

    fn check(&self, strict: bool, kind: FailureKind) -> Result<(), Failure> {
        let heard = self.heard();
        if !strict || heard.is_empty() {
            return Ok(());
        }
        let count = heard.len();
        let error = PreflightError::Strict { count, plural: if count == 1 { "" } else { "s" } };
        let causes = heard.into_iter().map(Into::into).collect();
        Err(Failure { causes, ..Failure::stating(kind, STRICT, &error) })
    }
}

impl Listener for Warnings {
    fn hear(&mut self, event: &Event) {
        if let EventKind::Warning { text } = &event.kind {
            self.heard.lock().push(text.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Context;

    #[test]
    fn warnings_are_counted_and_count_under_strict_alone() {
        let (context, warnings) = (Context::default(), Warnings::default());
        context.events.add(Box::new(warnings.clone()));
        warnings.refuse_if_strict(true).unwrap();
        context.events.warn("odd");
        assert_eq!(warnings.heard(), ["odd"]);
        warnings.refuse_if_strict(false).unwrap();
        let (refused, failed) =
            (warnings.refuse_if_strict(true).unwrap_err(), warnings.fail_if_strict(true).unwrap_err());
        assert_eq!([refused.kind, failed.kind], [FailureKind::Refused, FailureKind::Step]);
        assert_eq!(refused.message, "1 warning under --strict");
        context.events.warn("odder");
        assert_eq!(warnings.fail_if_strict(true).unwrap_err().message, "2 warnings under --strict");
    }
}
