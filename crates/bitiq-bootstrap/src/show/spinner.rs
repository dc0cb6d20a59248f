//! Spinner that names the system under observation, for commands whose report comes at the end.

use diagnostics::{Event, EventKind, Listener};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::progress::target;

/// Shows it in a terminal; elsewhere there is nothing to listen to.
pub fn spinner(terminal: bool) -> Option<Box<dyn Listener>> {
    terminal.then(|| Box::new(Spinner { bar: new_bar() }) as Box<dyn Listener>)
}

struct Spinner {
    bar: ProgressBar,
}

/// Makes a bar with a message and the time so far.
fn new_bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, target());
    style(&bar, false);
    bar
}

/// The same look for one that is among others.
pub(super) fn style(bar: &ProgressBar, ascii: bool) {
    let style = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner());
    bar.set_style(if ascii { style.tick_chars("|/-\\ ") } else { style });
    bar.enable_steady_tick(Duration::from_millis(100));
}

/// True if a spinner shows all of a message, beside itself and the time so far.
pub(super) fn fits(message: &str, columns: Option<usize>) -> bool {
    const BESIDE: usize = 8;
    columns.is_none_or(|columns| super::wrap::width(message) + BESIDE <= columns)
}

impl Listener for Spinner {
    fn hear(&mut self, event: &Event) {
        match &event.kind {
            EventKind::Checking { system } => self.bar.set_message(format!("looking at {system}")),
            EventKind::Waiting(wait) if wait.counts => {
                let last = wait.last.as_deref().unwrap_or_default();
                self.bar.set_message(format!("fetching {}: {last}", wait.waiting_for));
            }
            _ => {}
        }
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_a_spinner_would_cut_off_is_known() {
        assert!(fits("operator: waiting", Some(25)));
        assert!(!fits("operator: waiting", Some(24)));
        assert!(fits(&"long ".repeat(99), None), "no terminal cuts nothing off");
    }
}
