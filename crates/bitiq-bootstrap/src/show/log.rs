//! The log of a run: each event is one line on stderr.

use diagnostics::{Event, EventKind, Listener};
use std::borrow::Cow;
use std::io::Write as _;

use tracing::Level;
use tracing::level_filters::LevelFilter;

use super::Ci;
use super::sanitize::{sanitize_for_terminal, uncoloured};

/// A listener that logs.
pub struct Log {
    pub level: LevelFilter,
    /// Whose commands a line must not hold.
    pub ci: Option<Ci>,
}

impl Listener for Log {
    fn hear(&mut self, event: &Event) {
        let level = of(&event.kind);
        if level > self.level {
            return;
        }
        write_line(&format!("{} {level} {:?}", event.at, event.kind), self.ci);
    }
}

impl Log {
    /// Logs input that is ignored and has no event.
    pub fn passed_over(&self, text: &str) {
        if self.level >= Level::DEBUG {
            write_line(&format!("{} DEBUG {text}", jiff::Timestamp::now()), self.ci);
        }
    }
}

/// Writes a masked line to stderr.
pub fn write_line(line: &str, ci: Option<Ci>) {
    // At once: other threads write too.
    std::io::stderr().write_all(format!("{}\n", harmless(line, ci)).as_bytes()).ok();
}

/// A line in which nothing speaks to a terminal or to the runner of a pipeline.
fn harmless(line: &str, ci: Option<Ci>) -> String {
    let line = uncoloured(&sanitize_for_terminal(line));
    ci.map_or(Cow::Borrowed(&*line), |ci| ci.harmless(&line)).into_owned()
}

fn of(event: &EventKind) -> Level {
    match event {
        EventKind::Failed(_) => Level::ERROR,
        EventKind::Warning { .. } => Level::WARN,
        EventKind::Checked { .. }
        | EventKind::StepStarted { .. }
        | EventKind::StepEnded { .. }
        | EventKind::Ended { .. } => Level::INFO,
        EventKind::Checking { .. }
        | EventKind::Check(_)
        | EventKind::Known(_)
        | EventKind::Planned(_)
        | EventKind::WritesBegin
        | EventKind::Waiting(_)
        | EventKind::Links(_)
        | EventKind::Watched { .. }
        | EventKind::StepProgress { .. }
        | EventKind::Wrote { .. }
        | EventKind::ScriptOutput { .. } => Level::DEBUG,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_others_speaks_neither_to_a_terminal_nor_to_a_runner() {
        let line = "\u{1b}[31mred\u{1b}[0m \u{1b}]0;title\u{7} ##[error]x";
        assert_eq!(harmless(line, None), "red \\u{1b}]0;title\\u{7} ##[error]x");
        assert_eq!(harmless(line, Some(Ci::GitHub)), "red \\u{1b}]0;title\\u{7} ## [error]x");
        assert_eq!(harmless("::error::x", Some(Ci::GitHub)), ": :error::x");
    }
}
