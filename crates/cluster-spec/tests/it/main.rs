//! The tests of `cluster-spec`.
