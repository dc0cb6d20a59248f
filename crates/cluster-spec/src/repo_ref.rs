//! `gitops.repo_ref`: a branch, a tag, a full commit id, or a full ref.

use std::fmt;

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
    pub fn parse(text: &str) -> Result<Self, String> {
        check_form(text)?;
        let hex = text.bytes().all(|b| b.is_ascii_hexdigit());
        let decimal = text.bytes().all(|b| b.is_ascii_digit());
        match text.len() {
            40 | 64 if hex => Ok(Self::Commit(text.to_owned())),
            7..64 if hex && !decimal => Err(format!(
                "expected the full commit id, not an abbreviated one \
                 (or, for a branch or tag of that name, `refs/heads/{text}` or `refs/tags/{text}`)"
            )),
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
fn check_form(text: &str) -> Result<(), String> {
    let forbidden = |c: char| matches!(c, '~' | '^' | ':' | '?' | '*' | '[' | '\\');
    let bad_part = |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with(".lock");
    let expected = if text.is_empty() {
        "a branch, a tag, a full commit id or refs/…"
    } else if text.starts_with('-') {
        "a ref without a leading `-`"
    } else if text.chars().any(char::is_whitespace) {
        "a ref without whitespace"
    } else if text.chars().any(char::is_control) {
        "a ref without control characters"
    } else if text.contains("..") {
        "a ref without `..`"
    } else if text.chars().any(forbidden) {
        "a ref without any of `~ ^ : ? * [ \\`"
    } else if text == "@" || text.contains("@{") || text.ends_with('.') || text.split('/').any(bad_part) {
        "a ref that Git allows (see `git check-ref-format`)"
    } else {
        return Ok(());
    };
    Err(format!("expected {expected}"))
}

impl fmt::Display for RepoRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
