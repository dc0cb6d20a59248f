use crate::tidy::graph::Graph;

/// What would be a second TLS stack.
const BANNED: [&str; 7] =
    ["aws-lc-rs", "aws-lc-sys", "openssl", "openssl-sys", "native-tls", "curl", "curl-sys"];

/// What there must be exactly one version of.
const ONCE: [&str; 4] = ["rustls", "ring", "hyper", "reqwest"];

/// One TLS stack (rustls with ring) and one HTTP stack in every client.
pub(crate) fn check(graph: &Graph) -> Vec<String> {
    let banned =
        graph.packages.values().filter(|package| BANNED.contains(&package.name.as_str())).map(|package| {
            format!(
                "{} {} is a second TLS stack: turn off the feature that brings it",
                package.name, package.version
            )
        });
    banned.chain(ONCE.iter().filter_map(|name| once(graph, name))).collect()
}

fn once(graph: &Graph, name: &str) -> Option<String> {
    let versions: Vec<&str> = graph
        .packages
        .values()
        .filter(|package| package.name == name)
        .map(|package| package.version.as_str())
        .collect();
    match versions.as_slice() {
        [_] => None,
        [] => Some(format!("{name} is gone from the tree: the rule about it has to go too")),
        several => Some(format!("{name} is there {} times: {}", several.len(), several.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::graph::Package;

    fn with(extra: &[(&str, &str)]) -> Vec<String> {
        let all = ONCE.iter().map(|name| (*name, "1.0.0")).chain(extra.iter().copied());
        let mut graph = Graph::default();
        for (name, version) in all {
            let package = Package { name: name.into(), version: version.into(), ..Package::default() };
            graph.packages.insert(format!("{name}@{version}"), package);
        }
        check(&graph)
    }

    #[test]
    fn one_version_of_each_is_fine() {
        assert!(with(&[("serde", "1.0.0"), ("serde", "2.0.0")]).is_empty());
    }

    #[test]
    fn a_second_tls_stack_is_refused() {
        for name in BANNED {
            assert!(with(&[(name, "0.9.0")])[0].contains("second TLS stack"));
        }
    }

    #[test]
    fn a_second_version_is_refused() {
        assert_eq!(with(&[("reqwest", "0.12.0")]), ["reqwest is there 2 times: 0.12.0, 1.0.0"]);
    }

    #[test]
    fn a_rule_about_nothing_is_pointed_out() {
        assert_eq!(check(&Graph::default()).len(), ONCE.len());
    }
}
