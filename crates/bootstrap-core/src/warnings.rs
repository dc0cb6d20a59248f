//! Counts the warnings of a run, for `--strict`.

use std::sync::{Arc, Mutex};

use crate::event::{Event, Listener};
use crate::failure::{Failure, FailureKind};

/// The warnings so far.
#[derive(Clone, Default)]
pub struct Warnings {
    heard: Arc<Mutex<Vec<String>>>,
}

impl Warnings {
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
        self.heard.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    fn check(&self, strict: bool, kind: FailureKind) -> Result<(), Failure> {
        let heard = self.heard.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if !strict || heard.is_empty() {
            return Ok(());
        }
        let count = heard.len();
        let mut failure = Failure::new(
            kind,
            "strict",
            format!("{count} warning{} under --strict", if count == 1 { "" } else { "s" }),
        );
        failure.causes.clone_from(&heard);
        Err(failure.hint("mend what the warnings name, or leave out --strict"))
    }
}

impl Listener for Warnings {
    fn hear(&mut self, event: &Event) {
        if let Event::Warning { text } = event {
            self.heard.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(text.clone());
        }
    }
}
