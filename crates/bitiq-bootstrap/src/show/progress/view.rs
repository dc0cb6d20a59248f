//! Settings of the progress display.

use super::super::output::Stream;
use crate::invocation::Invocation;

/// Settings of the progress display.
pub struct View {
    /// Stream of the display.
    pub stream: Stream,
    /// True if there is a terminal whose cursor may be moved: each activity gets a spinner.
    pub live: bool,
    /// True if each line begins with its time, because nobody watches.
    pub stamps: bool,
    /// True if marks are ASCII alone.
    pub ascii: bool,
    /// The runner of a pipeline that folds lines and marks errors.
    pub ci: Option<Ci>,
    /// Amount of output.
    pub verbosity: Verbosity,
    /// The command line of this process.
    pub invocation: Invocation,
}

/// Amount of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// `-q`: the script's output is left to its log.
    Quiet,
    /// Steps, waits, the script's output.
    Normal,
    /// `-v`: also what each step changes, before and after.
    Verbose,
    /// `-vv`: also what `RUST_LOG=debug` shows.
    Debug,
}

/// The runner of a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ci {
    /// GitHub Actions.
    GitHub,
    /// GitLab CI/CD.
    GitLab,
}
