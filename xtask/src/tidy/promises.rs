use std::collections::BTreeSet;

use crate::tidy::tracked::Tracked;

/// The page of promises.
const PAGE: &str = "docs/handoff-contract.md";

/// What the last column of its tables is called.
const HEADER: &str = "test that keeps it";

/// Each promise names a test, as `crate::module::test`, and each test that is named is there.
pub(crate) fn check(files: &[Tracked]) -> Vec<String> {
    let Some((_, page)) = files.iter().find(|(path, _)| path == PAGE) else {
        return vec![format!("{PAGE} is gone")];
    };
    let known: BTreeSet<String> = files.iter().flat_map(|(path, text)| tests(path, text)).collect();
    promises(page).into_iter().flat_map(|promise| promise.problems(&known)).collect()
}

/// A row of a table whose last column names tests.
struct Promise {
    line: usize,
    tests: Vec<String>,
}

impl Promise {
    fn problems(&self, known: &BTreeSet<String>) -> Vec<String> {
        let place = format!("{PAGE}:{}", self.line);
        if self.tests.is_empty() {
            return vec![format!("{place}: a promise without a test")];
        }
        let missing = self.tests.iter().filter(|test| !known.contains(*test));
        missing.map(|test| format!("{place}: there is no test {test}")).collect()
    }
}

fn promises(page: &str) -> Vec<Promise> {
    let mut promises = Vec::new();
    let mut inside = false;
    for (index, line) in page.lines().enumerate() {
        let Some(last) = last_cell(line) else {
            inside = false;
            continue;
        };
        if last == HEADER {
            inside = true;
        } else if inside && !last.starts_with("---") {
            promises.push(Promise { line: index + 1, tests: in_backticks(last) });
        }
    }
    promises
}

fn last_cell(line: &str) -> Option<&str> {
    let row = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(row.rsplit('|').next().unwrap_or(row).trim())
}

fn in_backticks(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The tests of a file as the page names them: with the name of their module, and with those of the modules around it.
/// A module's name is that of its file; of `mod.rs`, `tests.rs` and the like that of the folder.
fn tests(path: &str, text: &str) -> Vec<String> {
    let Some((room, modules)) = place(path) else { return Vec::new() };
    let mut marked = false;
    let mut names = Vec::new();
    for line in text.lines().map(str::trim_start) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            marked = true;
        } else if let Some(name) = function(line) {
            if marked {
                names.extend(modules.iter().map(|module| format!("{room}::{module}::{name}")));
            }
            marked = false;
        }
    }
    names
}

/// The crate that a source file belongs to, and the names of its module: `check`, `vault::check`, and so on.
fn place(path: &str) -> Option<(&str, Vec<String>)> {
    let room = match path.strip_prefix("crates/") {
        Some(below) => below.split('/').next()?,
        None => path.starts_with("xtask/").then_some("xtask")?,
    };
    let mut names: Vec<&str> = path.strip_suffix(".rs")?.split('/').collect();
    if matches!(names.last()?, &("mod" | "tests" | "main" | "lib")) {
        names.pop();
    }
    Some((room, (0..names.len()).rev().map(|first| names[first..].join("::")).collect()))
}

/// The name of the function that a line begins.
fn function(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?;
    rest.split(['(', '<']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TESTS: &str =
        "#[test]\nfn it_holds() {}\nfn no_test() {}\n#[tokio::test]\n#[expect(x)]\nasync fn it_waits() {}\n";

    fn with(rows: &str) -> Vec<String> {
        let page = format!("# Promises\n\n| promise | {HEADER} |\n|---|---|\n{rows}\n");
        let source = |path: &str| (path.to_owned(), TESTS.to_owned());
        check(&[
            (PAGE.to_owned(), page),
            source("crates/trace/tests/it/writing.rs"),
            source("crates/argocd/src/access/tests.rs"),
            source("crates/trace/tests/it/commands/run/script.rs"),
            source("xtask/src/tidy.rs"),
        ])
    }

    #[test]
    fn tests_that_are_there_are_found_in_every_crate() {
        assert!(with("| a | `trace::writing::it_holds`, `argocd::access::it_waits` |").is_empty());
        assert!(with("| a \\| b | `xtask::tidy::it_waits` |").is_empty());
    }

    #[test]
    fn a_module_may_be_named_with_the_folder_around_it() {
        assert!(with("| a | `trace::run::script::it_holds`, `trace::script::it_holds` |").is_empty());
        assert_eq!(with("| a | `trace::plan::script::it_holds` |").len(), 1);
    }

    #[test]
    fn a_test_that_is_gone_is_named_with_its_line() {
        assert_eq!(
            with("| a | `trace::writing::it_holds` |\n| b | `trace::writing::it_held` |"),
            ["docs/handoff-contract.md:6: there is no test trace::writing::it_held"]
        );
    }

    #[test]
    fn a_test_of_another_place_is_not_the_one() {
        assert_eq!(with("| a | `argocd::writing::it_holds` |").len(), 1);
        assert_eq!(with("| a | `it_holds` |").len(), 1);
    }

    #[test]
    fn a_function_that_is_no_test_keeps_nothing() {
        assert_eq!(with("| a | `trace::writing::no_test` |").len(), 1);
    }

    #[test]
    fn a_promise_without_a_test_is_pointed_out() {
        assert_eq!(with("| a | by design |"), ["docs/handoff-contract.md:5: a promise without a test"]);
    }

    #[test]
    fn other_tables_name_no_tests() {
        assert!(with("\n| file | what |\n|---|---|\n| a | `b` |").is_empty());
    }

    #[test]
    fn a_page_that_is_gone_is_pointed_out() {
        assert_eq!(check(&[]), ["docs/handoff-contract.md is gone"]);
    }
}
