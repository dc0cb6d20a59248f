use serde_json::Value;

use super::groups::{channel, unfit};
use super::left_over::left_over;
use super::observe::catalog;
use super::{Findings, Offer, Supply};
use crate::ArgoCdError;
use crate::chart::ChartSubscription;
use crate::operator::install::{MISSING, NOT_READ, is_read};
use crate::operator::objects;
use crate::operator::plan::{is_at, is_resolved};

/// The plan of the GitOps operator knows this one's OperatorGroups and Subscriptions.
const GITOPS: &str = "operators.gitops";

/// Decides what of `wanted` OLM can't install. `await_catalogs`: a CatalogSource that is missing is waited for elsewhere.
pub fn judge(wanted: &[ChartSubscription], supply: &Supply, await_catalogs: bool) -> Findings {
    let mut findings = Findings::default();
    for it in wanted {
        let place = objects::subscription(&it.install_namespace, &it.name);
        let live = supply.subscriptions.iter().find(|found| is_at(found, &place));
        findings.refused.extend(left_overs(it, supply, live.is_some()));
        let against = against(it, supply, await_catalogs);
        // What is resolved stays as it is.
        match live.is_some_and(is_resolved) {
            true => findings
                .warnings
                .extend(against.iter().map(|error| format!("{error}; it is installed already"))),
            false => findings.refused.extend(against),
        }
        findings.warnings.extend(odd(it, supply));
    }
    if !supply.unseen.is_empty() {
        let text = format!("not all that OLM needs could be checked: {}", supply.unseen.join("; "));
        findings.warnings.push(text);
    }
    findings
}

fn left_overs(it: &ChartSubscription, supply: &Supply, is_there: bool) -> Vec<ArgoCdError> {
    let left = left_over(&it.name, &supply.csvs, &supply.subscriptions);
    let subscription = is_there.then(|| objects::subscription(&it.install_namespace, &it.name).to_string());
    let orphaned = |path: String| ArgoCdError::Orphaned {
        package: it.name.clone(),
        object: format!("ClusterServiceVersion {path}"),
        subscription: subscription.clone(),
    };
    left.into_iter().map(orphaned).collect()
}

fn against(it: &ChartSubscription, supply: &Supply, await_catalogs: bool) -> Vec<ArgoCdError> {
    let offer = supply.offers.get(&it.key).unwrap_or(&Offer::Unknown);
    let source = source(it, supply, await_catalogs).or_else(|| not_offered(it, offer));
    let group = match supply.groups.get(&it.install_namespace).map(Vec::as_slice) {
        Some([one]) => unfit(it, one, offer),
        Some(many) if many.len() > 1 && it.key != GITOPS => Some(many_groups(it, many)),
        _ => None,
    };
    source.into_iter().chain(group).collect()
}

fn many_groups(it: &ChartSubscription, groups: &[Value]) -> ArgoCdError {
    let name = |group: &Value| secret::one_line(group["metadata"]["name"].as_str().unwrap_or_default());
    let (namespace, groups) = (it.install_namespace.clone(), groups.iter().map(name).collect());
    ArgoCdError::ManyGroups { namespace, groups }
}

/// A CatalogSource that is missing, or that OLM does not read.
fn source(it: &ChartSubscription, supply: &Supply, await_catalogs: bool) -> Option<ArgoCdError> {
    let missing = supply.catalogs.get(&catalog(it)) == Some(&None) && !await_catalogs;
    let why = match is_read(&it.source_namespace, &it.install_namespace) {
        false => NOT_READ,
        true if missing => MISSING,
        true => return None,
    };
    Some(ArgoCdError::NoCatalog {
        object: objects::subscription(&it.install_namespace, &it.name).to_string(),
        catalog: objects::catalog(&it.source_namespace, &it.source).to_string(),
        why,
        key: it.key.clone(),
    })
}

/// A package, a channel or a version that the catalog does not have.
fn not_offered(it: &ChartSubscription, offer: &Offer) -> Option<ArgoCdError> {
    let error = |key: &str, what: String, offered: Vec<String>| ArgoCdError::NotOffered {
        object: objects::subscription(&it.install_namespace, &it.name).to_string(),
        catalog: objects::catalog(&it.source_namespace, &it.source).to_string(),
        what,
        offered: offered.into(),
        key: format!("{}.{key}", it.key),
    };
    let package = match offer {
        Offer::Package(package) => package,
        Offer::Nothing => return Some(error("name", format!("package {}", it.name), Vec::new())),
        Offer::Unknown => return None,
    };
    let Some(found) = channel(it, package) else {
        let what = format!("channel {} of package {}", it.channel.as_deref().unwrap_or_default(), it.name);
        return Some(error("channel", what, names(&package["status"]["channels"])));
    };
    let wanted = it.starting_csv.as_deref()?;
    let versions = names(&found["entries"]);
    let is_head = found["currentCSV"] == wanted;
    // An older package server lists no versions.
    let is_there = is_head || versions.is_empty() || versions.iter().any(|version| version == wanted);
    let what = || format!("{wanted} in channel {}", found["name"].as_str().unwrap_or_default());
    (!is_there).then(|| error("startingCSV", what(), versions.into_iter().take(5).collect()))
}

fn names(list: &Value) -> Vec<String> {
    let names = list.as_array().into_iter().flatten().filter_map(|one| one["name"].as_str());
    names.map(secret::one_line).collect()
}

/// What the chart's own templates may bring about; others may mend it before.
fn odd(it: &ChartSubscription, supply: &Supply) -> Vec<String> {
    if it.key == GITOPS {
        return Vec::new();
    }
    let wanted = objects::subscription(&it.install_namespace, &it.name);
    let elsewhere = supply
        .subscriptions
        .iter()
        .find(|found| found["spec"]["name"] == it.name.as_str() && !is_at(found, &wanted));
    let elsewhere = elsewhere.map(|found| {
        let text = |key: &str| found["metadata"][key].as_str().unwrap_or_default();
        let place = secret::one_line(&format!("{}/{}", text("namespace"), text("name")));
        format!("{} is subscribed already as {place}, and the chart subscribes it as {wanted} too: OLM then fails one of them", it.name)
    });
    elsewhere.into_iter().chain(group_to_come(it, supply)).collect()
}

/// The OperatorGroup that the chart makes beside another one, or that nobody makes.
fn group_to_come(it: &ChartSubscription, supply: &Supply) -> Option<String> {
    let groups = names_of(supply.groups.get(&it.install_namespace)?);
    let namespace = &it.install_namespace;
    match (&it.makes_group, groups.as_slice()) {
        (Some(ours), [other]) if other != ours => Some(format!(
            "the chart makes OperatorGroup {namespace}/{ours} beside {other}, and OLM installs nothing in a namespace with two"
        )),
        (None, []) => Some(format!(
            "{namespace} has no OperatorGroup, the chart makes none there, and OLM installs {} only with one",
            it.name
        )),
        _ => None,
    }
}

fn names_of(groups: &[Value]) -> Vec<String> {
    let name = |group: &Value| secret::one_line(group["metadata"]["name"].as_str().unwrap_or_default());
    groups.iter().map(name).collect()
}

#[cfg(test)]
mod tests;
