//! The bytes that the lines of a dump show (`xxd`, `hexdump`, `od -t x1`, `od -c`), and text that was broken into lines of one
//! width (`base64`, `xxd -p`). Both break in the middle of a secret.

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::view::{View, lines};

/// No line of a dump is longer.
const LONGEST: usize = 400;
/// The least that programs break text at.
const WIDTH: std::ops::RangeInclusive<usize> = 16..=LONGEST;

/// Where the line stands, and bytes one by one. `hexdump -C` has two blanks in the middle.
static BYTES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[ \t]*(?:(?:0x)?[0-9a-fA-F]{3,16}:?[ \t]+|[0-9a-fA-F]+:[ \t]+)?((?:[0-9a-fA-F]{2} {1,2})*[0-9a-fA-F]{2})(?:[ \t\r]|$)")
        .expect("the pattern is a constant, and the tests use it")
});

/// The same with words of two bytes; the last may have one.
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[ \t]*(?:(?:0x)?[0-9a-fA-F]{5,16}[ \t]+|(?:0x)?[0-9a-fA-F]+:[ \t]+)?((?:[0-9a-fA-F]{4} )*[0-9a-fA-F]{4}(?: [0-9a-fA-F]{2})?)(?:[ \t\r]|$)")
        .expect("the pattern is a constant, and the tests use it")
});

/// Words of four bytes; the last may have fewer, and stands to the right then.
static LONGS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^(?:0x)?[0-9a-fA-F]{5,16}:?[ \t]+((?:[0-9a-fA-F]{8} +)*(?:[0-9a-fA-F]{2}){1,4})(?:[ \t\r]|$)",
    )
    .expect("the pattern is a constant, and the tests use it")
});

/// Where the line stands, and each byte in four columns.
static CHARS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[0-9a-fA-F]{5,16}((?:   [\x20-\x7e]|  \\[\x20-\x7e]| [0-7]{3})+)\r?$")
        .expect("the pattern is a constant, and the tests use it")
});

/// What a line of digits is read as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Bytes one by one.
    Bytes,
    /// Words of two bytes as they come: `xxd`.
    Words,
    /// Words of two bytes, the second byte first: `hexdump` and `od -x` on most machines.
    Swapped,
    /// Words of four bytes, the last byte first: `xxd -e` and `od -t x4` on most machines.
    Longs,
    /// Characters: `od -c` and `hexdump -c`.
    Chars,
}

impl Reading {
    pub(crate) const ALL: [Self; 5] = [Self::Bytes, Self::Words, Self::Swapped, Self::Longs, Self::Chars];

    /// What the dumps in `text` show; none where there is none, as in nearly every text. `more`: its last line may go on.
    pub(crate) fn of(self, text: &[u8], more: bool) -> Option<View> {
        let mut view = View::default();
        for (at, line, ended) in lines(text) {
            // Nobody can tell yet what its digits are.
            if more && !ended && may_become_dump(line) {
                break;
            }
            let shown = may_be_dump(line).then(|| self.digits(line)).flatten();
            match shown {
                Some((start, cells)) if self == Self::Chars => chars(&mut view, at + start, cells),
                Some((start, digits)) => self.push(&mut view, at + start, digits, at + line.len()),
                None => view.end(at),
            }
        }
        (!view.bytes.is_empty()).then_some(view)
    }

    fn digits(self, line: &[u8]) -> Option<(usize, &[u8])> {
        let pattern = match self {
            Self::Bytes => &BYTES,
            Self::Words | Self::Swapped => &WORDS,
            Self::Longs => &LONGS,
            Self::Chars => &CHARS,
        };
        let found = pattern.captures(line)?.get(1)?;
        Some((found.start(), found.as_bytes()))
    }

    /// `end`: of the line, which shows its bytes once more behind the digits.
    fn push(self, view: &mut View, start: usize, digits: &[u8], end: usize) {
        let at = |index: usize| (!matches!(digits[index], b' ')).then_some(index);
        let places: Vec<usize> = (0..digits.len()).filter_map(at).collect();
        let mut bytes: Vec<u8> =
            places.chunks_exact(2).map(|pair| value(digits[pair[0]]) << 4 | value(digits[pair[1]])).collect();
        let word = match self {
            Self::Swapped => 2,
            Self::Longs => 4,
            Self::Bytes | Self::Words | Self::Chars => 1,
        };
        match self {
            Self::Longs => bytes.chunks_mut(word).for_each(<[u8]>::reverse),
            _ => bytes.chunks_exact_mut(word).for_each(<[u8]>::reverse),
        }
        for (index, byte) in bytes.into_iter().enumerate() {
            // All bytes of a word stand where the word does.
            let first = index / word * word;
            view.push(byte, start + places[2 * first]..end);
        }
    }
}

/// The bytes of cells that have four columns each.
fn chars(view: &mut View, start: usize, cells: &[u8]) {
    for (index, cell) in cells.chunks_exact(4).enumerate() {
        let byte = match cell {
            [b' ', b' ', b'\\', escaped] => unescaped(*escaped),
            [b' ', b' ', b' ', byte] => *byte,
            [b' ', one, two, three] => {
                let octal =
                    [one, two, three].iter().fold(0, |sum, digit| sum * 8 + u32::from(value(**digit)));
                u8::try_from(octal).unwrap_or_default()
            }
            _ => return,
        };
        view.push(byte, start + 4 * index..start + 4 * (index + 1));
    }
}

