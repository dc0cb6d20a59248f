//! The tests of `vault-auth`: the decision without any server, and all of it against a cluster and a Vault.

#![cfg(test)]

mod fixture;
mod hand_over;
mod host;
mod plan_mount;
mod plan_reviewer;
mod proof;
mod release;
mod world;
