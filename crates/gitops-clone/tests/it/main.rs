//! The tests of `gitops-clone`: pure ones, and ones against a real Git host, with plain Git as the judge.
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

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
