use crate::tidy::graph::{Graph, Kind, Package};

/// The rooms of ARCHITECTURE.md, top line first. A room uses those on the lines below its own, never beside or above.
const LINES: [&[&str]; 13] = [
    &["bitiq-bootstrap", "xtask"],
    &["bootstrap-core", "healthcheck"],
    &["preflight"],
    &["run-lock", "settings"],
    &["argocd", "vault-auth", "gitops-clone"],
    &["credentials"],
    &["cluster-access", "vault-access", "child-process"],
    &["transport"],
    &["diagnostics"],
    &["cluster-spec", "trace", "infra-id"],
    &["disk"],
    &["advice"],
    &["secret", "advice-derive"],
];

/// Stands beside the picture: tests of every room use it, and it uses none.
const SANDBOX: &str = "sandbox";

/// Dependencies between our rooms point down the picture.
pub(crate) fn check(graph: &Graph) -> Vec<String> {
    graph.ours().flat_map(|room| of_room(graph, room)).collect()
}

fn of_room(graph: &Graph, room: &Package) -> Vec<String> {
    if room.name != SANDBOX && line(&room.name).is_none() {
        return vec![format!(
            "crate {} has no place in the layers: give it a line in ARCHITECTURE.md and here",
            room.name
        )];
    }
    graph
        .needs(room)
        .filter(|(needed, _)| needed.ours)
        .filter(|(needed, kinds)| !kinds.iter().all(|kind| allowed(&room.name, &needed.name, *kind)))
        .map(|(needed, _)| format!("{} must not depend on {}: layers point down", room.name, needed.name))
        .collect()
}

fn allowed(room: &str, needed: &str, kind: Kind) -> bool {
    if room == SANDBOX {
        return false;
    }
    if needed == SANDBOX {
        return kind == Kind::Dev || room == "xtask";
    }
    line(room) < line(needed)
}

fn line(room: &str) -> Option<usize> {
    LINES.iter().position(|rooms| rooms.contains(&room))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::graph::planted::graph;

    fn edge(room: &str, needed: &str, kind: Kind) -> Vec<String> {
        check(&graph(&[room, needed], &[(room, &[(needed, kind)])]))
    }

    #[test]
    fn a_room_may_use_the_lines_below() {
        assert!(edge("bootstrap-core", "secret", Kind::Normal).is_empty());
        assert!(edge("credentials", "vault-access", Kind::Normal).is_empty());
        assert!(edge("argocd", "credentials", Kind::Normal).is_empty());
    }

    #[test]
    fn a_room_must_not_use_the_line_above() {
        assert_eq!(
            edge("credentials", "argocd", Kind::Normal),
            ["credentials must not depend on argocd: layers point down"]
        );
    }

    #[test]
    fn a_room_must_not_use_one_beside_it() {
        assert_eq!(edge("trace", "infra-id", Kind::Normal).len(), 1);
        assert_eq!(edge("xtask", "bitiq-bootstrap", Kind::Normal).len(), 1);
    }

    #[test]
    fn tests_keep_to_the_layers_too() {
        assert_eq!(edge("trace", "cluster-access", Kind::Dev).len(), 1);
    }

    #[test]
    fn the_sandbox_is_for_tests_and_errands_alone() {
        assert!(edge("argocd", "sandbox", Kind::Dev).is_empty());
        assert!(edge("xtask", "sandbox", Kind::Normal).is_empty());
        assert_eq!(edge("bitiq-bootstrap", "sandbox", Kind::Normal).len(), 1);
        assert_eq!(edge("argocd", "sandbox", Kind::Build).len(), 1);
    }

    #[test]
    fn the_sandbox_uses_no_room_of_ours() {
        assert_eq!(edge("sandbox", "secret", Kind::Normal).len(), 1);
        assert_eq!(edge("sandbox", "secret", Kind::Dev).len(), 1);
    }

    #[test]
    fn a_new_crate_needs_a_place() {
        let problems = edge("odds-and-ends", "serde", Kind::Normal);
        assert!(problems[0].starts_with("crate odds-and-ends has no place"), "{problems:?}");
    }
}
