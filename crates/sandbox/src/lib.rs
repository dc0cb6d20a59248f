//! A cluster API, a Vault and a Git host on this machine, for demo and tests.
//!
//! Knows how to start each of them on loopback in a temporary folder, with a certificate authority of the sandbox's
//! own, and how to make any of them slow, failing or silent. Never listens on another address, never uses the crates
//! it helps to test, and leaves nothing behind, also when its process is killed.

pub mod argocd;
pub mod cluster;
pub mod faults;
pub mod git_host;
pub mod gitops_repo;
pub mod guarded;
pub mod openshift;
pub mod programs;
pub mod vault;

mod api;
mod authority;
mod definition;
mod error;
mod folder;
mod git;
mod loopback;
mod options;
mod random;
mod sandbox;
mod workspace;

pub use error::SandboxError;
pub use options::Options;
pub use programs::vault_left_out;
pub use sandbox::{BRANCH, LOGIN_PATH, Sandbox, TAG};
