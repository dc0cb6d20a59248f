//! The tests of `cluster-spec`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod folder;
mod load;
mod problems;
mod repo_ref;
mod repo_url;
mod same_repository;
mod schema;
mod secrets;
mod syntax;
