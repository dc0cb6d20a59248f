//! Argo CD's Applications: Synced and Healthy. Those that are not yet, or not any more, are pointed out; whether that
//! is a failure only their owner knows.

use diagnostics::{Check, CheckId};
use serde_json::Value;

use cluster_access::conditions::{name, said, with_words};
use secret::one_line;

pub(super) const ID: CheckId = CheckId::Applications;

pub(super) fn judge(applications: &[Value]) -> Check {
    if applications.is_empty() {
        return Check::warning(ID, vec!["there is no Application".into()]);
    }
    let against = applications.iter().flat_map(against).collect();
    Check::warned_by(ID, format!("{} Synced and Healthy", applications.len()), against)
}

fn against(application: &Value) -> Vec<String> {
    let (name, status) = (name(application), &application["status"]);
    let mut against = Vec::new();
    match status["sync"]["status"].as_str() {
        Some("Synced") => {}
        Some(sync) => against.push(format!("{name} is {}", one_line(sync))),
        None => against.push(format!("{name} was not compared yet")),
    }
    match status["health"]["status"].as_str() {
        // Suspended is what its owner wanted.
        Some("Healthy" | "Suspended") => {}
        None => against.push(format!("{name} says nothing of its health")),
        Some(health) => {
            against.push(with_words(format!("{name} is {}", one_line(health)), &said(&status["health"])))
        }
    }
    against
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use diagnostics::CheckStatus;

    fn application(name: &str, sync: &str, health: &str) -> Value {
        json!({"metadata": {"name": name}, "status": {
            "sync": {"status": sync}, "health": {"status": health, "message": "1 of 3 pods"}}})
    }

    #[track_caller]
    fn check(applications: &[Value], status: CheckStatus, details: &[&str]) {
        let check = judge(applications);
        assert_eq!(
            (check.status(), check.details().iter().map(String::as_str).collect::<Vec<_>>()),
            (status, details.into())
        );
    }

    #[test]
    fn synced_and_healthy_or_suspended_is_well() {
        let all = [application("a", "Synced", "Healthy"), application("b", "Synced", "Suspended")];
        check(&all, CheckStatus::Ok, &[]);
    }

    #[test]
    fn what_is_not_is_a_warning_with_argo_cds_own_words() {
        let all = [application("a", "OutOfSync", "Healthy"), application("b", "Unknown", "Degraded")];
        check(&all, CheckStatus::Warning, &["a is OutOfSync", "b is Unknown", "b is Degraded: 1 of 3 pods"]);
    }

    #[test]
    fn one_without_a_status_was_not_compared_yet() {
        check(
            &[json!({"metadata": {"name": "a"}})],
            CheckStatus::Warning,
            &["a was not compared yet", "a says nothing of its health"],
        );
        check(&[], CheckStatus::Warning, &["there is no Application"]);
    }
}
