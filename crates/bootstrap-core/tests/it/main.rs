//! The tests of `bootstrap-core`.
