//! The tests of `sandbox`.

#![cfg(test)]

mod argocd;
mod cluster;
mod git_host;
mod killed;
mod vault;
mod whole;
