use std::fmt;

/// What a `repo_ref` turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefKind {
    /// A branch.
    Branch,
    /// A tag; an annotated one is followed to its commit.
    Tag,
    /// A full commit id.
    Commit,
    /// A reference given in full: `refs/…`.
    Full,
}

impl fmt::Display for RefKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Branch => "branch",
            Self::Tag => "tag",
            Self::Commit => "commit",
            Self::Full => "reference",
        })
    }
}

/// Where a `repo_ref` points right now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tip {
    /// The full id of the commit, hexadecimal. Of an annotated tag: the commit it leads to.
    pub commit: String,
    /// What the `repo_ref` is.
    pub kind: RefKind,
    /// A tag has the same name as this branch: the branch counts.
    pub also_tag: bool,
    /// The reference in full; none of a commit id.
    pub full_name: Option<String>,
    /// What the user should know: an `insteadOf` whose target has another commit.
    pub warnings: Vec<String>,
    /// When the login ends, where the host says so.
    pub login_ends: Option<jiff::Timestamp>,
}
