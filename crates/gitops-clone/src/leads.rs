//! The destination of a symbolic link that can't be followed.

use std::fmt;

/// The most symbolic links that are followed for one file. The kernel has the same limit.
pub(crate) const HOPS: usize = 40;

/// The destination of a symbolic link that can't be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leads {
    /// A path above the root of the repository, or an absolute path.
    Outside,
    /// A path that the commit does not have.
    Nowhere,
    /// A chain of more links than the kernel follows, usually a circle.
    Around,
}

impl fmt::Display for Leads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outside => f.write_str("which is outside the repository"),
            Self::Nowhere => f.write_str("which is not in that commit"),
            Self::Around => write!(f, "which leads through more than {HOPS} symbolic links"),
        }
    }
}
