//! `cargo xtask checks`: docs/checks.md, every check by its stable name, from the one table of them.

use diagnostics::{CheckId, Subject};

use crate::command::root;
use crate::report::{Outcome, failed};

const PAGE: &str = "docs/checks.md";

const HEAD: &str = "# Checks

Every check of `check` and `verify`, by its stable name: the `id` of a row in `-o json` and `-o jsonl`. Made from the code by
`cargo xtask checks`; a test fails where it is stale. The claim is true where the check passes.
";

/// Writes the page, or with `check` only says whether it is stale.
///
/// # Errors
/// The page can't be written; with `check`, it is stale.
pub fn run(check: bool) -> Outcome {
    let (text, file) = (page(), root().join(PAGE));
    match check {
        false => {
            fs_err::write(&file, text).map_err(failed).map(|()| format!("{} checks", CheckId::ALL.len()))
        }
        true if fs_err::read_to_string(&file).ok().as_deref() == Some(&text) => {
            Ok(format!("{PAGE} is fresh: {} checks", CheckId::ALL.len()))
        }
        true => Err(vec![format!("{PAGE} is stale: run `cargo xtask checks`")]),
    }
}

fn page() -> String {
    let mut subjects: Vec<Subject> = CheckId::ALL.iter().map(|id| id.subject()).collect();
    subjects.dedup();
    let mut text = HEAD.to_owned();
    for subject in subjects {
        text.push_str(&format!("\n## {subject}\n\n| check | claim |\n|---|---|\n"));
        for id in CheckId::ALL.iter().filter(|id| id.subject() == subject) {
            let (name, claim) = (id.name(), id.claim());
            text.push_str(&format!("| <a id=\"{name}\"></a>`{name}` | {claim} |\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_fresh_and_has_an_anchor_for_each_check() {
        assert!(run(true).is_ok(), "run `cargo xtask checks`");
        let page = page();
        for id in CheckId::ALL {
            assert_eq!(page.matches(&format!("<a id=\"{}\"></a>", id.name())).count(), 1, "{id:?}");
        }
    }
}
