//! `cargo xtask errors`: docs/errors.md, every error that a person can meet, with its cause and its cure. It is read from the
//! sources: the `#[error]` texts and doc comments of the rooms' enums, their hints, and the failures that the run and the
//! binary make by themselves. One without a cause or a cure is a problem, and so is one that can't be read.

mod adhoc;
mod calls;
mod catalogue;
mod cures;
mod enums;
mod page;
mod source;
mod text;
mod told;

use crate::command::root;
use crate::report::{Outcome, failed};
use source::Room;
use told::Told;

const PAGE: &str = "docs/errors.md";

/// Writes the page, or with `check` only says whether it is stale.
///
/// # Errors
/// An error without cause or cure, or one that can't be read; with `check`, a stale page.
pub fn run(check: bool) -> Outcome {
    let rooms = source::rooms(&root())?;
    let mut told = told(&rooms)?;
    told.extend(typed());
    let text = page::page(&told, &catalogue::expected())?;
    let file = root().join(PAGE);
    match check {
        false => fs_err::write(&file, text).map_err(failed).map(|()| format!("{} errors told", told.len())),
        true if fs_err::read_to_string(&file).ok().as_deref() == Some(&text) => {
            Ok(format!("{PAGE} is fresh: {} errors", told.len()))
        }
        true => Err(vec![format!("{PAGE} is stale: run `cargo xtask errors`")]),
    }
}

/// All of them; what lacks something is a problem each.
fn told(rooms: &[Room]) -> Result<Vec<Told>, Vec<String>> {
    let mut told = Vec::new();
    let mut problems = Vec::new();
    for room in rooms {
        told.extend(enums::told(room));
        match adhoc::told(room) {
            Ok(all) => told.extend(all),
            Err(unreadable) => problems.extend(unreadable),
        }
    }
    problems.extend(told.iter().flat_map(lacking));
    if problems.is_empty() { Ok(told) } else { Err(problems) }
}

/// Those that the catalogue knows.
fn typed() -> Vec<Told> {
    let of = |title: &'static str, entry: &advice::Entry| Told {
        place: entry.name.to_owned(),
        message: entry.message.to_owned(),
        cause: entry.cause.to_owned(),
        cures: entry.fixes.iter().map(|fix| (*fix).to_owned()).collect(),
        exit: catalogue::exit(entry),
        section: Some(title),
    };
    let all = catalogue::sections().into_iter();
    all.flat_map(|(title, types)| {
        // What says `<…>` alone hands on the text of another error.
        let entries = types.into_iter().flatten().filter(|entry| entry.message != "<…>");
        entries.map(|entry| of(title, entry)).collect::<Vec<_>>()
    })
    .collect()
}

fn lacking(told: &Told) -> Vec<String> {
    let Told { place, message, cause, cures, .. } = told;
    let lacks = |what: &str, how: &str| format!("{place}: `{message}` has no {what}: {how}");
    let mut problems = Vec::new();
    if cause.is_empty() {
        problems.push(lacks("cause", "give it a doc comment"));
    }
    if cures.is_empty() {
        problems.push(lacks(
            "cure",
            "let hint() say what to do, or add a paragraph `Cure: …` to its doc comment",
        ));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(text: &str) -> Room {
        source::of_text("crates/a-room/src/error.rs", text).unwrap()
    }

    const ENUM: &str = r#"
        #[derive(Debug, Error)]
        pub enum E {
            /// Nobody listens.
            #[error("reach {server} in {} s: refused", limit.as_secs())]
            Refused { server: String, limit: Duration },
            /// CURE
            #[error("{doing}: it broke")]
            Broke { doing: String },
        }
        impl E {
            pub fn hint(&self) -> Option<String> {
                match self {
                    Self::Refused { server, .. } => Some(format!("is {server} up?")),
                    Self::Broke { .. } => None,
                }
            }
        }"#;

    #[test]
    fn an_error_is_told_with_its_cause_and_the_hint_that_it_gives() {
        let all = told(&[room(&ENUM.replace("CURE", "It broke.\n///\n/// Cure: mend it"))]).unwrap();
        let refused = &all[0];
        assert_eq!(refused.message, "reach <server> in <limit> s: refused");
        assert_eq!(
            (refused.cause.as_str(), refused.cures.as_slice()),
            ("Nobody listens.", &["is <server> up?".to_owned()][..])
        );
        assert_eq!(
            (all[1].cause.as_str(), all[1].cures.as_slice()),
            ("It broke.", &["mend it".to_owned()][..])
        );
    }

    #[test]
    fn an_error_without_a_cure_is_a_problem_that_names_its_place() {
        let problems = told(&[room(&ENUM.replace("CURE", "It broke."))]).err().unwrap();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(
            problems[0].starts_with("crates/a-room/src/error.rs:9: `<doing>: it broke` has no cure"),
            "{problems:?}"
        );
    }

    #[test]
    fn an_error_without_a_doc_comment_is_a_problem() {
        let problems = told(&[room(&ENUM.replace("/// CURE", ""))]).err().unwrap();
        assert!(problems[0].contains("has no cause"), "{problems:?}");
    }

    #[test]
    fn a_failure_that_the_run_makes_by_itself_needs_a_hint_and_a_text_that_can_be_read() {
        let check = |body: &str| told(&[room(&format!("fn f(text: String) -> Failure {{ {body} }}"))]);
        let all = check(
            r#"let m = format!("{text} is a link"); Failure::refused("preflight", m).hint("remove it")"#,
        );
        let all = all.unwrap();
        assert_eq!((all[0].message.as_str(), all[0].exit), ("<text> is a link", Some(3)));
        assert_eq!(all[0].cures, ["remove it"]);
        let problems = check(r#"Failure::refused("preflight", "it is a link")"#).err().unwrap();
        assert!(problems[0].contains("has no cure"), "{problems:?}");
        let problems =
            check(r#"Failure::refused("preflight", made_up(text)).hint("remove it")"#).err().unwrap();
        assert!(problems[0].contains("can't be read"), "{problems:?}");
    }

    #[test]
    fn the_page_of_this_tree_is_fresh_and_no_error_lacks_cause_or_cure() {
        run(true).unwrap();
    }
}
