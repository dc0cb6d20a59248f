//! Values of a command.

use std::path::{Path, PathBuf};

use crate::command_line::CommandLine;
use crate::word::Word;

/// Fills a `{}` of a template.
pub trait Fill {
    /// The words that stand in its place.
    fn words(&self) -> Vec<Word>;
}

impl Fill for str {
    fn words(&self) -> Vec<Word> {
        vec![Word::Value(self.to_owned())]
    }
}

impl Fill for String {
    fn words(&self) -> Vec<Word> {
        self.as_str().words()
    }
}

impl Fill for Path {
    fn words(&self) -> Vec<Word> {
        self.to_string_lossy().as_ref().words()
    }
}

impl Fill for PathBuf {
    fn words(&self) -> Vec<Word> {
        self.as_path().words()
    }
}

/// A command within another one: `$(…)`.
impl Fill for CommandLine {
    fn words(&self) -> Vec<Word> {
        self.words.clone()
    }
}

impl<T: Fill + ?Sized> Fill for &T {
    fn words(&self) -> Vec<Word> {
        (**self).words()
    }
}
