//! Remembers output that did not reach stdout: a full disk must not look like success. A reader that went away is
//! nobody's error.

use std::io::{self, ErrorKind, Write as _};
use std::sync::OnceLock;

static LOST: OnceLock<String> = OnceLock::new();

/// Remembers how writing to stdout ended.
pub fn record_stdout_result(outcome: io::Result<()>) {
    if let Err(error) = outcome
        && error.kind() != ErrorKind::BrokenPipe
    {
        LOST.get_or_init(|| error.to_string());
    }
}

/// Prints what is no text for a terminal, as it is.
pub fn print_raw(bytes: &[u8]) {
    record_stdout_result(io::stdout().write_all(bytes));
}

/// Why something that was printed did not reach stdout.
pub fn stdout_error() -> Option<&'static str> {
    record_stdout_result(io::stdout().flush());
    LOST.get().map(String::as_str)
}
