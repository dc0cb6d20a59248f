//! A text without escape sequences, control characters, and characters that have no width. A terminal or one of our own
//! outputs drops them, so a secret with a colour in its middle is still a secret.

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::view::View;

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

/// True if `text` is printable ASCII, line breaks and tabs alone. Nearly every text is, so this test is quick.
pub fn is_printable(text: &[u8]) -> bool {
    let printable = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
    // Without a way out in the middle a block takes few instructions.
    text.chunks(64).all(|block| block.iter().fold(true, |all, byte| all & printable(byte)))
}

/// The text without what is invisible in it. None where nothing is, as in nearly every text.
pub(crate) fn visible_text(text: &[u8]) -> Option<View> {
    if is_printable(text) || !FINDER.is_match(text) {
        return None;
    }
    let mut view = View::default();
    let mut from = 0;
    let mut keep = |range: std::ops::Range<usize>| range.for_each(|at| view.push(text[at], at..at + 1));
    for invisible in FINDER.find_iter(text) {
        keep(from..invisible.start());
        from = invisible.end();
    }
    keep(from..text.len());
    Some(view)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let view = visible_text(text.as_bytes()).expect("something invisible");
        assert_eq!(String::from_utf8_lossy(&view.bytes), expect, "{text:?}");
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
            assert_eq!(**visible_text(missing).unwrap().bytes, *b"a", "{missing:?}");
        }
    }

    #[test]
    fn what_can_be_seen_has_no_copy() {
        for text in ["", "a b\n\tc", "é ✓ 日本"] {
            assert!(visible_text(text.as_bytes()).is_none(), "{text}");
        }
        assert!(visible_text(b"a \xff b").is_none());
    }

    #[test]
    fn each_byte_knows_its_place() {
        let view = visible_text(b"a\x1b[0mbc").unwrap();
        assert_eq!((0..3).map(|index| view.begin(index)).collect::<Vec<_>>(), [Some(0), Some(5), Some(6)]);
    }
}
