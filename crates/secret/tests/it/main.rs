//! The tests of `secret`.
mod mask;
mod quoted;
mod random;
mod shape;
mod tokens;
