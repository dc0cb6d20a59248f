//! Nodes: each is Ready, and there is one.

use diagnostics::{Check, CheckId};
use serde_json::Value;

use cluster_access::conditions::{condition, is_true, name, said, with_words};

pub(super) const ID: CheckId = CheckId::Nodes;

pub(super) fn judge(nodes: &[Value]) -> Check {
    if nodes.is_empty() {
        return Check::failed(ID, vec!["there is no node".into()]);
    }
    let against = nodes.iter().filter(|node| !is_true(node, "Ready")).map(why).collect();
    Check::failed_by(ID, format!("{} Ready", nodes.len()), against)
}

fn why(node: &Value) -> String {
    let (name, ready) = (name(node), condition(node, "Ready"));
    match ready {
        Some(ready) => with_words(format!("{name} is not Ready"), &said(ready)),
        None => format!("{name} says nothing of being Ready"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use diagnostics::CheckStatus;

    fn node(name: &str, status: &str) -> Value {
        json!({"metadata": {"name": name}, "status": {"conditions": [
            {"type": "MemoryPressure", "status": "False"},
            {"type": "Ready", "status": status, "message": "kubelet\n stopped"}]}})
    }

    #[track_caller]
    fn check(nodes: &[Value], status: CheckStatus, details: &[&str]) {
        let check = judge(nodes);
        assert_eq!(check.status(), status);
        assert_eq!(check.details(), details);
    }

    #[test]
    fn all_ready_is_well() {
        check(&[node("a", "True"), node("b", "True")], CheckStatus::Ok, &[]);
    }

    #[test]
    fn one_that_is_not_is_named_with_what_it_says() {
        let nodes = [node("a", "True"), node("b", "False"), node("c", "Unknown")];
        let why = ["b is not Ready: kubelet stopped", "c is not Ready: kubelet stopped"];
        check(&nodes, CheckStatus::Failed, &why);
    }

    #[test]
    fn one_that_never_spoke_is_not_ready() {
        let fresh = json!({"metadata": {"name": "a"}});
        check(&[fresh], CheckStatus::Failed, &["a says nothing of being Ready"]);
    }

    #[test]
    fn a_cluster_has_at_least_one() {
        check(&[], CheckStatus::Failed, &["there is no node"]);
    }
}
