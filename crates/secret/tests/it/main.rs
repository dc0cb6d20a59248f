//! The tests of `secret`.
#![cfg(test)]

mod dump;
mod mask;
mod quoted;
mod random;
mod secret_pattern;
mod tokens;
