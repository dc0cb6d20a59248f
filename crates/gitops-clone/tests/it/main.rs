//! The tests of `gitops-clone`, some with a real Git host. Plain Git judges the working copies.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod commit;
mod fetch;
mod git_config;
mod hurdles;
mod links;
mod look_up;
mod place;
mod plan;
mod ssh;
mod take_over;
mod working_copy;
