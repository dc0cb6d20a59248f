//! The tests of `xtask`: the entrypoints that stand around the program.

mod wrappers;
