//! What is left of a text once everything in it is gone that a terminal, or one of our own outputs, takes out: escape
//! sequences, control characters, and what has no width. A secret with a colour in its middle is a secret still.

use std::sync::LazyLock;

use regex::bytes::Regex;
use zeroize::Zeroizing;

/// Also what is not whole yet, at the end: the next bytes may make it so.
const INVISIBLE: &str = concat!(
    // A colour, a movement of the cursor.
    r"(?:\x1b\[|\u{9b})[\x30-\x3f]*[\x20-\x2f]*(?:[\x40-\x7e]|\z)",
    // A title, a link, a string for the terminal.
    r"|(?:\x1b[\]PX^_]|[\u{90}\u{98}\u{9d}-\u{9f}])[^\x07\x1b\u{9c}\n]*(?:\x07|\x1b\\|\u{9c}|\x1b?\z)",
    // Any other sequence, and its beginning.
    r"|\x1b[\x20-\x2f]*(?:[\x30-\x7e]|\z)",
    r"|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}&&[^\n\t]]",
    // A character of which bytes are missing.
    r"|(?-u:(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\z)",
);

static FINDER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(INVISIBLE).expect("the pattern is a constant, and the tests use it"));

/// A text without what is invisible in it.
pub(crate) struct Bare {
    /// What is left.
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    /// Where each byte of it stands in the text, and where the text ends.
    places: Vec<usize>,
}

impl Bare {
    /// None where nothing is invisible, as in nearly every text.
    pub(crate) fn of(text: &[u8]) -> Option<Self> {
        if text.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) || !FINDER.is_match(text) {
            return None;
        }
        let mut bare = Self { bytes: Zeroizing::new(Vec::with_capacity(text.len())), places: Vec::new() };
        let mut from = 0;
        for invisible in FINDER.find_iter(text) {
            bare.keep(text, from..invisible.start());
            from = invisible.end();
        }
        bare.keep(text, from..text.len());
        bare.places.push(text.len());
        Some(bare)
    }

    fn keep(&mut self, text: &[u8], range: std::ops::Range<usize>) {
        self.bytes.extend_from_slice(&text[range.clone()]);
        self.places.extend(range);
    }

    /// Where the byte at `index` stands in the text.
    pub(crate) fn place(&self, index: usize) -> usize {
        self.places[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let bare = Bare::of(text.as_bytes()).expect("something invisible");
        assert_eq!(String::from_utf8_lossy(&bare.bytes), expect, "{text:?}");
    }

    #[test]
    fn what_nobody_sees_is_gone() {
        check("a\u{1b}[0;1mb\u{1b}[K", "ab");
        check("a\u{9b}31mb", "ab");
        check("a\u{1b}]8;;https://x\u{1b}\\b\u{1b}]0;t\u{7}c", "abc");
        check("a\u{1b}(Bb\u{1b}cd", "abd");
        check("a\r\n\u{8}\u{0}b\u{85}\tc\u{7f}", "a\nb\tc");
        check("a\u{200b}b\u{feff}c\u{202e}d\u{ad}e\u{2028}f\u{fe0f}g\u{61c}é", "abcdefgé");
    }

    #[test]
    fn what_is_not_whole_yet_is_gone_too() {
        for cut in ["\u{1b}", "\u{1b}[", "\u{1b}[0;3", "\u{1b}]0;title", "\u{1b}]0;title\u{1b}", "\u{1b}("] {
            check(&format!("ab{cut}"), "ab");
        }
        for missing in [&b"a\xe2"[..], b"a\xe2\x80", b"a\xf3\xa0\x80", b"a\xc2"] {
            assert_eq!(**Bare::of(missing).unwrap().bytes, *b"a", "{missing:?}");
        }
    }

    #[test]
    fn what_can_be_seen_has_no_bare_copy() {
        for text in ["", "a b\n\tc", "é ✓ 日本"] {
            assert!(Bare::of(text.as_bytes()).is_none(), "{text}");
        }
        assert!(Bare::of(b"a \xff b").is_none());
    }

    #[test]
    fn each_byte_knows_its_place() {
        let bare = Bare::of(b"a\x1b[0mbc").unwrap();
        assert_eq!((0..=3).map(|index| bare.place(index)).collect::<Vec<_>>(), [0, 5, 6, 7]);
    }
}
