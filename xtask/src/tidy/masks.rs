use crate::tidy::code::{code, is_of_tests};
use crate::tidy::tracked::Tracked;

/// Files that listen to events, and what is shown of them. `request_log.rs` masks what other crates log, `printer.rs` and
/// `masked.rs` what is printed at the end: they stand outside.
const LISTENERS: [&str; 2] = ["crates/bitiq-bootstrap/src/show/", "crates/bootstrap-core/src/trace_recorder"];

/// The type that hides secrets.
const MASK: &str = "Mask";

/// `Events::emit` masks events for all that listen: no listener has a mask of its own, and none can forget to use it.
pub(crate) fn check(files: &[Tracked]) -> Vec<String> {
    let mut problems = Vec::new();
    for listener in LISTENERS {
        let of_listener = |(path, _): &&Tracked| path.starts_with(listener) && path.ends_with(".rs");
        let found: Vec<&Tracked> = files.iter().filter(of_listener).collect();
        if found.is_empty() {
            problems.push(format!("{listener} is gone: masks.rs names where it is now"));
        }
        for (path, text) in found.into_iter().filter(|(path, _)| !is_of_tests(path)) {
            let named = code(text).into_iter().filter(|leaf| leaf.is_named(MASK));
            problems.extend(named.map(|leaf| {
                format!(
                    "{path}:{}: a listener gets events that are masked already: no {MASK} here",
                    leaf.line
                )
            }));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(show: &str, recorder: &str) -> Vec<String> {
        let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        check(&[
            file("crates/bitiq-bootstrap/src/show/jsonl.rs", show),
            file("crates/bootstrap-core/src/trace_recorder.rs", recorder),
            file("crates/bitiq-bootstrap/src/printer.rs", "use secret::Mask;"),
        ])
    }

    #[test]
    fn a_listener_with_a_mask_of_its_own_is_refused() {
        let why = "a listener gets events that are masked already: no Mask here";
        let in_show = format!("crates/bitiq-bootstrap/src/show/jsonl.rs:2: {why}");
        assert_eq!(told("struct Lines {\n    mask: secret::Mask,\n}", ""), [in_show]);
        let in_recorder = format!("crates/bootstrap-core/src/trace_recorder.rs:1: {why}");
        assert_eq!(told("", "use secret::{Mask, one_line};"), [in_recorder]);
    }

    #[test]
    fn its_tests_and_its_words_may_name_one() {
        let tests = "/// No Mask: `Events::emit` has one.\n#[cfg(test)]\nmod tests { use secret::Mask; }";
        assert_eq!(told(tests, "const A: &str = \"Mask\"; struct Masked;"), Vec::<String>::new());
    }

    #[test]
    fn listeners_that_moved_are_told() {
        assert_eq!(check(&[]).len(), LISTENERS.len());
    }
}
