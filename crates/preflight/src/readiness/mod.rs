//! What makes Day-1 fail half an hour later: no worker to run on, no storage, no catalogs, no DNS. `check` tells it,
//! `run --wait-ready` waits for it.

mod catalogs;
mod checks;
mod dns;
mod observe;
mod storage;
mod wait;
mod wanted;
mod workers;

use std::collections::BTreeSet;

use argocd::chart::Catalog;
use cluster_spec::AppsDomain;

pub use checks::{not_observed, observe};
pub use dns::system;
pub use observe::required_rights;
pub use wait::wait;

/// One thing that Day-1 needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A node that takes Pods.
    Workers,
    /// A StorageClass for claims that name none.
    Storage,
    /// The catalogs that the charts' Subscriptions name.
    Catalogs,
    /// The names of the cluster's applications.
    Dns,
}

/// What a look at it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is there: what.
    Ready(String),
    /// It is not: why not.
    NotYet(Vec<String>),
    /// This cluster has no such thing: why.
    NotHere(String),
    /// We may not look: what the cluster said.
    MayNot(String),
}

/// What is to be looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// `apps.<name>.<dns.base_domain>`
    pub apps_domain: AppsDomain,
    /// The charts' catalogs; none where the repository was not read or names none: every one there is, then.
    pub catalogs: Option<BTreeSet<Catalog>>,
}
