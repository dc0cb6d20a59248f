//! A panic of ours is a failure like any other: it is caught where the trace can still be closed and the locks let go.

use crate::error::RunError;
use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use parking_lot::Mutex;

use diagnostics::{Failure, FailureKind, Subject};

/// Where panics happened that nobody has told yet.
static PLACES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A panic happened.
#[derive(Debug)]
pub struct Broken {
    places: Vec<String>,
}

impl Broken {
    /// As the failure of a step.
    #[must_use]
    pub fn failure(&self, subject: impl Into<Subject>) -> Failure {
        Failure::stating(FailureKind::Refused, subject, &RunError::Broken { at: self.at() })
    }

    /// Where. A panic's own words may hold anything that was in memory: only its place is told.
    fn at(&self) -> String {
        match self.places.is_empty() {
            true => String::new(),
            false => format!(" at {}", self.places.join(", ")),
        }
    }
}

/// Takes down where a panic happened. Whoever owns the process calls it: a library can't hear of panics elsewhere.
pub fn note(place: String) {
    PLACES.lock().push(place);
}

/// The panics that were noted and not told yet: also those in a task or a thread that nobody waits for.
pub fn noted() -> Option<Broken> {
    let places = std::mem::take(&mut *PLACES.lock());
    (!places.is_empty()).then_some(Broken { places })
}

/// What `work` comes to, or its panic.
///
/// # Errors
/// It panicked.
pub fn caught<T>(work: impl Future<Output = T>) -> impl Future<Output = Result<T, Broken>> {
    // A run is large, and caught at more than one place: it is not to lie within itself.
    let work = AssertUnwindSafe(Box::pin(work)).catch_unwind();
    async move { work.await.map_err(|_| taken()) }
}

/// The same where nothing is awaited.
///
/// # Errors
/// It panicked.
pub fn caught_now<T>(work: impl FnOnce() -> T) -> Result<T, Broken> {
    std::panic::catch_unwind(AssertUnwindSafe(work)).map_err(|_| taken())
}

fn taken() -> Broken {
    noted().unwrap_or(Broken { places: Vec::new() })
}
