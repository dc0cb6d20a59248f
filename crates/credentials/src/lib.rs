//! Where a repository login comes from.
