//! The infraIDs that an earlier cluster left in a commit, and what is told of them: pure.

use advice::{CommandLine, shell};
use infra_id::{Finding, Whose};
use schemars::JsonSchema;
use serde::Serialize;

use crate::commit_id::short;

/// What the commit holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StaleInfraIds {
    /// The commit.
    pub git_sha: String,
    /// This cluster's, not the live one. Where the live one is not known: all of this cluster's.
    pub stale: Vec<Finding>,
    /// Words that look like infraIDs of this cluster, without anything that shows it. They may be names.
    pub possible: Vec<Finding>,
    /// Other clusters'.
    pub others: Vec<Finding>,
    /// The diff that mends the stale ones; empty where the live one is not known.
    #[serde(skip)]
    pub patch: Vec<u8>,
}

impl StaleInfraIds {
    /// Sorts what was found in a commit by its owner.
    pub fn new(git_sha: String, found: Vec<Finding>, patch: Vec<u8>) -> Self {
        let of = |whose| found.iter().filter(|finding| finding.whose == whose).cloned().collect();
        let (stale, possible) = (of(Whose::ThisCluster), of(Whose::Possible));
        Self { git_sha, stale, possible, others: of(Whose::AnotherCluster), patch }
    }
}

/// So many files are shown, and so many lines of each.
const SHOWN: usize = 20;

/// Prints the diff that fixes the repository.
pub fn fix() -> CommandLine {
    shell!("bitiq-bootstrap infra-id <cluster> --patch")
}

/// A line for each file, then how many there are.
pub fn warnings(searched: &StaleInfraIds, live: &str) -> Vec<String> {
    let stale = &searched.stale;
    if stale.is_empty() {
        return Vec::new();
    }
    let files = stale.chunk_by(|one, next| one.file == next.file && one.id == next.id);
    let mut warnings: Vec<String> = files.clone().take(SHOWN).map(|found| in_file(found, live)).collect();
    let more = files.skip(SHOWN).count();
    let count = stale.len();
    warnings.push(format!(
        "commit {} holds {count} infraID{} of an earlier cluster{}",
        short(&searched.git_sha),
        if count == 1 { "" } else { "s" },
        if more > 0 { format!(" ({more} more files are not shown here)") } else { String::new() },
    ));
    warnings
}

/// `values.yaml:4,54,67: infraID …`
fn in_file(found: &[Finding], live: &str) -> String {
    let mut lines: Vec<String> = found.iter().map(|found| found.line.to_string()).collect();
    lines.dedup();
    let more = lines.len().saturating_sub(SHOWN);
    lines.truncate(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let [first, ..] = found else { return String::new() };
    let (file, id, lines) = (&first.file, &first.id, lines.join(","));
    format!("{file}:{lines}{more}: infraID {id} is an earlier cluster's, the live one is {live}")
}

/// Worth saying, though nothing is wrong: a repository may serve several clusters, and a name may look like an infraID.
pub fn notes(searched: &StaleInfraIds) -> Vec<String> {
    let others = named("the repository holds infraIDs of other clusters too", &searched.others);
    let possible = "the repository holds words that look like infraIDs of an earlier cluster";
    others.into_iter().chain(named(possible, &searched.possible)).collect()
}

fn named(what: &str, found: &[Finding]) -> Option<String> {
    let first = found.first()?;
    let mut ids: Vec<&str> = found.iter().map(|found| found.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    Some(format!("{what}: {} (first in {}:{})", ids.join(", "), first.file, first.line))
}

#[cfg(test)]
mod tests {
    use infra_id::Search;

    use super::*;

    fn searched(stale: usize, others: usize) -> StaleInfraIds {
        let search = Search::new("prod", Some("prod-x7k2q"), []);
        let lines = "infraID: prod-nkqd9\n".repeat(stale) + &"infraID: stage-7hjkl\n".repeat(others);
        StaleInfraIds::new(
            "0123456789abcdef".into(),
            search.find("values.yaml", lines.as_bytes()),
            Vec::new(),
        )
    }

    #[test]
    fn each_file_is_told_with_its_lines_and_how_many_there_are() {
        assert_eq!(
            warnings(&searched(2, 1), "prod-x7k2q"),
            [
                "values.yaml:1,2: infraID prod-nkqd9 is an earlier cluster's, the live one is prod-x7k2q",
                "commit 0123456789 holds 2 infraIDs of an earlier cluster"
            ]
        );
    }

    #[test]
    fn a_flood_is_cut_and_counted() {
        let against = warnings(&searched(25, 0), "prod-x7k2q");
        assert_eq!(against.len(), 2);
        assert!(against[0].starts_with("values.yaml:1,2,3") && against[0].contains(",20 and 5 more: "));
        assert!(against[1].contains("holds 25 infraIDs of an earlier cluster"));
    }

    #[test]
    fn another_clusters_is_a_note_and_no_warning() {
        let searched = searched(0, 2);
        assert!(warnings(&searched, "prod-x7k2q").is_empty());
        assert_eq!(
            notes(&searched),
            ["the repository holds infraIDs of other clusters too: stage-7hjkl (first in values.yaml:1)"]
        );
    }

    #[test]
    fn a_word_that_may_be_a_name_is_a_note_and_no_warning() {
        let search = Search::new("prod", Some("prod-x7k2q"), []);
        let found = search.find("values.yaml", b"name: prod-mgmt2\n");
        let searched = StaleInfraIds::new("0123456789abcdef".into(), found, Vec::new());
        assert!(warnings(&searched, "prod-x7k2q").is_empty());
        assert!(notes(&searched)[0].contains("look like infraIDs of an earlier cluster: prod-mgmt2"));
    }

    #[test]
    fn files_beyond_the_twentieth_are_counted_and_each_infra_id_has_its_line() {
        let search = Search::new("prod", Some("prod-x7k2q"), ["prod-older"]);
        let text = b"infraID: prod-nkqd9\ninfraID: prod-older\n";
        let found: Vec<Finding> =
            (0..11).flat_map(|at| search.find(&format!("{at:02}.yaml"), text)).collect();
        let against =
            warnings(&StaleInfraIds::new("0123456789abcdef".into(), found, Vec::new()), "prod-x7k2q");
        assert_eq!(against.len(), 21);
        assert!(
            against[0].starts_with("00.yaml:1: ") && against[1].starts_with("00.yaml:2: "),
            "{against:?}"
        );
        assert!(
            against[20]
                .ends_with("holds 22 infraIDs of an earlier cluster (2 more files are not shown here)")
        );
        assert_eq!(warnings(&searched(20, 0), "x")[0].matches("more").count(), 0);
        assert!(warnings(&searched(1, 0), "x")[1].ends_with("holds 1 infraID of an earlier cluster"));
    }
}
