//! The tests of `secret`.
mod mask;
mod shape;
