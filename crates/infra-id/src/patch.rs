//! The unified diff that fixes a file.

use std::ops::Range;

use crate::search::{Search, Whose};

/// The number of context lines around a change.
const AROUND: usize = 3;

/// Returns a diff for `git apply` that replaces this cluster's old infraIDs with the live one. The diff is empty if the
/// file has no old infraID, or if the live infraID is unknown.
pub fn patch(search: &Search, file: &str, content: &[u8]) -> Vec<u8> {
    let Some(fixed) = fixed(search, file, content) else { return Vec::new() };
    let (old, new) = (lines(content), lines(&fixed));
    let (a, b) = (name("a", file), name("b", file));
    let mut text = format!("diff --git {a} {b}\n--- {}\n+++ {}\n", ended(&a), ended(&b)).into_bytes();
    for hunk in hunks(&old, &new) {
        let (from, count) = (hunk.start + 1, hunk.len());
        text.extend_from_slice(format!("@@ -{from},{count} +{from},{count} @@\n").as_bytes());
        write_lines(&old[hunk.clone()], &new[hunk], &mut text);
    }
    text
}

/// Returns the ranges of changed lines with their context. A fix never moves a line.
fn hunks(old: &[&[u8]], new: &[&[u8]]) -> Vec<Range<usize>> {
    let mut hunks: Vec<Range<usize>> = Vec::new();
    for (at, _) in old.iter().zip(new).enumerate().filter(|(_, (old, new))| old != new) {
        let (from, to) = (at.saturating_sub(AROUND), (at + 1 + AROUND).min(old.len()));
        match hunks.last_mut() {
            Some(last) if from <= last.end => last.end = to,
            _ => hunks.push(from..to),
        }
    }
    hunks
}

/// Writes the lines of a hunk. Of adjacent changed lines, all old ones come first.
fn write_lines(old: &[&[u8]], new: &[&[u8]], text: &mut Vec<u8>) {
    let mut fresh: Vec<&[u8]> = Vec::new();
    for (old, new) in old.iter().zip(new) {
        if old == new {
            fresh.drain(..).for_each(|line| push(b'+', line, text));
            push(b' ', old, text);
        } else {
            push(b'-', old, text);
            fresh.push(new);
        }
    }
    fresh.into_iter().for_each(|line| push(b'+', line, text));
}

fn push(sign: u8, line: &[u8], text: &mut Vec<u8>) {
    text.push(sign);
    text.extend_from_slice(line);
    if !line.ends_with(b"\n") {
        text.extend_from_slice(b"\n\\ No newline at end of file\n");
    }
}

/// Returns the file with the live infraID, or `None` if nothing changes.
fn fixed(search: &Search, file: &str, content: &[u8]) -> Option<Vec<u8>> {
    // A live infraID with a line break would move lines.
    let live = search.live().filter(|live| !live.contains(char::is_whitespace))?;
    let mut spots = search.spots(file, content);
    spots.retain(|spot| spot.whose == Whose::ThisCluster);
    spots.first()?;
    let mut text = Vec::with_capacity(content.len());
    let mut copied = 0;
    for spot in spots {
        text.extend_from_slice(&content[copied..spot.range.start]);
        text.extend_from_slice(live.as_bytes());
        copied = spot.range.end;
    }
    text.extend_from_slice(&content[copied..]);
    Some(text)
}

/// Splits at line feeds only, as Git does.
fn lines(content: &[u8]) -> Vec<&[u8]> {
    content.split_inclusive(|b| *b == b'\n').collect()
}

/// Returns a path as Git writes it: in quotes if it has special characters.
fn name(side: &str, file: &str) -> String {
    let path = format!("{side}/{file}");
    let plain = |b: u8| b.is_ascii_graphic() && b != b'"' && b != b'\\' || b == b' ';
    if path.bytes().all(plain) {
        return path;
    }
    let quoted: String = path
        .bytes()
        .map(|b| match b {
            b'"' | b'\\' => format!("\\{}", char::from(b)),
            b if plain(b) => char::from(b).to_string(),
            b => format!("\\{b:03o}"),
        })
        .collect();
    format!("\"{quoted}\"")
}

/// Ends a name that contains a blank with a tab, as Git does.
fn ended(name: &str) -> String {
    if name.contains(' ') && !name.starts_with('"') { format!("{name}\t") } else { name.to_owned() }
}
