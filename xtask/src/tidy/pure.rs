use crate::tidy::graph::Graph;

/// Rooms that are data alone.
const ROOMS: [&str; 5] = ["cluster-spec", "trace", "secret", "infra-id", "disk"];

/// What must not end up in them.
const BANNED: [&str; 6] = ["tokio", "kube", "gix", "reqwest", "hyper", "vaultrs"];

/// The rooms of pure data build without a runtime and without a client.
pub(crate) fn check(graph: &Graph) -> Vec<String> {
    let mut problems = Vec::new();
    for room in graph.ours().filter(|room| ROOMS.contains(&room.name.as_str())) {
        let closure = graph.closure(room);
        for banned in BANNED.iter().filter(|banned| closure.contains(**banned)) {
            problems.push(format!(
                "{} must build without {banned}: see cargo tree -p {} -i {banned}",
                room.name, room.name
            ));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::graph::Kind::{Dev, Normal};
    use crate::tidy::graph::planted::graph;

    #[test]
    fn what_a_dependency_brings_along_counts() {
        let planted = graph(&["trace"], &[("trace", &[("jiff", Normal)]), ("jiff", &[("tokio", Normal)])]);
        assert_eq!(check(&planted), ["trace must build without tokio: see cargo tree -p trace -i tokio"]);
    }

    #[test]
    fn each_room_is_held_against_each_ban() {
        for room in ROOMS {
            for banned in BANNED {
                assert_eq!(check(&graph(&[room], &[(room, &[(banned, Normal)])])).len(), 1);
            }
        }
    }

    #[test]
    fn tests_and_other_rooms_may() {
        assert!(check(&graph(&["trace"], &[("trace", &[("tokio", Dev)])])).is_empty());
        assert!(check(&graph(&["argocd"], &[("argocd", &[("tokio", Normal)])])).is_empty());
    }
}
