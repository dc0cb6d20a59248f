//! A panic of ours ends in an exit code of ours. What catches it where locks are held is in `bootstrap-core`; here is the
//! last net, for what happens before, after and beside a run.

use diagnostics::{Event, EventKind, Failure, Listener, Subject};
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

use bootstrap_core::broken::{Broken, caught_now, note, noted};

use crate::exit;

/// Whether this process wrote anything.
static WROTE: AtomicBool = AtomicBool::new(false);

/// Hears when the first write begins.
pub struct Writes;

impl Listener for Writes {
    fn hear(&mut self, event: &Event) {
        if matches!(event.kind, EventKind::WritesBegin) {
            WROTE.store(true, Ordering::SeqCst);
        }
    }
}

/// Takes down from now on where a panic happens. What it says may hold anything that was in memory: only where it happened
/// is told.
pub fn listen() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        writeln!(std::io::stderr(), "error: internal error at {place}").ok();
        note(place);
    }));
}

/// Does it, and gives its exit code; where it is broken, that of a failure.
pub fn guarded(work: impl FnOnce() -> u8) -> u8 {
    match caught_now(work) {
        Ok(code) if code == exit::DONE || code == exit::PENDING => {
            noted().map_or(code, |broken| last_words(&broken))
        }
        Ok(code) => code,
        Err(broken) => last_words(&broken),
    }
}

/// A panic in one of the commands, as its failure.
pub fn failure(broken: &Broken, command: Subject) -> Failure {
    let failure = broken.failure(command);
    if WROTE.load(Ordering::SeqCst) { failure.after_a_write() } else { failure }
}

/// Where it happened was told when it did.
fn last_words(broken: &Broken) -> u8 {
    writeln!(std::io::stderr(), "  next {}", advice(broken)).ok();
    if WROTE.load(Ordering::SeqCst) { exit::STEP } else { exit::REFUSED }
}

/// What to type. Nobody knows here which cluster it was.
fn advice(broken: &Broken) -> String {
    let next = broken.failure(Subject::More).hint.unwrap_or_default().to_string();
    next.replace("<cluster>", "CLUSTER").replace('\n', "\n    ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_hold_a_command_that_a_shell_takes() {
        let broken = caught_now(|| panic!("said by nobody")).unwrap_err();
        let advice = advice(&broken);
        assert!(advice.ends_with("\n    bitiq-bootstrap support-bundle CLUSTER"), "{advice}");
    }

    #[test]
    fn a_panic_ends_in_an_exit_code_of_ours() {
        let events = diagnostics::Events::default();
        events.add(Box::new(Writes));
        assert_eq!(guarded(|| panic!("said by nobody")), exit::REFUSED);
        events.emit(EventKind::StepStarted { step: diagnostics::Step::Record });
        assert_eq!(guarded(|| panic!("said by nobody")), exit::REFUSED);
        events.emit(EventKind::WritesBegin);
        assert_eq!(guarded(|| panic!("said by nobody")), exit::STEP);
        assert_eq!(guarded(|| exit::LOCKED), exit::LOCKED);
        note("somewhere.rs:1:1".to_owned());
        assert_eq!(guarded(|| exit::DONE), exit::STEP);
        assert_eq!(guarded(|| exit::DONE), exit::DONE);
    }
}
