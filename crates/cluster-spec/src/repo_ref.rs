//! `gitops.repo_ref`: a branch, a tag, a full commit id, or a full ref.

use std::fmt;

use crate::ValueError;

/// What the working copy shall stand at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RepoRef {
    /// A branch or a tag; the branch where both are there.
    Name(String),
    /// A full commit id: 40 hexadecimal digits (64 with SHA-256).
    Commit(String),
    /// A ref in full, such as `refs/pull/7/head`.
    Full(String),
}

impl RepoRef {
    /// Reads a ref as it was written.
    ///
    /// A name of 7 to 39 hexadecimal digits is an abbreviated commit id and refused; one of decimal digits alone
    /// (`20261123`) is far more often a tag, and is taken for one.
    ///
    /// # Errors
    /// What is expected instead.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        check_form(text)?;
        let hex = text.bytes().all(|b| b.is_ascii_hexdigit());
        let decimal = text.bytes().all(|b| b.is_ascii_digit());
        match text.len() {
            40 | 64 if hex => Ok(Self::Commit(text.to_owned())),
            7..64 if hex && !decimal => Err(ValueError::AbbreviatedCommit { text: text.to_owned() }),
            _ if text.starts_with("refs/") => Ok(Self::Full(text.to_owned())),
            _ => Ok(Self::Name(text.to_owned())),
        }
    }

    /// The ref as it was written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Name(text) | Self::Commit(text) | Self::Full(text) => text,
        }
    }
}

/// The rules of `git check-ref-format`, and no leading dash: no program may take a ref for an option.
fn check_form(text: &str) -> Result<(), ValueError> {
    let forbidden = |c: char| matches!(c, '~' | '^' | ':' | '?' | '*' | '[' | '\\');
    let bad_part = |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with(".lock");
    Err(if text.is_empty() {
        ValueError::NoRef
    } else if text.starts_with('-') {
        ValueError::RefIsOption
    } else if text.chars().any(char::is_whitespace) {
        ValueError::RefWithWhitespace
    } else if text.chars().any(char::is_control) {
        ValueError::RefWithControl
    } else if text.contains("..") {
        ValueError::RefIsRange
    } else if text.chars().any(forbidden) {
        ValueError::RefWithForbidden
    } else if text == "@" || text.contains("@{") || text.ends_with('.') || text.split('/').any(bad_part) {
        ValueError::BadRef
    } else {
        return Ok(());
    })
}

impl fmt::Display for RepoRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
