use crate::tidy::code::{code, is_of_tests};
use crate::tidy::tracked::Tracked;

/// Folders whose files return data: a state and checks.
const FOLDERS: [&str; 2] = ["crates/preflight/src/observe/", "crates/healthcheck/src/verify/"];

/// The names by which an event is told.
const TELL: [&str; 3] = ["Events", "EventKind", "emit"];

/// An observation returns its checks. Who runs it tells them.
pub(crate) fn check(files: &[Tracked]) -> Vec<String> {
    let mut problems = Vec::new();
    for folder in FOLDERS {
        let of_folder = |(path, _): &&Tracked| path.starts_with(folder) && path.ends_with(".rs");
        let found: Vec<&Tracked> = files.iter().filter(of_folder).collect();
        if found.is_empty() {
            problems.push(format!("{folder} is gone: observations.rs names where it is now"));
        }
        for (path, text) in found.into_iter().filter(|(path, _)| !is_of_tests(path)) {
            let named = code(text).into_iter().filter(|leaf| TELL.iter().any(|name| leaf.is_named(name)));
            let told = |leaf: crate::tidy::code::Leaf| {
                format!("{path}:{}: an observation tells no event: return a check", leaf.line)
            };
            problems.extend(named.map(told));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(observe: &str, verify: &str) -> Vec<String> {
        let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        check(&[
            file("crates/preflight/src/observe/vault/mod.rs", observe),
            file("crates/healthcheck/src/verify/nodes.rs", verify),
            file("crates/preflight/src/reporter.rs", "use diagnostics::Events;"),
        ])
    }

    #[test]
    fn an_observation_that_tells_an_event_is_refused() {
        let why = "an observation tells no event: return a check";
        let expect = format!("crates/preflight/src/observe/vault/mod.rs:1: {why}");
        assert_eq!(told("fn f(e: &Events) {}", ""), [expect]);
        let expect = format!("crates/healthcheck/src/verify/nodes.rs:2: {why}");
        assert_eq!(told("", "\nfn f() { events.emit(x); }"), [expect]);
    }

    #[test]
    fn one_that_returns_checks_is_fine_and_so_are_its_tests() {
        let text =
            "/// Emits none.\nfn f() -> Vec<Check> {}\n#[cfg(test)]\nmod tests { use diagnostics::Events; }";
        assert_eq!(told(text, text), Vec::<String>::new());
    }

    #[test]
    fn a_folder_that_is_gone_is_told() {
        assert_eq!(check(&[]).len(), FOLDERS.len());
    }
}
