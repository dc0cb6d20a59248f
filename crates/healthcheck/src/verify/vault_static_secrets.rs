//! VaultStaticSecrets: what the cluster takes from Vault arrives. The operator leaves `SecretSynced` and `Ready` as
//! they were when it could not log in for a moment, and mends `Healthy` first: where that is True, the others are stale.

use diagnostics::{Check, CheckId};
use serde_json::Value;

use cluster_access::conditions::{conditions, is_true, path, said, with_words};

pub(super) const ID: CheckId = CheckId::StaticSecrets;

pub(super) fn judge(secrets: &[Value]) -> Check {
    if secrets.is_empty() {
        return Check::skipped(ID, "there is none");
    }
    let sentence = format!("{} synced", secrets.len());
    let against: Vec<String> = secrets.iter().flat_map(against).collect();
    let silent: Vec<String> = secrets.iter().filter_map(silent).collect();
    if against.is_empty() {
        return Check::warned_by(ID, sentence, silent);
    }
    Check::failed(ID, against.into_iter().chain(silent).collect())
}

fn against(secret: &Value) -> Vec<String> {
    if is_true(secret, "Healthy") {
        return Vec::new();
    }
    let counts = |condition: &&Value| {
        matches!(condition["type"].as_str(), Some("SecretSynced" | "Ready")) && condition["status"] != "True"
    };
    let text = |condition: &Value, key: &str| condition[key].as_str().unwrap_or("?").to_owned();
    let told = |condition: &Value| {
        let (kind, status) = (text(condition, "type"), text(condition, "status"));
        with_words(format!("{}: {kind} is {status}", path(secret)), &said(condition))
    };
    conditions(secret).filter(counts).map(told).collect()
}

fn silent(secret: &Value) -> Option<String> {
    let speaks = |it: &Value| matches!(it["type"].as_str(), Some("SecretSynced" | "Ready"));
    let none = !is_true(secret, "Healthy") && !conditions(secret).any(speaks);
    none.then(|| {
        format!("{} does not say that it is synced: does the Vault Secrets Operator run?", path(secret))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use diagnostics::CheckStatus;

    fn secret(conditions: &[(&str, &str)]) -> Value {
        let conditions: Vec<Value> = conditions
            .iter()
            .map(|(kind, status)| json!({"type": kind, "status": status, "message": "403 at login"}))
            .collect();
        json!({"metadata": {"namespace": "apps", "name": "db"}, "status": {"conditions": conditions}})
    }

    #[track_caller]
    fn check(conditions: &[(&str, &str)], status: CheckStatus, details: &[&str]) {
        let check = judge(&[secret(conditions)]);
        assert_eq!(
            (check.status(), check.details().iter().map(String::as_str).collect::<Vec<_>>()),
            (status, details.into())
        );
    }

    #[test]
    fn synced_is_well() {
        check(&[("SecretSynced", "True"), ("Ready", "True"), ("Healthy", "True")], CheckStatus::Ok, &[]);
        check(&[("SecretSynced", "True")], CheckStatus::Ok, &[]);
    }

    #[test]
    fn a_stale_condition_counts_for_nothing_where_healthy_is_true() {
        check(&[("SecretSynced", "False"), ("Ready", "False"), ("Healthy", "True")], CheckStatus::Ok, &[]);
    }

    #[test]
    fn it_counts_where_healthy_is_not_true_either() {
        let why = ["apps/db: SecretSynced is False: 403 at login"];
        check(&[("SecretSynced", "False"), ("Healthy", "False")], CheckStatus::Failed, &why);
        check(&[("SecretSynced", "False"), ("Healthy", "Unknown")], CheckStatus::Failed, &why);
        check(&[("SecretSynced", "False")], CheckStatus::Failed, &why);
        check(&[("Ready", "Unknown")], CheckStatus::Failed, &["apps/db: Ready is Unknown: 403 at login"]);
    }

    #[test]
    fn another_condition_alone_is_no_failure_and_no_proof() {
        let why = "apps/db does not say that it is synced: does the Vault Secrets Operator run?";
        check(&[("Healthy", "False"), ("RolloutRestart", "False")], CheckStatus::Warning, &[why]);
    }

    #[test]
    fn one_that_says_nothing_is_pointed_out() {
        check(
            &[],
            CheckStatus::Warning,
            &["apps/db does not say that it is synced: does the Vault Secrets Operator run?"],
        );
        assert_eq!(judge(&[]).status(), CheckStatus::Skipped);
    }
}
