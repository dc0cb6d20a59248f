//! The few colours that are used, and the marks. Where there is no colour the mark alone says it.

use anstyle::{AnsiColor, Color, Style};
use trace::{DisplayStatus, RunStatus};

const fn colour(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::Ansi(colour)))
}

pub const SUCCESS: Style = colour(AnsiColor::Green);
pub const ERROR: Style = colour(AnsiColor::Red).bold();
pub const WARNING: Style = colour(AnsiColor::Yellow);
pub const NOTE: Style = colour(AnsiColor::Cyan);
pub const DIM: Style = Style::new().dimmed();
pub const BOLD: Style = Style::new().bold();

/// `text` in a style.
pub fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// The mark and the colour of a step.
pub fn step(step: DisplayStatus) -> (&'static str, Style) {
    match step {
        DisplayStatus::Changed => ("✓", SUCCESS),
        DisplayStatus::Unchanged => ("=", SUCCESS),
        DisplayStatus::Skipped => ("-", DIM),
        DisplayStatus::Failed => ("✗", ERROR),
        DisplayStatus::Interrupted => ("!", WARNING),
        DisplayStatus::Running => ("…", NOTE),
        DisplayStatus::Pending | DisplayStatus::NotReached => ("·", DIM),
    }
}

/// The colour of a run's end.
pub fn run(status: RunStatus) -> Style {
    match status {
        RunStatus::Succeeded => SUCCESS,
        RunStatus::Running => NOTE,
        RunStatus::Failed => ERROR,
        RunStatus::Interrupted => WARNING,
    }
}
