//! Where a symbolic link leads that can not be followed.

use std::fmt;

/// How many symbolic links are followed on the way to one file: as many as the kernel follows.
pub(crate) const HOPS: usize = 40;

/// Where a symbolic link leads that can't be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leads {
    /// Above the root of the repository, or to an absolute path.
    Outside,
    /// To a path that the commit does not have.
    Nowhere,
    /// Through more links than the kernel follows: most often in a circle.
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
