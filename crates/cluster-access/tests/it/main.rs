//! The tests of `cluster-access`.
