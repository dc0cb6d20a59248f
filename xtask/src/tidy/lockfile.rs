/// How many packages there may be. Raised on purpose, together with the dependency that is worth it.
///
/// 470: vaultrs, the request types of Vault (docs/decisions/0002). 473: `tracing-subscriber` with `sharded-slab` and
/// `thread_local`, which shows what other crates log (`RUST_LOG`). 477: four crates of our own.
const LIMIT: usize = 479;

/// The one place packages come from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Dependencies are counted, and come from crates.io alone.
pub(crate) fn check(lock: &str) -> Vec<String> {
    let packages = lock.lines().filter(|line| *line == "[[package]]").count();
    let mut problems = Vec::new();
    if packages > LIMIT {
        problems.push(format!(
            "Cargo.lock holds {packages} packages, {LIMIT} are agreed on: leave one out, or raise it"
        ));
    }
    let sources = lock.lines().filter_map(|line| line.strip_prefix("source = "));
    let foreign = sources.map(|source| source.trim_matches('"')).filter(|source| *source != REGISTRY);
    problems
        .extend(foreign.map(|source| format!("Cargo.lock names another source than crates.io: {source}")));
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_agreed_number_is_the_most() {
        assert!(check(&"[[package]]\n".repeat(LIMIT)).is_empty());
        assert_eq!(check(&"[[package]]\n".repeat(LIMIT + 1)).len(), 1);
    }

    #[test]
    fn a_package_from_elsewhere_is_refused() {
        assert!(check(&format!("source = \"{REGISTRY}\"\n")).is_empty());
        assert_eq!(check("source = \"git+https://example.com/fork\"\n").len(), 1);
    }
}
