//! Failures, and the commands to type after them.

use advice::Advice;
use cluster_spec::SpecProblems;
use diagnostics::Failure;
use trace::Cause;

use super::style::{BOLD, DIM, ERROR, SUCCESS, paint};
use super::wrap::{columns_of_stderr, hang};

/// Renders a failure: message, causes, next step.
pub fn failure(failure: &Failure) -> String {
    let message =
        format!("{} {}: {}", paint(ERROR, "error"), paint(BOLD, failure.subject), failure.message.trim_end());
    let mut text = hang(&message, columns_of_stderr(), 2).into_owned();
    for cause in &failure.causes {
        text.push_str(&format!("\n{}", because(cause, columns_of_stderr())));
    }
    if let Some(hint) = &failure.hint {
        text.push_str(&format!("\n{}", next(hint, columns_of_stderr(), 2)));
    }
    text.push_str(&format!("\n{}", code(failure.code(), 2)));
    text
}

/// Renders the code of an error.
pub fn code(code: &str, indent: usize) -> String {
    format!("{}{} {code}", " ".repeat(indent), paint(DIM, "code"))
}

/// Renders a cause. Its first line is broken; further lines are as others wrote them. Those of the script stand in its
/// frame: none of them is taken for one of ours.
pub fn because(cause: &Cause, columns: Option<usize>) -> String {
    let below = match cause {
        Cause::ScriptOutput(_) => format!("\n    {} ", paint(DIM, "│")),
        Cause::Error(_) => "\n    ".into(),
    };
    let cause = cause.to_string();
    let cause = cause.trim_end().replace('\n', &below);
    hang(&format!("  {} {cause}", paint(DIM, "because")), columns, 4).into_owned()
}

/// Renders a next step. A hint that is a command, and the commands below one, are not broken: they are to be copied.
pub fn next(hint: &Advice, columns: Option<usize>, indent: usize) -> String {
    let below = format!("\n{}", " ".repeat(indent + 2));
    let columns = columns.filter(|_| !hint.begins_with_command());
    let hint = hint.to_string();
    let hint = hint.trim_end();
    let line = format!("{}{} {}", " ".repeat(indent), paint(SUCCESS, "next"), hint.replace('\n', &below));
    hang(&line, columns, indent + 2).into_owned()
}

/// The command to type after a report.
pub enum NextCommand {
    /// The next command.
    Next(String),
    /// The same once more, when it is mended.
    Retry(String),
}

impl NextCommand {
    /// In a line. Not broken: it is to be copied.
    pub fn line(&self) -> String {
        match self {
            Self::Next(command) => format!("  {} {command}", paint(SUCCESS, "next")),
            Self::Retry(command) => retry(command),
        }
    }
}

/// The command to type once it is mended. Not broken: it is to be copied.
pub fn retry(command: &str) -> String {
    format!("  {} {command}", paint(SUCCESS, "retry"))
}

/// Renders problems of cluster.yaml, each with its line and the spot marked.
pub fn problems(problems: &SpecProblems) -> String {
    let count = problems.problems.len() + problems.more;
    let sum = format!("{} has {count} problem{}", problems.file, if count == 1 { "" } else { "s" });
    format!("{}\n\n{sum}", problems.render(true))
}
