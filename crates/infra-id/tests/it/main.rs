//! The tests of `infra-id`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod git_apply;
mod search;