/// As C writes it behind a backslash.
fn unescaped(letter: u8) -> u8 {
    match letter {
        b'0' => 0,
        b'a' => 7,
        b'b' => 8,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 11,
        b'f' => 12,
        b'r' => b'\r',
        other => other,
    }
}

/// Text in lines of one width as one line.
pub(crate) fn unbroken(text: &[u8]) -> Option<View> {
    let mut view = View::default();
    let mut width = None;
    for (at, line, ended) in lines(text) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let follows = width.is_some_and(|width| line.len() <= width) && line.iter().all(is_code);
        if !follows {
            view.end(at);
            width = None;
            if !(WIDTH.contains(&line.len()) && line.iter().all(is_code)) {
                continue;
            }
        }
        for (index, byte) in line.iter().enumerate() {
            view.push(*byte, at + index..at + index + 1);
        }
        width = width.or(Some(line.len())).filter(|width| !ended || line.len() == *width);
    }
    (!view.bytes.is_empty()).then_some(view)
}

/// From where `text` is to be kept, of which all before `safe` could go: a line of a dump is read as a whole, and one that
/// has no end yet may become one.
pub(crate) fn kept_whole(text: &[u8], safe: usize) -> usize {
    let begin = |upto: usize| text[..upto].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let safe = match begin(text.len()) {
        last if may_become_dump(&text[last..]) => safe.min(last),
        _ => safe,
    };
    if safe == text.len() {
        return safe;
    }
    let begin = begin(safe);
    let line = lines(&text[begin..]).next().map_or(&[][..], |(_, line, _)| line);
    if may_be_dump(line) || (line.len() <= LONGEST && line.iter().all(is_code)) { begin } else { safe }
}

/// Whether a line that has no end yet may be one of a dump.
fn may_become_dump(line: &[u8]) -> bool {
    let place = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    is_digits(line) || line.len() <= LONGEST && place >= 5 && line[place..].starts_with(b" ")
}

fn is_digits(line: &[u8]) -> bool {
    let digit = |byte: &u8| byte.is_ascii_hexdigit() || b" \t:x".contains(byte);
    line.len() <= LONGEST && line.iter().all(digit)
}

/// Whether it stands in base64, or in digits.
fn is_code(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=-_".contains(byte)
}

/// Nearly no line of a log begins so: digits, and a blank or a colon behind them. It is left without a closer look.
fn may_be_dump(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    let line = line.strip_prefix(b"0x").unwrap_or(line);
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    line.len() <= LONGEST
        && digits > 1
        && matches!(line.get(digits), None | Some(b' ' | b'\t' | b':' | b'\r'))
}

/// Of a digit.
fn value(digit: u8) -> u8 {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(reading: Reading, text: &str, expect: &str) {
        let view = reading.of(text.as_bytes(), false).unwrap();
        let bytes: Vec<u8> = view.bytes.iter().copied().filter(|byte| *byte != crate::view::GAP).collect();
        assert_eq!(String::from_utf8_lossy(&bytes), expect, "{text:?}");
    }

    #[test]
    fn the_dumps_of_common_programs_are_read() {
        check(Reading::Words, "00000000: 6768 705f 61  ghp_a\n00000005: 6263  bc\n", "ghp_abc");
        check(Reading::Swapped, "0000000 6867 5f70\n0000004\n", "ghp_");
        check(Reading::Bytes, "00000000  67 68 70 5f 61 62 63 64  65 66  |ghp_abcdef|\n", "ghp_abcdef");
        check(Reading::Bytes, "0000000 67 68\n", "gh");
        check(Reading::Bytes, " 67 68 70\n 5f\n", "ghp_");
        check(Reading::Bytes, "0x0010:  67 68\n", "gh");
        check(Reading::Words, "\t0x0010:  6768 705f\n", "ghp_");
        check(
            Reading::Longs,
            "00000000: 5f706867 63626178  ghp_xabc\n00000008:     6564  de\n",
            "ghp_xabcde",
        );
        check(Reading::Longs, "0000000 5f706867\n0000004\n", "ghp_");
        check(Reading::Chars, "0000000   g   h   p   _  \\n 303       x\n0000010\n", "ghp_\n\u{fffd} x");
    }

    #[test]
    fn other_texts_are_none() {
        for text in ["applying a change\n", "2026-11-30T01:02:03Z it began\n", "added 3 of 4\n", "", "\n\n"] {
            assert!(
                Reading::ALL.iter().all(|reading| reading.of(text.as_bytes(), false).is_none()),
                "{text}"
            );
            assert!(unbroken(text.as_bytes()).is_none());
        }
    }

    #[test]
    fn lines_of_one_width_are_one_line() {
        let (one, two) = ("a".repeat(40), "b".repeat(40));
        let view = unbroken(format!("x\n{one}\n{two}\nccc\nddd\n").as_bytes()).unwrap();
        assert_eq!(String::from_utf8_lossy(&view.bytes[..83]), format!("{one}{two}ccc"));
        assert_eq!(view.place(39..41), 41..44);
    }
}
