//! The words of a text that could hold an infraID: letters, digits and dashes. A dot, a slash or an underscore ends one.

use std::ops::Range;

/// All words of `text` that have a dash in them, in order.
pub(crate) fn tokens(text: &[u8]) -> impl Iterator<Item = (Range<usize>, &str)> {
    let belongs = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-';
    let mut at = 0;
    std::iter::from_fn(move || {
        at += text[at..].iter().position(belongs)?;
        let start = at;
        at += text[start..].iter().position(|b| !belongs(b)).unwrap_or(text.len() - start);
        Some(start..at)
    })
    .filter_map(|range| {
        let token = std::str::from_utf8(&text[range.clone()]).ok()?;
        token.contains('-').then_some((range, token))
    })
}

/// Where a byte stands, as an editor counts: lines and characters from 1.
pub(crate) fn place(text: &[u8], offset: usize) -> (usize, usize) {
    let before = &text[..offset];
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let begins = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    let is_character = |b: &&u8| **b & 0b1100_0000 != 0b1000_0000;
    (line, before[begins..].iter().filter(is_character).count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        let found: Vec<&str> = tokens(text.as_bytes()).map(|(_, token)| token).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn dots_slashes_and_quotes_end_a_word() {
        check("kubernetes.io/cluster/prod-nkqd9: \"a-b\"", &["prod-nkqd9", "a-b"]);
        check("prod-nkqd9.example.com prod-nkqd9_x", &["prod-nkqd9", "prod-nkqd9"]);
        check("my-prod-nkqd9", &["my-prod-nkqd9"]);
        check("plain words", &[]);
        check("", &[]);
    }

    #[test]
    fn bytes_that_are_no_text_end_a_word_too() {
        let found: Vec<&str> = tokens(b"\xffa-b\xfe").map(|(_, token)| token).collect();
        assert_eq!(found, ["a-b"]);
    }

    #[test]
    fn lines_and_characters_are_counted_from_one() {
        let text = "é: x\r\nöö a-b".as_bytes();
        let (range, _) = tokens(text).next().unwrap();
        assert_eq!(place(text, range.start), (2, 4));
        assert_eq!(place(text, 0), (1, 1));
    }
}
