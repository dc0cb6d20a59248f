//! Failures, and the commands to type after them.

use advice::Advice;
use cluster_spec::SpecProblems;
use diagnostics::Failure;
use trace::Cause;

use super::style::{BOLD, DIM, ERROR, SUCCESS, paint};
use super::wrap::{columns_of_stderr, hang, rows};

/// The lines of the script in an error.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// All that the error keeps.
    All,
    /// Only the line that shows the failure.
    Failing,
}

/// Renders an error: message, causes, hint, code.
pub fn failure(failure: &Failure, lines: Lines) -> String {
    let message =
        format!("{} {}: {}", paint(ERROR, "error"), paint(BOLD, failure.subject), failure.message.trim_end());
    let mut text = hang(&message, columns_of_stderr(), 2).into_owned();
    for cause in &failure.causes {
        text.push_str(&format!("\n{}", because(cause, lines, columns_of_stderr())));
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

/// Renders a cause. Its first line is broken; further lines are as others wrote them. The lines of the script are in a
/// frame, so that no line of the script passes for a line of this program.
pub fn because(cause: &Cause, lines: Lines, columns: Option<usize>) -> String {
    let text = match cause {
        Cause::Error(words) => words.trim_end().replace('\n', "\n    "),
        Cause::ScriptOutput(output) => script_output(output, lines, columns),
    };
    hang(&format!("  {} {text}", paint(DIM, "because")), columns, 4).into_owned()
}

/// The last lines of the script. A mark is before the line that shows the failure.
fn script_output(output: &[String], lines: Lines, columns: Option<usize>) -> String {
    const BEFORE: usize = 6;
    let room = columns.map(|columns| columns.saturating_sub(BEFORE));
    let failing = failing_line(output);
    let line = |(at, line): (usize, &String)| {
        let mark = if Some(at) == failing { paint(ERROR, "✗") } else { paint(DIM, "│") };
        let rows = rows(line, room).join(&format!("\n    {} ", paint(DIM, "│")));
        format!("\n    {mark} {rows}")
    };
    match (lines, failing) {
        (Lines::Failing, Some(at)) => format!("the script printed:{}", line((at, &output[at]))),
        _ => format!("last lines of output:{}", output.iter().enumerate().map(line).collect::<String>()),
    }
}

/// The last line that names an error, else the last line.
fn failing_line(output: &[String]) -> Option<usize> {
    const WORDS: [&str; 7] = ["error", "fatal", "fail", "denied", "refused", "not found", "unable to"];
    let names_one = |line: &&String| {
        let line = line.to_lowercase();
        WORDS.iter().any(|word| line.contains(word))
    };
    let last = output.iter().rposition(|line| !line.trim().is_empty());
    output.iter().rposition(|line| names_one(&line)).or(last)
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
