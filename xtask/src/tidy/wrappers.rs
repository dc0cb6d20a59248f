use crate::tidy::graph::{Graph, Kind};

/// One way to each system: who may depend on a crate directly.
struct Wrapper {
    /// The crates; one that ends in `-` stands for all whose names begin so.
    crates: &'static [&'static str],
    users: &'static [&'static str],
    /// Their tests may as well.
    testers: &'static [&'static str],
}

const WRAPPERS: [Wrapper; 4] = [
    // The sandbox plays the cluster: its tests ask it with the client that the program has.
    Wrapper { crates: &["kube", "kube-", "k8s-openapi"], users: &["cluster-access"], testers: &["sandbox"] },
    Wrapper { crates: &["vaultrs", "rustify", "rustify_derive"], users: &["vault-access"], testers: &[] },
    Wrapper { crates: &["gix", "gix-"], users: &["gitops-clone"], testers: &[] },
    Wrapper { crates: &["reqwest"], users: &["vault-access", "gitops-clone", "sandbox"], testers: &[] },
];

/// A client of an outside system is used by its own room alone; everybody else comes through that room's door.
pub(crate) fn check(graph: &Graph) -> Vec<String> {
    let mut problems = Vec::new();
    for room in graph.ours() {
        for (needed, kinds) in graph.needs(room) {
            let Some(wrapper) = WRAPPERS.iter().find(|wrapper| wrapper.holds(&needed.name)) else {
                continue;
            };
            if !wrapper.allows(&room.name, kinds.iter().all(|kind| *kind == Kind::Dev)) {
                let users = wrapper.users.join(", ");
                problems.push(format!("{} must not depend on {}: only {users} may", room.name, needed.name));
            }
        }
    }
    problems
}

impl Wrapper {
    fn holds(&self, name: &str) -> bool {
        self.crates.iter().any(|held| *held == name || held.ends_with('-') && name.starts_with(held))
    }

    fn allows(&self, room: &str, only_tests: bool) -> bool {
        self.users.contains(&room) || only_tests && self.testers.contains(&room)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::graph::planted::graph;

    fn edge(room: &str, needed: &str, kind: Kind) -> Vec<String> {
        check(&graph(&[room], &[(room, &[(needed, kind)])]))
    }

    #[test]
    fn the_one_room_of_a_client_may_use_it() {
        assert!(edge("cluster-access", "kube", Kind::Normal).is_empty());
        assert!(edge("vault-access", "rustify", Kind::Normal).is_empty());
        assert!(edge("gitops-clone", "gix", Kind::Normal).is_empty());
    }

    #[test]
    fn every_other_room_comes_through_its_door() {
        assert_eq!(
            edge("argocd", "kube", Kind::Normal),
            ["argocd must not depend on kube: only cluster-access may"]
        );
        assert_eq!(edge("credentials", "vaultrs", Kind::Normal).len(), 1);
        assert_eq!(edge("bootstrap-core", "gix", Kind::Normal).len(), 1);
        assert_eq!(edge("argocd", "k8s-openapi", Kind::Dev).len(), 1);
        assert_eq!(edge("argocd", "reqwest", Kind::Normal).len(), 1);
    }

    #[test]
    fn parts_of_a_client_count_as_the_client() {
        assert_eq!(edge("argocd", "kube-core", Kind::Normal).len(), 1);
        assert_eq!(edge("bootstrap-core", "gix-url", Kind::Normal).len(), 1);
    }

    #[test]
    fn the_sandbox_may_use_the_cluster_client_in_tests_alone() {
        assert!(edge("sandbox", "kube", Kind::Dev).is_empty());
        assert_eq!(edge("sandbox", "kube", Kind::Normal).len(), 1);
    }
}
