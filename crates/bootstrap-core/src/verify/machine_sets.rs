//! MachineSets: each carries the infraID of this cluster. One that GitOps brought from a cluster that is gone does not,
//! and makes no machines.

use serde_json::Value;

use super::objects::name;
use crate::check_row::Row;

pub(super) const SENTENCE: &str = "MachineSets carry the cluster's infraID";
/// Where the infraID stands on a MachineSet.
const LABEL: &str = "machine.openshift.io/cluster-api-cluster";

pub(super) fn judge(group: &'static str, infra_id: &str, machine_sets: &[Value]) -> Row {
    let against = machine_sets.iter().filter_map(|it| against(it, infra_id)).collect();
    Row::failed_by(group, format!("{SENTENCE} {infra_id} ({})", machine_sets.len()), against)
}

fn against(machine_set: &Value, infra_id: &str) -> Option<String> {
    match machine_set["metadata"]["labels"][LABEL].as_str() {
        Some(label) if label == infra_id => None,
        Some(label) => Some(format!("{} carries {label}", name(machine_set))),
        None => Some(format!("{} has no label {LABEL}", name(machine_set))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::check_row::RowStatus;

    fn machine_set(name: &str, label: Option<&str>) -> Value {
        let labels = label.map(|label| json!({LABEL: label})).unwrap_or_default();
        json!({"metadata": {"name": name, "labels": labels}})
    }

    #[track_caller]
    fn check(machine_sets: &[Value], status: RowStatus, details: &[&str]) {
        let row = judge("cluster", "prod-nkqd9", machine_sets);
        assert_eq!(
            (row.status, row.details.iter().map(String::as_str).collect::<Vec<_>>()),
            (status, details.into())
        );
    }

    #[test]
    fn those_of_this_cluster_and_none_at_all_are_well() {
        check(&[machine_set("a", Some("prod-nkqd9"))], RowStatus::Ok, &[]);
        check(&[], RowStatus::Ok, &[]);
    }

    #[test]
    fn one_of_another_infra_id_or_of_none_is_named() {
        let all = [machine_set("gpu", Some("prod-x7k2p")), machine_set("b", None)];
        let why = ["gpu carries prod-x7k2p", "b has no label machine.openshift.io/cluster-api-cluster"];
        check(&all, RowStatus::Failed, &why);
    }
}
