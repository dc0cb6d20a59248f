//! Result of a command, as a value that knows its text and its JSON.

use advice::CommandContext;
use serde::Serialize;
use trace::Timestamp;

use super::timeline::Charset;

/// Version of all documents: a new key does not raise it, a key that changes its meaning or goes does.
pub const VERSION: u32 = 1;

/// Result of a command. Its fields are its JSON.
pub trait Document: Serialize {
    /// Renders it for people.
    fn text(&self, view: &TextView<'_>) -> String;

    /// Returns bytes that people get unchanged, in place of the text.
    fn raw(&self) -> Option<&[u8]> {
        None
    }
}

/// Surroundings in which a text is shown.
#[derive(Debug, Clone, Copy)]
pub struct TextView<'a> {
    /// Columns of the terminal; `None` without one.
    pub columns: Option<usize>,
    /// Characters that it can show.
    pub charset: Charset,
    /// The present time.
    pub now: Timestamp,
    /// Fills the commands of advice in.
    pub commands: &'a CommandContext,
}
