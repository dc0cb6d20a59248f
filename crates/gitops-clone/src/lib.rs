//! A repository at a ref's commit, in a working copy.
