use std::fmt;

/// The kind of a `repo_ref`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefKind {
    /// A branch.
    Branch,
    /// A tag. An annotated tag is followed to its commit.
    Tag,
    /// A full commit id.
    Commit,
    /// A ref given in full: `refs/…`.
    Full,
}

impl fmt::Display for RefKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Branch => "branch",
            Self::Tag => "tag",
            Self::Commit => "commit",
            Self::Full => "ref",
        })
    }
}

/// The commit that a `repo_ref` points to now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tip {
    /// The full commit id, hexadecimal. An annotated tag gives the id of its commit.
    pub commit: String,
    /// The kind of the `repo_ref`.
    pub kind: RefKind,
    /// True if a tag has the same name as this branch. The branch is used.
    pub also_tag: bool,
    /// The ref in full (`refs/heads/main`); `None` for a commit id.
    pub full_name: Option<String>,
    /// The warnings for the user, for example about an `insteadOf` URL at another commit.
    pub warnings: Vec<String>,
    /// The expiry of the credentials, if the host reports it.
    pub login_ends: Option<jiff::Timestamp>,
}
