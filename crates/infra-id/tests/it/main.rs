//! The tests of `infra-id`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod git_apply;
mod search;
