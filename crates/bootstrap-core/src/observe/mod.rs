//! Observes every system before the first write. Each observation returns its state and its checks; none tells an event.

pub(crate) mod argocd_egress;
pub(crate) mod cluster;
pub(crate) mod machine;
pub(crate) mod observation;
pub(crate) mod observations;
pub(crate) mod operator;
pub(crate) mod repository;
pub(crate) mod vault;
