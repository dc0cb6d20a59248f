//! What OLM does not tell, and what no waiting mends: it ends the wait in seconds.

use std::time::Duration;

use cluster_access::ObjectRef;
use secret::one_line;
use serde_json::Value;

use super::csv::{RETRIED, copied_from};
use super::words::name;
use crate::ArgoCdError;
use crate::wait::Seen;

/// How long a Subscription may be gone: it may be made again by whoever deleted it.
const GONE: Duration = Duration::from_secs(5);

pub(crate) const NOT_READ: &str = "is in a namespace whose catalogs OLM does not read for this Subscription";
pub(crate) const MISSING: &str = "is not there";

/// The namespaces whose catalogs serve every other: OpenShift's, and that of OLM elsewhere.
const GLOBAL: [&str; 2] = [crate::chart::MARKETPLACE, "olm"];

/// One of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Amiss {
    /// Somebody deleted the Subscription.
    Gone,
    /// The ClusterServiceVersion is OLM's copy of the one in this namespace.
    Copied(String),
    /// The namespace has none, or several of these OperatorGroups: OLM writes nothing but its log.
    Groups(Vec<String>),
    /// The CatalogSource is missing.
    NoCatalog,
}

impl Amiss {
    /// The first of what is seen.
    pub(super) fn of(seen: &Seen) -> Option<Self> {
        if seen.of("Subscription").is_none() {
            return Some(Self::Gone);
        }
        let csv = seen.of("ClusterServiceVersion");
        if let Some(from) = csv.and_then(copied_from) {
            return Some(Self::Copied(one_line(from)));
        }
        if let Some(groups) = seen.listed("OperatorGroup").filter(|groups| groups.len() != 1) {
            return Some(Self::Groups(groups.iter().map(short).collect()));
        }
        let catalog = seen.named("CatalogSource").is_some() && seen.of("CatalogSource").is_none();
        (catalog && csv.is_none()).then_some(Self::NoCatalog)
    }

    /// What stands, for the time it does.
    pub(super) fn key(&self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Copied(_) => "copied",
            Self::Groups(groups) if groups.is_empty() => "no group",
            Self::Groups(_) => "groups",
            Self::NoCatalog => "no catalog",
        }
    }

    /// How long it may last: copies of what was just deleted go within seconds, OpenShift makes its catalogs again.
    pub(super) fn lasts(&self) -> Duration {
        if *self == Self::Gone { GONE } else { RETRIED }
    }

    /// The reason for waiting meanwhile; None where the Subscription may say more.
    pub(super) fn words(&self, place: &ObjectRef, seen: &Seen) -> Option<String> {
        let namespace = place.namespace.as_deref().unwrap_or_default();
        match self {
            Self::Gone => Some("the Subscription is not there".into()),
            Self::Copied(from) => {
                let csv = seen.of("ClusterServiceVersion").map(name).unwrap_or_default();
                Some(format!("{csv} is a copy: the operator runs in {from}"))
            }
            Self::Groups(groups) if groups.is_empty() => {
                Some(format!("{namespace} has no OperatorGroup: OLM installs nothing there"))
            }
            Self::Groups(groups) => Some(format!(
                "{namespace} has {} OperatorGroups ({}): OLM installs nothing there",
                groups.len(),
                groups.join(", ")
            )),
            Self::NoCatalog => None,
        }
    }

    /// The end of the wait.
    pub(super) fn error(self, place: &ObjectRef, seen: &Seen, meant: Option<String>) -> ArgoCdError {
        let namespace = place.namespace.clone().unwrap_or_default();
        match self {
            Self::Gone => ArgoCdError::SubscriptionGone { object: place.to_string(), csv: meant },
            Self::Copied(from) => {
                let csv = seen.of("ClusterServiceVersion").map(short).unwrap_or_default();
                let object = format!("ClusterServiceVersion {from}/{csv}");
                let (package, subscription) = (place.name.clone(), Some(place.to_string()));
                ArgoCdError::Orphaned { package, object, subscription }
            }
            Self::Groups(groups) if groups.is_empty() => ArgoCdError::NoGroup { namespace },
            Self::Groups(groups) => ArgoCdError::ManyGroups { namespace, groups },
            Self::NoCatalog => no_catalog(place, seen, MISSING),
        }
    }
}

pub(super) fn no_catalog(place: &ObjectRef, seen: &Seen, why: &'static str) -> ArgoCdError {
    let catalog = seen.named("CatalogSource").map(ToString::to_string).unwrap_or_default();
    ArgoCdError::NoCatalog { object: place.to_string(), catalog, why, key: "operators.gitops".into() }
}

/// Whether OLM reads the catalogs of `namespace` for the Subscriptions of `own`.
pub(crate) fn is_read(namespace: &str, own: &str) -> bool {
    namespace == own || GLOBAL.contains(&namespace)
}

fn short(object: &Value) -> String {
    one_line(object["metadata"]["name"].as_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_each_is_counted_for_itself() {
        let groups = |names: &[&str]| Amiss::Groups(names.iter().map(ToString::to_string).collect());
        let all =
            [Amiss::Gone, Amiss::Copied("ns".into()), groups(&[]), groups(&["a", "b"]), Amiss::NoCatalog];
        let keys: std::collections::BTreeSet<&str> = all.iter().map(Amiss::key).collect();
        assert_eq!(keys.len(), all.len());
    }
}
