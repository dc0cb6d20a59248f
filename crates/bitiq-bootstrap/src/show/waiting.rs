//! What is being looked at, while it is: for commands whose report comes at the end.

use std::time::Duration;

use bootstrap_core::{Event, Listener};
use indicatif::{ProgressBar, ProgressStyle};

/// Shows it in a terminal; elsewhere there is nothing to listen to.
pub fn waiting(terminal: bool) -> Option<Box<dyn Listener>> {
    terminal.then(|| Box::new(Waiting { spinner: spinner() }) as Box<dyn Listener>)
}

struct Waiting {
    spinner: ProgressBar,
}

/// One that turns, with a message and the time so far.
pub(super) fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    bar.set_style(
        ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner()),
    );
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

impl Listener for Waiting {
    fn hear(&mut self, event: &Event) {
        if let Event::Checking { system } = event {
            self.spinner.set_message(format!("looking at {system}"));
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.spinner.finish_and_clear();
    }
}
