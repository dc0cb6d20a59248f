//! The tests of `secret`.
#![cfg(test)]

mod dump;
mod mask;
mod quoted;
mod random;
mod shape;
mod tokens;
