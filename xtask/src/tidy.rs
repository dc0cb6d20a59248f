//! `cargo xtask tidy`: rules of the tree. One rule, one file: a pure function from what cargo and git tell to what is
//! wrong.

mod catalogued;
mod circles;
mod code;
mod decisions;
mod graph;
mod layers;
mod licences;
mod links;
mod lockfile;
mod makefile;
mod masks;
mod names;
mod observations;
mod paths;
mod promises;
mod prose;
mod pure;
mod read_back;
mod test_items;
mod tls;
mod tracked;
mod variables;
mod wildcards;
mod words;
mod wrappers;

use crate::command::{output, root};
use crate::report::Outcome;

use graph::Graph;
use tracked::Tracked;

/// Holds this workspace against every rule.
///
/// # Errors
/// Each thing that is wrong, as one line.
pub fn run() -> Outcome {
    let problems = problems().map_err(|error| vec![error])?;
    if problems.is_empty() { Ok("tidy".to_owned()) } else { Err(problems) }
}

fn problems() -> Result<Vec<String>, String> {
    let graph = Graph::of_metadata(&output("cargo", &["metadata", "--format-version", "1", "--locked"])?)?;
    let lock = fs_err::read_to_string(root().join("Cargo.lock")).map_err(|error| error.to_string())?;
    let files = tracked()?;
    Ok([
        layers::check(&graph),
        wrappers::check(&graph),
        tls::check(&graph),
        pure::check(&graph),
        licences::check(&graph),
        lockfile::check(&lock),
        names::check(&files),
        paths::check(&files),
        makefile::check(&files),
        promises::check(&files),
        links::check(&files),
        catalogued::check(&files),
        circles::check(&files),
        variables::check(&files),
        masks::check(&files),
        wildcards::check(&files),
        decisions::check(&files),
        observations::check(&files),
        read_back::check(&files),
        words::check(&files),
    ]
    .concat())
}

/// What git tracks and is text, as it lies on disk. A file that is deleted but not yet committed is left out.
fn tracked() -> Result<Vec<Tracked>, String> {
    let listed = output("git", &["ls-files", "-z"])?;
    let names = String::from_utf8_lossy(&listed).into_owned();
    Ok(names
        .split_terminator('\0')
        .filter_map(|name| Some((name.to_owned(), fs_err::read_to_string(root().join(name)).ok()?)))
        .collect())
}

#[cfg(test)]
mod tests {
    #[test]
    fn this_workspace_is_tidy() {
        assert_eq!(super::run(), Ok("tidy".to_owned()));
    }
}
