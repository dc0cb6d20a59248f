//! `cargo xtask ci`: runs `.ci/run`, the one list of what a change must pass.

use crate::command::command;
use crate::report::Outcome;

/// Runs it, with its output on this terminal.
///
/// # Errors
/// It fails.
pub fn run() -> Outcome {
    match command(".ci/run").status() {
        Ok(status) if status.success() => Ok("everything passed".to_owned()),
        Ok(status) => Err(vec![format!(".ci/run ended with {status}")]),
        Err(error) => Err(vec![format!("failed to run .ci/run: {error}")]),
    }
}
