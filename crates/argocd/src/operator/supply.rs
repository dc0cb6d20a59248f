//! Whether OLM can install what the charts subscribe, asked before anything is written: of OLM's objects, and of
//! `packagemanifests`, the list of what the catalogs offer.

mod groups;
mod judge;
mod left_over;
mod observe;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::ArgoCdError;

pub use judge::judge;
pub use observe::observe;

/// What is there for the charts' Subscriptions.
#[derive(Debug, Clone, Default)]
pub struct Supply {
    /// All Subscriptions of the cluster.
    pub subscriptions: Vec<Value>,
    /// The metadata of all ClusterServiceVersions but the copies.
    pub csvs: Vec<Value>,
    /// The OperatorGroups, by namespace; those that could be read.
    pub groups: BTreeMap<String, Vec<Value>>,
    /// The CatalogSources, by `ns/name`, there or not; those that could be read.
    pub catalogs: BTreeMap<String, Option<Value>>,
    /// What the catalogs offer, by key of the chart's values.
    pub offers: BTreeMap<String, Offer>,
    /// What could not be read.
    pub unseen: Vec<String>,
}

/// What a catalog offers of a package.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Offer {
    /// Its channels and versions.
    Package(Value),
    /// The catalog is known, and does not have the package.
    Nothing,
    /// Nobody could be asked, or the catalog is not known yet.
    #[default]
    Unknown,
}

/// What stands against the charts' Subscriptions.
#[derive(Debug, Default)]
pub struct Findings {
    /// OLM will never install them.
    pub refused: Vec<ArgoCdError>,
    /// Something to look at.
    pub warnings: Vec<String>,
}
