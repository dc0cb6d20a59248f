//! The unified diff that mends a file.

use std::ops::Range;

use crate::search::{Search, Whose};

/// So many lines around one that differs are shown.
const AROUND: usize = 3;

/// The diff that puts the live infraID in the place of this cluster's old ones, as `git apply` takes it; empty where
/// there is nothing to mend, or where the live infraID is not known.
pub fn patch(search: &Search, file: &str, content: &[u8]) -> Vec<u8> {
    let Some(mended) = mended(search, file, content) else { return Vec::new() };
    let (old, new) = (lines(content), lines(&mended));
    let (a, b) = (name("a", file), name("b", file));
    let mut text = format!("diff --git {a} {b}\n--- {}\n+++ {}\n", ended(&a), ended(&b)).into_bytes();
    for hunk in hunks(&old, &new) {
        let (from, count) = (hunk.start + 1, hunk.len());
        text.extend_from_slice(format!("@@ -{from},{count} +{from},{count} @@\n").as_bytes());
        tell(&old[hunk.clone()], &new[hunk], &mut text);
    }
    text
}

/// What is mended stays on its line: the lines that differ, with those around them.
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

/// The lines of a hunk: of those that differ side by side, first all old ones.
fn tell(old: &[&[u8]], new: &[&[u8]], text: &mut Vec<u8>) {
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

/// The file with the live infraID in it; none where it stays as it is.
fn mended(search: &Search, file: &str, content: &[u8]) -> Option<Vec<u8>> {
    // One that is no word would not stay on its line.
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

/// As Git sees them: only a line feed ends one.
fn lines(content: &[u8]) -> Vec<&[u8]> {
    content.split_inclusive(|b| *b == b'\n').collect()
}

/// As Git writes a path: in quotes where it holds what would be misread.
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

/// A tab ends a name with a blank in it.
fn ended(name: &str) -> String {
    if name.contains(' ') && !name.starts_with('"') { format!("{name}\t") } else { name.to_owned() }
}
