//! How a run is to be shown, and to whom.

use super::super::Output;
use crate::invocation::Invocation;

/// How a run is to be shown.
pub struct View {
    /// What stdout is for.
    pub output: Output,
    /// Whether there is a terminal whose cursor may be moved: one spinner for each thing at work.
    pub live: bool,
    /// Whether each line begins with its time: where nobody watches.
    pub stamps: bool,
    /// Whether marks are ASCII alone.
    pub ascii: bool,
    /// The runner of a pipeline that folds lines and marks errors.
    pub ci: Option<Ci>,
    /// How much is told.
    pub verbosity: Verbosity,
    /// How the command was called.
    pub invocation: Invocation,
}

/// How much is told.
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
