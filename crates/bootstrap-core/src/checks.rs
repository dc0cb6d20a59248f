//! What a look tells of itself: a row for each thing it tried, as a sentence that says what is so where all is well.

use crate::request::Context;
use diagnostics::{EventKind, Events, Failure, Row, Subject};

/// Tells the rows of one system.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    events: &'a Events,
    group: Subject,
}

impl<'a> Rows<'a> {
    pub(crate) fn of(context: &'a Context, group: Subject) -> Self {
        Self { events: &context.events, group }
    }

    pub(crate) fn tell(&self, row: Row) {
        self.events.emit(EventKind::Row(Box::new(row)));
    }

    pub(crate) fn ok(&self, sentence: impl Into<String>) {
        self.tell(Row::ok(self.group, sentence));
    }

    pub(crate) fn skipped(&self, sentence: impl Into<String>, reason: impl Into<String>) {
        self.tell(Row::skipped(self.group, sentence, reason));
    }

    /// A row where something looks odd, none where nothing does.
    pub(crate) fn odd(&self, sentence: impl Into<String>, against: &[String]) {
        if !against.is_empty() {
            self.tell(Row::warning(self.group, sentence, against.to_vec()));
        }
    }

    /// It is not so. `see` is the command that shows it, where the failure brings none of its own.
    pub(crate) fn failed(&self, sentence: impl Into<String>, see: &str, failure: &Failure) {
        if failure.is_of_signal() {
            return; // nothing was found out
        }
        let row = Row::of_failure(self.group, sentence, failure);
        let command = failure.command.as_deref().or((!see.is_empty()).then_some(see)).map(str::to_owned);
        self.tell(Row { command, ..row });
    }

    /// Tells what came of it, and hands it on.
    pub(crate) fn told<T>(
        &self,
        outcome: Result<T, Failure>,
        sentence: &str,
        see: &str,
    ) -> Result<T, Failure> {
        match &outcome {
            Ok(_) => self.ok(sentence),
            Err(failure) => self.failed(sentence, see, failure),
        }
        outcome
    }
}
