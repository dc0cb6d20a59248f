//! The words of a text that can contain an infraID: letters, digits and dashes. A dot, a slash or an underscore ends a
//! word.

use std::ops::Range;

/// The length limit of a name in Kubernetes or in a cloud.
const LONGEST: usize = 255;

/// Returns all words of `text` that have a dash and the length of a name, in order.
pub(crate) fn tokens(text: &[u8]) -> impl Iterator<Item = (Range<usize>, &str)> {
    let belongs = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-';
    let mut at = 0;
    std::iter::from_fn(move || {
        at += text[at..].iter().position(belongs)?;
        let start = at;
        at += text[start..].iter().position(|b| !belongs(b)).unwrap_or(text.len() - start);
        Some(start..at)
    })
    .filter(|range| range.len() <= LONGEST)
    .filter_map(|range| {
        let token = std::str::from_utf8(&text[range.clone()]).ok()?;
        token.contains('-').then_some((range, token))
    })
}

/// A pass through a text that counts lines and characters from 1, as an editor does.
pub(crate) struct Cursor<'t> {
    text: &'t [u8],
    at: usize,
    line: usize,
    column: usize,
}

impl<'t> Cursor<'t> {
    /// Begins at the first byte.
    pub(crate) fn new(text: &'t [u8]) -> Self {
        Self { text, at: 0, line: 1, column: 1 }
    }

    /// Returns line and column of a byte. Offsets must not decrease from call to call.
    pub(crate) fn place(&mut self, offset: usize) -> (usize, usize) {
        for b in &self.text[self.at..offset] {
            match b {
                b'\n' => (self.line, self.column) = (self.line + 1, 1),
                // This byte continues a character.
                0b1000_0000..=0b1011_1111 => {}
                _ => self.column += 1,
            }
        }
        self.at = offset;
        (self.line, self.column)
    }
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
    fn what_is_too_long_for_a_name_is_none() {
        let long = "a-".repeat(LONGEST);
        check(&format!("{long} b-c"), &["b-c"]);
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
        let mut cursor = Cursor::new(text);
        assert_eq!(cursor.place(0), (1, 1));
        assert_eq!(cursor.place(range.start), (2, 4));
        assert_eq!(cursor.place(range.end), (2, 7));
    }
}
