//! Counts the warnings of a run, for `--strict`.

use diagnostics::{Event, Events, Failure, FailureKind, Listener, Subject};
use std::sync::{Arc, Mutex};

use crate::request::Context;
use secret::Mask;

/// Where warnings that count as failures are said to have happened.
pub const STRICT: Subject = Subject::Strict;

/// The warnings so far. What is told of them went through the mask.
#[derive(Clone, Default)]
pub struct Warnings {
    heard: Arc<Mutex<Vec<String>>>,
    mask: Mask,
}

impl Warnings {
    /// None yet.
    pub fn new(mask: &Mask) -> Self {
        Self { mask: mask.clone(), ..Self::default() }
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
        let heard = self.heard.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        heard.iter().map(|text| self.mask.text(text)).collect()
    }

    /// The same context, in which no warning that was told so far is told again.
    pub fn told_once(&self, context: &Context) -> Context {
        let heard = self.heard.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
        let events = Events::at(context.here().clone());
        events.add(Box::new(Unheard { heard, to: context.events.clone() }));
        Context { events, ..context.clone() }
    }

    fn check(&self, strict: bool, kind: FailureKind) -> Result<(), Failure> {
        let heard = self.heard();
        if !strict || heard.is_empty() {
            return Ok(());
        }
        let count = heard.len();
        let mut failure = Failure::new(
            kind,
            STRICT,
            format!("{count} warning{} under --strict", if count == 1 { "" } else { "s" }),
        );
        failure.causes = heard.into_iter().map(Into::into).collect();
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

/// Passes on what is new.
struct Unheard {
    heard: Vec<String>,
    to: Events,
}

impl Listener for Unheard {
    fn hear(&mut self, event: &Event) {
        match event {
            Event::Warning { text } if self.heard.contains(text) => {}
            event => self.to.emit(event.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_at_twice_is_warned_of_once() {
        let warnings = Warnings::default();
        let context = Context::default();
        context.events.add(Box::new(warnings.clone()));
        context.events.warn("old");
        let again = warnings.told_once(&context);
        again.events.warn("old");
        again.events.warn("new");
        assert_eq!(warnings.heard(), ["old", "new"]);
    }

    /// `plan` prints them at its end, past the listeners that mask.
    #[test]
    fn no_warning_is_told_with_a_secret_also_one_that_was_not_known_yet() {
        let mask = Mask::new();
        let mut warnings = Warnings::new(&mask);
        warnings.hear(&Event::Warning { text: "Vault said: no hunter2-hunter2".into() });
        mask.add(&"hunter2-hunter2".into());
        assert_eq!(warnings.heard(), ["Vault said: no ***"]);
        assert_eq!(warnings.refuse_if_strict(true).unwrap_err().causes, ["Vault said: no ***".into()]);
    }
}
