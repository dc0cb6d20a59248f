//! The tests of `secret`.
mod mask;
