//! The tests of `xtask`: the entrypoints that stand around the program.

#![cfg(test)]

mod bootstrap;
mod built;
mod wrappers;
