//! Whether a Deployment is rolled out, by the rule of `kubectl rollout status`.

use serde_json::Value;

use crate::ArgoCdError;
use crate::wait::Verdict;

/// Done once every replica is of the newest generation and available.
pub(crate) fn rolled_out(deployment: &Value) -> Verdict<()> {
    let (metadata, status) = (&deployment["metadata"], &deployment["status"]);
    let number = |value: &Value| value.as_u64().unwrap_or_default();
    if number(&status["observedGeneration"]) < number(&metadata["generation"]) {
        return Verdict::Waiting("its newest version has not been taken up yet".into());
    }
    if let Some(message) = gave_up(status) {
        return Verdict::Failed(ArgoCdError::RolloutFailed { object: name(metadata), message });
    }
    let wanted = deployment["spec"]["replicas"].as_u64().unwrap_or(1);
    let [updated, all, available] =
        ["updatedReplicas", "replicas", "availableReplicas"].map(|key| number(&status[key]));
    if updated < wanted {
        return Verdict::Waiting(format!("{updated} of {wanted} replicas are updated").into());
    }
    if all > updated {
        return Verdict::Waiting(format!("{} old replicas have yet to end", all - updated).into());
    }
    if available < updated {
        return Verdict::Waiting(format!("{available} of {updated} updated replicas are available").into());
    }
    Verdict::Done(())
}

/// Kubernetes itself has given up.
fn gave_up(status: &Value) -> Option<String> {
    let conditions = status["conditions"].as_array();
    let found = conditions.into_iter().flatten().find(|condition| {
        condition["type"] == "Progressing" && condition["reason"] == "ProgressDeadlineExceeded"
    })?;
    Some(secret::one_line(found["message"].as_str().unwrap_or("its progress deadline has passed")))
}

fn name(metadata: &Value) -> String {
    let text = |key: &str| metadata[key].as_str().unwrap_or_default();
    format!("Deployment {}/{}", text("namespace"), text("name"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(status: Value, expect: &str) {
        let deployment = json!({
            "metadata": {"namespace": "ns", "name": "it", "generation": 2}, "spec": {"replicas": 2}, "status": status,
        });
        let said = match rolled_out(&deployment) {
            Verdict::Done(()) => "done".into(),
            Verdict::Waiting(why) => why.words,
            Verdict::Failed(error) => error.to_string(),
        };
        assert_eq!(said, expect);
    }

    #[test]
    fn one_that_is_rolled_out() {
        check(
            json!({"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}),
            "done",
        );
    }

    #[test]
    fn one_whose_change_nobody_saw() {
        check(
            json!({"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}),
            "its newest version has not been taken up yet",
        );
    }

    #[test]
    fn one_on_its_way() {
        check(json!({"observedGeneration": 2}), "0 of 2 replicas are updated");
        check(
            json!({"observedGeneration": 2, "replicas": 3, "updatedReplicas": 2}),
            "1 old replicas have yet to end",
        );
        check(
            json!({"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 1}),
            "1 of 2 updated replicas are available",
        );
    }

    #[test]
    fn one_that_kubernetes_gave_up() {
        let condition =
            json!({"type": "Progressing", "reason": "ProgressDeadlineExceeded", "message": "too slow"});
        check(
            json!({"observedGeneration": 2, "conditions": [condition]}),
            "roll out Deployment ns/it: too slow",
        );
    }
}
