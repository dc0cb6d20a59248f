//! The tests of `sandbox`.

mod git_host;
mod vault;
