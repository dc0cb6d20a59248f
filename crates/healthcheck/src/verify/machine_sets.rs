//! MachineSets: each carries the infraID of this cluster, wherever it names one. One that GitOps brought from a cluster
//! that is gone does not, and makes no machines.

use diagnostics::{Check, CheckId};
use std::collections::{BTreeMap, BTreeSet};

use infra_id::Search;
use serde_json::Value;

use cluster_access::conditions::name;

pub(super) const ID: CheckId = CheckId::MachineSets;
/// Where the infraID stands in the labels of a MachineSet, in its selector, and in the labels of its Machines.
const LABEL: &str = "machine.openshift.io/cluster-api-cluster";
/// The maps of labels that hold it, as JSON pointers.
const LABELS: [&str; 3] =
    ["/metadata/labels", "/spec/selector/matchLabels", "/spec/template/metadata/labels"];
/// So many places of one infraID are named.
const NAMED: usize = 3;

pub(super) fn judge(infra_id: &str, machine_sets: &[Value]) -> Check {
    if machine_sets.is_empty() {
        return Check::skipped(ID, "there is none");
    }
    let against = machine_sets.iter().flat_map(|it| against(it, infra_id)).collect();
    Check::failed_by(ID, format!("{} of infraID {infra_id}", machine_sets.len()), against)
}

fn against(machine_set: &Value, infra_id: &str) -> Vec<String> {
    let name = name(machine_set);
    let others = others(machine_set, infra_id);
    let told = others.iter().map(|(id, places)| format!("{name} carries {id} in {}", listed(places)));
    let unmarked = machine_set["metadata"]["labels"][LABEL].is_null();
    let unmarked = unmarked.then(|| format!("{name} has no label {LABEL}"));
    told.chain(unmarked).collect()
}

/// The infraIDs that are not this cluster's, each with its places.
fn others(machine_set: &Value, infra_id: &str) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pointer in LABELS {
        let label = machine_set.pointer(pointer).and_then(|labels| labels[LABEL].as_str());
        if let Some(id) = label.filter(|id| *id != infra_id) {
            found.entry(secret::one_line(id)).or_default().push(field_path(pointer));
        }
    }
    let base = infra_id.rsplit_once('-').map_or(infra_id, |(base, _)| base);
    let leaves = leaves(machine_set);
    // What one place calls an infraID is one in the others too.
    let text: String = leaves.iter().map(|(_, line)| line.as_str()).collect();
    let known: BTreeSet<String> = ids(&Search::new(base, Some(infra_id), None), &text).collect();
    let search = Search::new(base, Some(infra_id), known.iter().chain(found.keys()).map(String::as_str));
    for (place, line) in &leaves {
        for id in ids(&search, line) {
            let places = found.entry(id).or_default();
            if !places.contains(place) {
                places.push(place.clone());
            }
        }
    }
    found
}

fn ids(search: &Search, text: &str) -> impl Iterator<Item = String> {
    search.find("machineset.yaml", text.as_bytes()).into_iter().map(|finding| finding.id)
}

/// Every text of what is wanted, as a line with its key, and where it stands. A map of labels is one place.
fn leaves(machine_set: &Value) -> Vec<(String, String)> {
    let mut found = vec![("metadata.name".to_owned(), format!("name: {}\n", name(machine_set)))];
    collect("/metadata/labels", "", &machine_set["metadata"]["labels"], &mut found);
    collect("/spec", "", &machine_set["spec"], &mut found);
    found
}

fn collect(pointer: &str, key: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let inner = if value.is_string() { pointer.to_owned() } else { format!("{pointer}/{key}") };
                collect(&inner, key, value, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| collect(pointer, key, value, found)),
        Value::String(text) => found.push((field_path(pointer), format!("{key}: {text}\n"))),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// `spec.selector.matchLabels`
fn field_path(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}

fn listed(places: &[String]) -> String {
    let named = places.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match places.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use diagnostics::CheckStatus;

    const OURS: &str = "prod-nkqd9";
    const OLD: &str = "prod-x7k2p";

    fn machine_set(name: &str, label: Option<&str>) -> Value {
        let labels = label.map(|label| json!({LABEL: label})).unwrap_or_default();
        json!({"metadata": {"name": name, "labels": labels}})
    }

    /// One as the installer makes it, with the infraID at each of its places.
    fn installed(id: &str) -> Value {
        let labels =
            json!({LABEL: id, "machine.openshift.io/cluster-api-machineset": format!("{id}-worker-a")});
        let provider = json!({
            "iamInstanceProfile": {"id": format!("{id}-worker-profile")},
            "subnet": {"filters": [{"name": "tag:Name", "values": [format!("{id}-subnet-private-a")]}]},
            "tags": [{"name": format!("kubernetes.io/cluster/{id}"), "value": "owned"}],
        });
        json!({
            "metadata": {"name": format!("{id}-worker-a"), "labels": {LABEL: id}},
            "spec": {
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": {"providerSpec": {"value": provider}}},
            },
        })
    }

    #[track_caller]
    fn check(machine_sets: &[Value], status: CheckStatus, details: &[&str]) {
        let check = judge(OURS, machine_sets);
        assert_eq!(
            (check.status(), check.details().iter().map(String::as_str).collect::<Vec<_>>()),
            (status, details.into())
        );
    }

    #[test]
    fn those_of_this_cluster_are_well_and_none_at_all_is_not_judged() {
        check(&[machine_set("a", Some(OURS)), installed(OURS)], CheckStatus::Ok, &[]);
        check(&[], CheckStatus::Skipped, &["there is none"]);
    }

    #[test]
    fn one_of_another_infra_id_or_of_none_is_named() {
        let all = [machine_set("gpu", Some(OLD)), machine_set("b", None)];
        let why = [
            "gpu carries prod-x7k2p in metadata.labels",
            "b has no label machine.openshift.io/cluster-api-cluster",
        ];
        check(&all, CheckStatus::Failed, &why);
    }

    #[test]
    fn every_mark_of_another_infra_id_counts_alone() {
        let (ours, old) = (installed(OURS), installed(OLD));
        let provider = "/spec/template/spec/providerSpec/value";
        let marks = [
            ("/metadata/name".to_owned(), "metadata.name"),
            ("/metadata/labels".to_owned(), "metadata.labels"),
            ("/spec/selector/matchLabels".to_owned(), "spec.selector.matchLabels"),
            ("/spec/template/metadata/labels".to_owned(), "spec.template.metadata.labels"),
            (format!("{provider}/iamInstanceProfile"), "providerSpec.value.iamInstanceProfile"),
            (format!("{provider}/subnet"), "providerSpec.value.subnet.filters.values"),
            (format!("{provider}/tags"), "providerSpec.value.tags"),
        ];
        for (pointer, place) in marks {
            let mut mixed = ours.clone();
            *mixed.pointer_mut(&pointer).unwrap() = old.pointer(&pointer).unwrap().clone();
            let check = judge(OURS, &[mixed]);
            assert_eq!(check.status(), CheckStatus::Failed, "{pointer}");
            let [told] = check.details() else { panic!("{pointer}: {check:?}") };
            assert!(told.contains(&format!("carries {OLD} in ")) && told.contains(place), "{told}");
        }
    }
}
