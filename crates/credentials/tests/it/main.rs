//! The tests of `credentials`.
