use std::collections::BTreeMap;

use cluster_access::{AccessError, Cluster, ObjectRef, get, has_kind, list, list_metadata, list_named};
use serde_json::Value;

use super::{Offer, Supply};
use crate::chart::ChartSubscription;
use crate::operator::install::COPIED_FROM;
use crate::operator::objects;

/// Reads what is there for `wanted`. What may not be read is noted; the cluster has an OLM.
///
/// # Errors
/// The cluster does not answer.
pub async fn observe(cluster: &Cluster, wanted: &[ChartSubscription]) -> Result<Supply, AccessError> {
    let mut supply = Supply::default();
    let subscriptions = list(cluster, &objects::all_subscriptions(), None).await;
    supply.subscriptions = allowed(subscriptions, &mut supply.unseen)?.unwrap_or_default();
    let own = format!("!{COPIED_FROM}");
    let csvs = list_metadata(cluster, &objects::all_csvs(), Some(&own)).await;
    supply.csvs = allowed(csvs, &mut supply.unseen)?.unwrap_or_default();
    for it in wanted {
        let namespace = &it.install_namespace;
        if !supply.groups.contains_key(namespace) {
            let groups = list(cluster, &objects::groups(namespace), None).await;
            let groups = allowed(groups, &mut supply.unseen)?;
            supply.groups.extend(groups.map(|groups| (namespace.clone(), groups)));
        }
        let catalog = catalog(it);
        if !supply.catalogs.contains_key(&catalog) {
            let found = get(cluster, &objects::catalog(&it.source_namespace, &it.source)).await;
            let found = allowed(found, &mut supply.unseen)?;
            supply.catalogs.extend(found.map(|found| (catalog, found)));
        }
    }
    supply.offers = offers(cluster, wanted, &mut supply).await;
    supply.unseen.dedup();
    Ok(supply)
}

/// `ns/name` of its CatalogSource.
pub(super) fn catalog(it: &ChartSubscription) -> String {
    format!("{}/{}", it.source_namespace, it.source)
}

/// None where we may not look, which is noted.
fn allowed<T>(found: Result<T, AccessError>, unseen: &mut Vec<String>) -> Result<Option<T>, AccessError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(AccessError::Forbidden { message, .. }) => {
            unseen.push(message);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// What the catalogs offer. A package server that does not answer stops no run: OLM resolves without it.
async fn offers(
    cluster: &Cluster,
    wanted: &[ChartSubscription],
    supply: &mut Supply,
) -> BTreeMap<String, Offer> {
    let mut offers = BTreeMap::new();
    match has_kind(cluster, &objects::package_manifests("")).await {
        Ok(true) => {}
        Ok(false) => return offers,
        Err(error) => {
            supply.unseen.push(error.to_string());
            return offers;
        }
    }
    for it in wanted.iter().filter(|it| is_ready(supply.catalogs.get(&catalog(it)))) {
        match offer(cluster, it).await {
            Ok(offer) => drop(offers.insert(it.key.clone(), offer)),
            Err(AccessError::NoSuchKind { .. }) => {}
            Err(AccessError::Forbidden { message, .. }) => supply.unseen.push(message),
            Err(error) => supply.unseen.push(error.to_string()),
        }
    }
    offers
}

/// The package server keeps what a catalog said last: while that one does not answer, it proves nothing.
fn is_ready(catalog: Option<&Option<Value>>) -> bool {
    let state = |found: &Value| found["status"]["connectionState"]["lastObservedState"] == "READY";
    catalog.and_then(Option::as_ref).is_some_and(state)
}

/// One catalog's package: others may have one of the same name. All of a catalog is tens of megabytes.
async fn offer(cluster: &Cluster, it: &ChartSubscription) -> Result<Offer, AccessError> {
    let kind = objects::package_manifests(&it.install_namespace);
    let labels = format!("catalog={},catalog-namespace={}", it.source, it.source_namespace);
    let found = list_named(cluster, &kind, &it.name, Some(&labels)).await?;
    if let Some(package) = found.into_iter().find(|found| found["metadata"]["name"] == it.name.as_str()) {
        return Ok(Offer::Package(package));
    }
    Ok(if is_known(cluster, &kind, &labels).await? { Offer::Nothing } else { Offer::Unknown })
}

/// Whether the package server knows anything of the catalog.
async fn is_known(cluster: &Cluster, kind: &ObjectRef, labels: &str) -> Result<bool, AccessError> {
    Ok(!list_metadata(cluster, kind, Some(labels)).await?.is_empty())
}
