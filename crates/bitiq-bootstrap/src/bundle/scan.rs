//! Scans a bundle for secrets that this process knows and for text that looks like one. A finding is reported by its
//! place and its kind, never by its text.

use crate::error::CommandError;
use diagnostics::{Failure, Subject};
use std::collections::{BTreeMap, BTreeSet};

use secret::Mask;

use super::file::{Bundle, Member};

const KNOWN: &str = "a secret that this program knows";
/// Most lines that a message names.
const NAMED: usize = 5;

/// All that must not be given away.
pub fn scan(bundle: &Bundle, mask: &Mask) -> Vec<Failure> {
    let of_member =
        |member| found(member, mask).into_iter().map(move |(kind, lines)| told(member, kind, &lines));
    bundle.members.iter().flat_map(of_member).collect()
}

/// The lines of each kind, counted from 1.
fn found(member: &Member, mask: &Mask) -> BTreeMap<&'static str, BTreeSet<usize>> {
    let mut found: BTreeMap<&'static str, BTreeSet<usize>> = BTreeMap::new();
    for (number, line) in String::from_utf8_lossy(&member.bytes).lines().enumerate() {
        for shape in secret::secret_patterns(line) {
            found.entry(shape.as_str()).or_default().insert(number + 1);
        }
    }
    let line_ends: Vec<usize> =
        member.bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).collect();
    for place in mask.places(&member.bytes) {
        let line = line_ends.partition_point(|end| *end < place) + 1;
        found.entry(KNOWN).or_default().insert(line);
    }
    found
}

fn told(member: &Member, kind: &str, lines: &BTreeSet<usize>) -> Failure {
    let (name, kind, lines) = (member.name.to_string(), kind.to_owned(), holds(lines));
    let error = match &member.from {
        Some(file) => {
            CommandError::SecretInFile { member: name, lines, kind, file: file.display().to_string() }
        }
        None => CommandError::SecretInDocument { member: name, lines, kind },
    };
    error.refused(Subject::Command("support-bundle"))
}

fn holds(lines: &BTreeSet<usize>) -> String {
    let named: Vec<String> = lines.iter().take(NAMED).map(ToString::to_string).collect();
    match (lines.len(), lines.len().saturating_sub(NAMED)) {
        (1, _) => format!("line {} holds", named.join("")),
        (_, 0) => format!("lines {} hold", named.join(", ")),
        (_, more) => format!("lines {} and {more} more hold", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(text: &str) -> Vec<String> {
        let mask = Mask::new();
        mask.add(&"swordfish-swordfish".into());
        let bundle =
            Bundle { members: vec![Member::made("bootstrap.log", text.into())], ..Bundle::default() };
        scan(&bundle, &mask).into_iter().map(|it| it.message).collect()
    }

    #[test]
    fn each_kind_is_told_once_with_its_lines() {
        let text = "a\nsaid swordfish-swordfish\npassword: hunter2\nswordfish-swordfish\n";
        assert_eq!(
            scanned(text),
            [
                "no bundle is written: bootstrap.log lines 2, 4 hold a secret that this program knows",
                "no bundle is written: bootstrap.log line 3 holds a value that is named as a secret",
            ]
        );
    }

    #[test]
    fn of_many_lines_the_first_are_named() {
        let text = "https://bob:hunter2@h/\n".repeat(9);
        assert_eq!(
            scanned(&text),
            ["no bundle is written: bootstrap.log lines 1, 2, 3, 4, 5 and 4 more hold a URL with a password"]
        );
    }

    #[test]
    fn what_holds_none_is_let_through() {
        assert!(scanned("all is well\n").is_empty());
    }
}
