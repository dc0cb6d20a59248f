//! The tests of `cluster-spec`.

mod folder;
mod load;
mod problems;
mod repo_ref;
mod repo_url;
mod same_repository;
mod schema;
mod secrets;
mod syntax;
