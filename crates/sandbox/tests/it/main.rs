//! The tests of `sandbox`.

mod argocd;
mod cluster;
mod git_host;
mod vault;
mod whole;
