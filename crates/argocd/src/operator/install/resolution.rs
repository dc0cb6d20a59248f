//! What keeps OLM from resolving a Subscription, and whose error it is. OLM puts the error of one Subscription, or of one
//! catalog, on all Subscriptions of the namespace, in words that differ from one resolution to the next.

use secret::one_line;
use serde_json::Value;

use super::words::words;

/// Conditions of a Subscription that keep OLM from installing. They end the wait when they stand.
pub(super) const RESOLUTION_CONDITIONS: [&str; 3] =
    ["ResolutionFailed", "BundleUnpackFailed", "InstallPlanFailed"];

/// Conditions that say what OLM is at. They never end the wait.
const WORDS_FOR_WAITING: [&str; 3] = ["BundleUnpacking", "InstallPlanPending", "CatalogSourcesUnhealthy"];

/// What keeps OLM back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    /// The type of the condition.
    pub kind: String,
    /// Type and reason: what stands while the message differs.
    pub standing: String,
    /// Type, reason and message.
    pub words: String,
    /// Whose error it is.
    pub blame: Blame,
}

/// Whose error it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Blame {
    /// The Subscription's own.
    Own,
    /// This ClusterServiceVersion's, which no Subscription refers to.
    Orphan(String),
    /// This catalog's, `ns/name`: OLM asks all catalogs, and one that fails keeps back all.
    Catalog(String),
    /// This Subscription's of the same namespace.
    Subscription(String),
}

/// The first condition that keeps OLM from going on.
pub(super) fn trouble(subscription: &Value) -> Option<Trouble> {
    let found = RESOLUTION_CONDITIONS.iter().find_map(|kind| condition(subscription, kind))?;
    let kind = one_line(found["type"].as_str().unwrap_or_default());
    let standing = format!("{kind}: {}", found["reason"].as_str().unwrap_or_default());
    let message = found["message"].as_str().unwrap_or_default();
    let blame = blame(message, subscription["metadata"]["name"].as_str().unwrap_or_default());
    Some(Trouble { words: format!("{kind}: {}", words(found)), kind, standing, blame })
}

/// What OLM is at, where it says so.
pub(super) fn at_work(subscription: &Value) -> Option<(String, bool)> {
    let said = |kind: &&str| {
        let found = condition(subscription, kind)?;
        let message = one_line(found["message"].as_str().unwrap_or_default());
        match (*kind, message.is_empty()) {
            ("BundleUnpacking", true) => Some(("OLM is unpacking the operator's bundle".into(), false)),
            (_, true) => None,
            (kind, false) => Some((format!("{kind}: {message}"), message.contains("pull failed"))),
        }
    };
    WORDS_FOR_WAITING.iter().find_map(said)
}

fn condition<'a>(subscription: &'a Value, kind: &str) -> Option<&'a Value> {
    let mut all = subscription["status"]["conditions"].as_array().into_iter().flatten();
    all.find(|one| one["type"] == kind && one["status"] == "True")
}

fn blame(message: &str, own: &str) -> Blame {
    if let Some(csv) = orphan(message) {
        return Blame::Orphan(csv.to_owned());
    }
    if let Some(catalog) = after(message, "error using catalogsource ") {
        return Blame::Catalog(one_line(catalog.trim_end_matches(':')));
    }
    let named: Vec<&str> = all_after(message, "referenced by subscription ").collect();
    match named.first() {
        Some(other) if !named.contains(&own) => Blame::Subscription(one_line(other)),
        _ => Blame::Own,
    }
}

/// `clusterserviceversion x exists and is not referenced by a subscription`
fn orphan(message: &str) -> Option<&str> {
    let before = message.split(" exists and is not referenced by a subscription").next()?;
    let found = before.len() < message.len();
    before.rsplit("clusterserviceversion ").next().filter(|_| found).map(str::trim)
}

/// The word after `words`.
fn after<'a>(message: &'a str, words: &str) -> Option<&'a str> {
    all_after(message, words).next()
}

fn all_after<'a>(message: &'a str, words: &str) -> impl Iterator<Item = &'a str> {
    let mut parts = message.split(words);
    parts.next();
    parts.map(|rest| rest.split([' ', ',']).next().unwrap_or_default())
}
