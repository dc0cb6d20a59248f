use cluster_access::{FIELD_MANAGER, managers, owned_by_us};
use serde_json::Value;

use super::{BindingRelease, ReviewerChanges, ReviewerState};
use crate::desired::Reviewer;
use crate::reviewer::{OWNER, is_subject};
use crate::rights::AUTH_DELEGATOR;

/// Decides which of the reviewer's objects go: those that we wrote. Pure.
pub fn plan_reviewer(reviewer: &Reviewer, state: &ReviewerState) -> ReviewerChanges {
    let mut changes = ReviewerChanges { reviewer: reviewer.clone(), ..ReviewerChanges::default() };
    if let Some(binding) = &state.binding {
        changes.binding = release_of_binding(binding, reviewer);
        if changes.binding.is_none() {
            changes.left.push(left(&changes.binding_ref().to_string(), binding));
        }
    }
    if let Some(secret) = &state.secret {
        changes.secret = is_our_secret(secret, reviewer);
        if !changes.secret {
            changes.left.push(left(&changes.secret_ref().to_string(), secret));
        }
    }
    if let Some(account) = &state.service_account {
        changes.service_account = is_our_account(account, changes.secret);
        if !changes.service_account {
            changes.left.push(left(&changes.service_account_ref().to_string(), account));
        }
    }
    changes
}

fn left(object: &str, live: &Value) -> String {
    let others: Vec<String> = managers(live).into_iter().filter(|manager| manager != FIELD_MANAGER).collect();
    match others.is_empty() {
        true => format!("{object} stays: it is not this program's"),
        false => format!("{object} stays: it is not this program's alone ({})", others.join(", ")),
    }
}

pub(super) fn release_of_binding(binding: &Value, reviewer: &Reviewer) -> Option<BindingRelease> {
    let role = &binding["roleRef"];
    let is_ours = owned_by_us(binding) && role["kind"] == "ClusterRole" && role["name"] == AUTH_DELEGATOR;
    let subjects = binding["subjects"].as_array().map(Vec::as_slice).unwrap_or_default();
    let has_reviewer = subjects.iter().any(|subject| is_subject(reviewer, subject));
    match remaining(binding, reviewer).is_empty() {
        _ if !is_ours || !has_reviewer => None,
        true => Some(BindingRelease::Delete),
        false => Some(BindingRelease::DropSubject),
    }
}

/// The subjects that are not the reviewer.
pub(super) fn remaining(binding: &Value, reviewer: &Reviewer) -> Vec<Value> {
    let subjects = binding["subjects"].as_array().into_iter().flatten();
    subjects.filter(|subject| !is_subject(reviewer, subject)).cloned().collect()
}

pub(super) fn is_our_secret(secret: &Value, reviewer: &Reviewer) -> bool {
    owned_by_us(secret) && secret["metadata"]["annotations"][OWNER] == reviewer.service_account.as_str()
}

/// A ServiceAccount has no field of ours by which it could be known, unless it has labels: it is ours where its token
/// Secret is, and nobody but controllers and people by hand wrote to it.
pub(super) fn is_our_account(account: &Value, secret_is_ours: bool) -> bool {
    let nobody_elses = managers(account).iter().all(|manager| {
        let of = |tool: &str| manager.as_str() == tool || manager.starts_with(&format!("{tool}-"));
        manager == FIELD_MANAGER || manager.contains("controller-manager") || of("kubectl") || of("oc")
    });
    let owners = account["metadata"]["ownerReferences"].as_array().is_some_and(|owners| !owners.is_empty());
    (secret_is_ours || owned_by_us(account)) && nobody_elses && !owners
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_account_is_ours_with_its_secret_where_controllers_and_people_alone_wrote_to_it() {
        let account = |manager: &str, owners: Value| {
            let held = json!([{"manager": manager, "operation": "Update", "fieldsV1": {}}]);
            json!({"metadata": {"managedFields": held, "ownerReferences": owners}})
        };
        for (manager, expect) in [
            (FIELD_MANAGER, true),
            ("kube-controller-manager", true),
            ("kubectl", true),
            ("kubectl-create", true),
            ("oc", true),
            ("oc-apply", true),
            ("octopus", false),
            ("helm", false),
        ] {
            assert_eq!(is_our_account(&account(manager, json!([])), true), expect, "{manager}");
        }
        assert!(!is_our_account(&account("kubectl", json!([])), false));
        assert!(!is_our_account(&account("kubectl", json!([{"kind": "Deployment"}])), true));
    }
}
