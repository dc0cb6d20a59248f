//! The tests of `child-process`.
