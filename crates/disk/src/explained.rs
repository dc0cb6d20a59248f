/// What went wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// What went wrong, for people.
    pub words: String,
    /// What to do next; a command is on a line of its own.
    pub hint: String,
}

impl Explained {
    pub(crate) fn new(words: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { words: words.into(), hint: hint.into() }
    }
}
