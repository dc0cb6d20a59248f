//! The tests of `sandbox`.

#![cfg(test)]

mod argocd;
mod cluster;
mod cluster_killed;
mod git_host;
mod killed;
mod openshift;
mod vault;
mod whole;
