//! How an errand ends: a line to the terminal, an exit code.

use std::io::Write as _;
use std::process::ExitCode;

/// What an errand says at its end, or what is wrong: one line each.
pub type Outcome = Result<String, Vec<String>>;

/// An error as an [`Outcome`] has it.
pub fn failed(error: impl std::fmt::Display) -> Vec<String> {
    vec![error.to_string()]
}

/// Prints how it went. 0, or 1 where something is wrong.
pub fn exit_code(done: Outcome) -> ExitCode {
    let mut err = std::io::stderr().lock();
    // Nobody is left to tell where stderr is closed.
    match done {
        Ok(said) => {
            writeln!(err, "{said}").ok();
            ExitCode::SUCCESS
        }
        Err(problems) => {
            for problem in problems {
                writeln!(err, "error: {problem}").ok();
            }
            ExitCode::FAILURE
        }
    }
}
