//! What the look at one system gave, and the events at its beginning and end.

use diagnostics::{EventKind, Failure, Subject};
use std::future::Future;
use std::time::Instant;

use crate::request::Context;

/// Tells the beginning and the end of one look: each that begins ends, also where there was nothing to look at.
pub(crate) async fn told<T>(
    context: &Context,
    system: Subject,
    look: impl Future<Output = Look<T>>,
) -> Result<T, Vec<Failure>> {
    let began = Instant::now();
    context.events.emit(EventKind::Checking { system });
    let (ok, detail, outcome) = match look.await {
        Look::Fine(value, detail) => (true, detail, Ok(value)),
        Look::Untouched(value) => (true, String::new(), Ok(value)),
        // Empty where what stands in the way is told by the system it belongs to.
        Look::Failed(failures) => {
            (false, failures.first().map(|first| first.message.clone()).unwrap_or_default(), Err(failures))
        }
    };
    context.events.emit(EventKind::Checked { system, ok, detail, took: began.elapsed() });
    outcome
}

/// What a look at one system gave.
pub(crate) enum Look<T> {
    /// All is well: what was found, in a few words for people.
    Fine(T, String),
    /// The command has no business with it.
    Untouched(T),
    /// What stands in the way; empty where that is another system's failure, told there.
    Failed(Vec<Failure>),
}

pub(crate) fn keep<T>(outcome: Result<T, Vec<Failure>>, failures: &mut Vec<Failure>) -> Option<T> {
    match outcome {
        Ok(value) => Some(value),
        Err(more) => {
            failures.extend(more);
            None
        }
    }
}
