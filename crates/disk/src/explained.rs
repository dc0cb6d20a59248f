use std::path::Path;

use advice::{Advice, CommandLine, shell};

/// What went wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// What went wrong, for people.
    pub words: String,
    /// What to do next; a command is on a line of its own.
    pub hint: Advice,
}

impl Explained {
    pub(crate) fn new(words: impl Into<String>, hint: impl Into<Advice>) -> Self {
        Self { words: words.into(), hint: hint.into() }
    }

    /// With a command on a line of its own.
    pub(crate) fn run(words: impl Into<String>, hint: &str, command: CommandLine) -> Self {
        Self::new(words, Advice::say(hint).run(command))
    }

    /// With a command that makes room for a file.
    pub(crate) fn away(words: impl Into<String>, path: &Path) -> Self {
        Self::run(words, "move it away:", shell!("mv {} {}.old", path, path))
    }
}
