use std::path::Path;

use crate::tidy::code::{Leaf, code, is_of_tests};
use crate::tidy::tracked::Tracked;

/// Where what was observed is judged and planned for.
const FOLDERS: [&str; 3] =
    ["crates/preflight/src/observe/", "crates/healthcheck/src/verify/", "crates/preflight/src/readiness/"];

/// Functions that decide.
const DECIDE: [&str; 2] = ["judge", "plan"];

/// Whatever decides has a unit test, in its file or in the `tests.rs` below it.
pub(crate) fn check(files: &[Tracked]) -> Vec<String> {
    let mut problems = Vec::new();
    for folder in FOLDERS {
        let mut found = files.iter().filter(|(path, _)| path.starts_with(folder)).peekable();
        if found.peek().is_none() {
            problems.push(format!("{folder} is gone: decisions.rs names where it is now"));
        }
        for (path, text) in found.filter(|(path, _)| path.ends_with(".rs") && !is_of_tests(path)) {
            let decides = decides(&code(text));
            if let Some(name) = decides.filter(|_| !is_tested(files, path, text)) {
                problems.push(format!(
                    "{path}: `{name}` decides, and no unit test here or in {}",
                    tests_of(path)
                ));
            }
        }
    }
    problems
}

fn decides(leaves: &[Leaf]) -> Option<&'static str> {
    let is_a =
        |name: &&str| leaves.windows(2).any(|pair| pair[0].is_named("fn") && pair[1].is_or_begins(name));
    DECIDE.into_iter().find(is_a)
}

fn is_tested(files: &[Tracked], path: &str, text: &str) -> bool {
    let beside = tests_of(path);
    has_a_test(text) || files.iter().any(|(path, text)| *path == beside && has_a_test(text))
}

fn has_a_test(text: &str) -> bool {
    text.lines().map(str::trim).any(|line| line == "#[test]" || line.starts_with("#[tokio::test"))
}

/// The file with the tests of a module that does not hold them itself.
fn tests_of(path: &str) -> String {
    let path = Path::new(path);
    let folder = if path.ends_with("mod.rs") { path.with_file_name("") } else { path.with_extension("") };
    folder.join("tests.rs").display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "crates/healthcheck/src/verify/nodes.rs";

    fn told(files: &[(&str, &str)]) -> Vec<String> {
        let mut all: Vec<Tracked> = FOLDERS.iter().map(|it| (format!("{it}mod.rs"), String::new())).collect();
        all.extend(files.iter().map(|(path, text)| ((*path).into(), (*text).into())));
        check(&all)
    }

    #[test]
    fn a_decision_without_a_test_is_refused() {
        let expect = format!(
            "{FILE}: `judge` decides, and no unit test here or in crates/healthcheck/src/verify/nodes/tests.rs"
        );
        assert_eq!(told(&[(FILE, "pub(super) fn judge(nodes: &[Node]) -> Check {}")]), [expect.as_str()]);
        // A test that is only mentioned is none.
        assert_eq!(told(&[(FILE, "// #[test]\nfn judge() {}")]), [expect.as_str()]);
        assert_eq!(told(&[("crates/preflight/src/readiness/mod.rs", "fn plan() {}")]).len(), 1);
    }

    #[test]
    fn a_test_in_the_file_or_below_it_is_enough() {
        assert_eq!(
            told(&[(FILE, "fn judge() {}\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn a() {}\n}")]),
            [""; 0]
        );
        let below = ("crates/healthcheck/src/verify/nodes/tests.rs", "#[tokio::test]\nasync fn a() {}");
        assert_eq!(told(&[(FILE, "fn judge() {}"), below]), [""; 0]);
        let folder = ("crates/healthcheck/src/verify/nodes/mod.rs", "fn judge() {}");
        assert_eq!(told(&[folder, below]), [""; 0]);
    }

    #[test]
    fn what_does_not_decide_and_other_folders_need_none() {
        assert_eq!(told(&[(FILE, "fn planned() { judge(); }")]), [""; 0]);
        assert_eq!(told(&[("crates/argocd/src/a.rs", "fn plan() {}")]), [""; 0]);
    }

    #[test]
    fn folders_that_moved_are_told() {
        assert_eq!(check(&[]).len(), FOLDERS.len());
    }
}
