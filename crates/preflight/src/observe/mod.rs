//! Observes every system before the first write. Each observation returns its state and its checks; none tells an event.

pub mod argocd_egress;
pub mod cluster;
pub mod machine;
pub mod observation;
pub mod observations;
pub mod operator;
pub mod repository;
pub mod vault;
