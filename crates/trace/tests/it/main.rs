//! The tests of `trace`.
