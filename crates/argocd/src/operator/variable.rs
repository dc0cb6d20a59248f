use serde_json::{Value, json};

/// The variable that keeps the operator from making ArgoCD openshift-gitops/openshift-gitops, and has it delete it.
pub const DISABLE_DEFAULT: &str = "DISABLE_DEFAULT_ARGOCD_INSTANCE";

/// `spec.config.env` (to the API server one value) with the variable set or left out, every other entry as it is.
/// None where it is so already.
pub(super) fn env(live: &Value, disable: bool) -> Option<Value> {
    let entries: Vec<&Value> = live.as_array().into_iter().flatten().collect();
    let ours: Vec<&Value> = entries.iter().copied().filter(|entry| is_ours(entry)).collect();
    let as_it_should_be = match (disable, ours.as_slice()) {
        (true, [one]) => **one == wanted(),
        (false, []) => true,
        _ => false,
    };
    if as_it_should_be {
        return None;
    }
    let mut env: Vec<Value> = entries.into_iter().filter(|entry| !is_ours(entry)).cloned().collect();
    env.extend(disable.then(wanted));
    Some(env.into())
}

/// Whether one of these containers is told to disable the default instance.
pub(super) fn is_carried(deployment: &Value) -> bool {
    let containers = deployment["spec"]["template"]["spec"]["containers"].as_array();
    containers.into_iter().flatten().any(|container| {
        let value = container["env"].as_array().into_iter().flatten().find(|entry| is_ours(entry));
        value
            .and_then(|entry| entry["value"].as_str())
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    })
}

fn is_ours(entry: &Value) -> bool {
    entry["name"] == DISABLE_DEFAULT
}

fn wanted() -> Value {
    json!({ "name": DISABLE_DEFAULT, "value": "true" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(live: Value, disable: bool, expect: Option<Value>) {
        assert_eq!(env(&live, disable), expect, "{live} {disable}");
    }

    fn other() -> Value {
        json!({"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}})
    }

    #[test]
    fn it_is_set_beside_whatever_else_is_there() {
        check(Value::Null, true, Some(json!([wanted()])));
        check(json!([other()]), true, Some(json!([other(), wanted()])));
    }

    #[test]
    fn it_is_removed_and_all_else_stays() {
        check(json!([wanted(), other()]), false, Some(json!([other()])));
        check(json!([wanted()]), false, Some(json!([])));
    }

    #[test]
    fn another_value_or_a_second_entry_is_mended() {
        check(json!([{"name": DISABLE_DEFAULT, "value": "false"}]), true, Some(json!([wanted()])));
        check(json!([wanted(), other(), wanted()]), true, Some(json!([other(), wanted()])));
        check(json!([{"name": DISABLE_DEFAULT, "value": "false"}]), false, Some(json!([])));
    }

    #[test]
    fn what_is_right_is_left() {
        check(json!([other(), wanted()]), true, None);
        check(json!([other()]), false, None);
        check(Value::Null, false, None);
        check(json!([]), false, None);
    }

    #[test]
    fn a_deployment_carries_it_whatever_its_case() {
        let carries = |entry: Value| {
            let container = json!({"env": [entry]});
            is_carried(&json!({"spec": {"template": {"spec": {"containers": [{}, container]}}}}))
        };
        assert!(carries(wanted()));
        assert!(carries(json!({"name": DISABLE_DEFAULT, "value": "True"})));
        assert!(!carries(json!({"name": DISABLE_DEFAULT, "value": "false"})));
        assert!(!carries(other()));
    }
}
