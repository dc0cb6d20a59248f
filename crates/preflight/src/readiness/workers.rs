//! Nodes that take Pods: pure.

use serde_json::Value;

use super::Verdict;

/// One such node is enough: on a single-node cluster it is the control plane itself.
pub(super) fn judge(nodes: &[Value]) -> Verdict {
    if nodes.is_empty() {
        return Verdict::NotYet(vec!["there are no nodes".into()]);
    }
    let against: Vec<String> = nodes.iter().filter_map(against).collect();
    match nodes.len() - against.len() {
        0 => Verdict::NotYet(against),
        1 => Verdict::Ready(format!("1 of {}", nodes.len())),
        many => Verdict::Ready(format!("{many} of {}", nodes.len())),
    }
}

/// Why a node takes no Pods.
fn against(node: &Value) -> Option<String> {
    let name = node["metadata"]["name"].as_str().unwrap_or("?");
    if !is_ready(node) {
        return Some(format!("node {name} is not Ready"));
    }
    if node["spec"]["unschedulable"] == true {
        return Some(format!("node {name} is cordoned"));
    }
    let mut taints = node["spec"]["taints"].as_array().into_iter().flatten();
    let taint = taints.find(|taint| taint["effect"] == "NoSchedule" || taint["effect"] == "NoExecute")?;
    Some(format!("node {name} has the taint {}", taint["key"].as_str().unwrap_or("?")))
}

fn is_ready(node: &Value) -> bool {
    let mut conditions = node["status"]["conditions"].as_array().into_iter().flatten();
    conditions.any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn node(name: &str, ready: &str, spec: Value) -> Value {
        let status = json!({"conditions": [{"type": "MemoryPressure", "status": "True"}, {"type": "Ready", "status": ready}]});
        json!({"metadata": {"name": name}, "spec": spec, "status": status})
    }

    #[track_caller]
    fn not_yet(nodes: &[Value], expect: &[&str]) {
        let expect = expect.iter().map(|text| (*text).to_owned()).collect();
        assert_eq!(judge(nodes), Verdict::NotYet(expect));
    }

    fn tainted(effect: &str) -> Value {
        json!({"taints": [{"key": "node-role.kubernetes.io/master", "effect": effect}]})
    }

    #[test]
    fn a_cluster_without_nodes_runs_nothing() {
        not_yet(&[], &["there are no nodes"]);
    }

    #[test]
    fn each_node_says_why_it_takes_none() {
        not_yet(
            &[
                node("a", "Unknown", json!({})),
                node("b", "True", json!({"unschedulable": true})),
                node("c", "True", tainted("NoSchedule")),
                node("d", "True", tainted("NoExecute")),
                json!({"metadata": {"name": "e"}}),
            ],
            &[
                "node a is not Ready",
                "node b is cordoned",
                "node c has the taint node-role.kubernetes.io/master",
                "node d has the taint node-role.kubernetes.io/master",
                "node e is not Ready",
            ],
        );
    }

    #[test]
    fn one_that_does_is_enough_also_a_control_plane_that_is_alone() {
        assert_eq!(judge(&[node("sno", "True", json!({}))]), Verdict::Ready("1 of 1".into()));
        let both = [node("master", "True", tainted("NoSchedule")), node("worker", "True", json!({}))];
        assert_eq!(judge(&both), Verdict::Ready("1 of 2".into()));
        assert_eq!(judge(&[node("a", "True", tainted("PreferNoSchedule"))]), Verdict::Ready("1 of 1".into()));
    }
}
