//! ClusterOperators: each is Available, and none is Degraded.

use diagnostics::{Check, CheckId};
use serde_json::Value;

use cluster_access::conditions::{condition, is_true, name, said, with_words};

pub(super) const ID: CheckId = CheckId::ClusterOperators;

pub(super) fn judge(operators: &[Value]) -> Check {
    if operators.is_empty() {
        return Check::failed(ID, vec!["there is no ClusterOperator".into()]);
    }
    let against = operators.iter().flat_map(against).collect();
    Check::failed_by(ID, format!("{} Available", operators.len()), against)
}

fn against(operator: &Value) -> Vec<String> {
    let mut against = Vec::new();
    if !is_true(operator, "Available") {
        against.push(match condition(operator, "Available") {
            Some(available) => with_words(format!("{} is not Available", name(operator)), &said(available)),
            None => format!("{} says nothing of being Available", name(operator)),
        });
    }
    if let Some(degraded) = condition(operator, "Degraded").filter(|it| it["status"] == "True") {
        against.push(with_words(format!("{} is Degraded", name(operator)), &said(degraded)));
    }
    against
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use diagnostics::CheckStatus;

    fn operator(name: &str, available: &str, degraded: &str) -> Value {
        json!({"metadata": {"name": name}, "status": {"conditions": [
            {"type": "Available", "status": available, "message": "no endpoints"},
            {"type": "Degraded", "status": degraded, "reason": "SyncFailed"}]}})
    }

    #[track_caller]
    fn check(operators: &[Value], status: CheckStatus, details: &[&str]) {
        let check = judge(operators);
        assert_eq!(
            (check.status(), check.details().iter().map(String::as_str).collect::<Vec<_>>()),
            (status, details.into())
        );
    }

    #[test]
    fn available_and_not_degraded_is_well() {
        check(&[operator("dns", "True", "False")], CheckStatus::Ok, &[]);
    }

    #[test]
    fn what_an_operator_lacks_is_told_with_its_own_words() {
        let operators = [operator("dns", "False", "True"), operator("etcd", "True", "True")];
        let why = [
            "dns is not Available: no endpoints",
            "dns is Degraded: SyncFailed",
            "etcd is Degraded: SyncFailed",
        ];
        check(&operators, CheckStatus::Failed, &why);
    }

    #[test]
    fn degraded_unknown_is_not_degraded() {
        check(&[operator("dns", "True", "Unknown")], CheckStatus::Ok, &[]);
    }

    #[test]
    fn one_that_never_spoke_is_not_available() {
        let fresh = json!({"metadata": {"name": "dns"}});
        check(&[fresh], CheckStatus::Failed, &["dns says nothing of being Available"]);
        check(&[], CheckStatus::Failed, &["there is no ClusterOperator"]);
    }
}
