//! The unified diff that mends a file.

use similar::{ChangeTag, TextDiff};

use crate::search::{Search, Whose};

/// The diff that puts the live infraID in the place of this cluster's old ones, as `git apply` takes it; empty where
/// there is nothing to mend, or where the live infraID is not known.
pub fn patch(search: &Search, file: &str, content: &[u8]) -> Vec<u8> {
    let Some(mended) = mended(search, file, content) else { return Vec::new() };
    let (old, new) = (lines(content), lines(&mended));
    let diff = TextDiff::configure().newline_terminated(true).diff_slices(&old, &new);
    let (a, b) = (name("a", file), name("b", file));
    let mut text = format!("diff --git {a} {b}\n--- {}\n+++ {}\n", ended(&a), ended(&b)).into_bytes();
    for hunk in diff.unified_diff().iter_hunks() {
        text.extend_from_slice(format!("{}\n", hunk.header()).as_bytes());
        for change in hunk.iter_changes() {
            text.push(match change.tag() {
                ChangeTag::Equal => b' ',
                ChangeTag::Delete => b'-',
                ChangeTag::Insert => b'+',
            });
            text.extend_from_slice(change.value());
            if !change.value().ends_with(b"\n") {
                text.extend_from_slice(b"\n\\ No newline at end of file\n");
            }
        }
    }
    text
}

/// The file with the live infraID in it; none where it stays as it is.
fn mended(search: &Search, file: &str, content: &[u8]) -> Option<Vec<u8>> {
    let live = search.live()?;
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
