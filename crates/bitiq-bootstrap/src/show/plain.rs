//! What others wrote (a cluster's conditions, file names of a repository) goes to a terminal as text: nothing in it moves the
//! cursor, hides, or speaks to the terminal.

use std::borrow::Cow;

/// `text` with control characters made visible. Line breaks, tabs and plain colours stay.
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_odd) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(is_odd) {
        let (before, odd) = rest.split_at(at);
        out.push_str(before);
        let used = colour(odd).unwrap_or_else(|| {
            let first = odd.chars().next().unwrap_or_default();
            out.extend(first.escape_default());
            first.len_utf8()
        });
        if odd.starts_with('\u{1b}') && used > 1 {
            out.push_str(&odd[..used]);
        }
        rest = &odd[used..];
    }
    out.push_str(rest);
    out.into()
}

/// Also what turns the direction of writing.
fn is_odd(c: char) -> bool {
    c.is_control() && c != '\n' && c != '\t'
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

/// The length of the colour that `text` begins with. One that hides or blinks is none.
fn colour(text: &str) -> Option<usize> {
    let body = text.strip_prefix("\u{1b}[")?;
    let end = body.find('m')?;
    let allowed =
        |code: &str| matches!(code.parse(), Ok(0..=4 | 22..=24 | 30..=37 | 39 | 90..=97)) || code.is_empty();
    body[..end].split(';').all(allowed).then_some("\u{1b}[".len() + end + 1)
}

#[cfg(test)]
mod tests {
    use super::super::style::{BAD, BOLD, DIM, GOOD, NOTE, ODD, paint};
    use super::*;

    #[test]
    fn what_speaks_to_the_terminal_is_shown_instead() {
        let check = |text: &str, expect: &str| assert_eq!(plain(text), expect);
        check("a\u{1b}]0;title\u{7}b", "a\\u{1b}]0;title\\u{7}b");
        check("\u{1b}[2Jgone", "\\u{1b}[2Jgone");
        check("over\rwritten\u{8}", "over\\rwritten\\u{8}");
        check("\u{1b}[8mhidden\u{1b}[0m", "\\u{1b}[8mhidden\u{1b}[0m");
        check("\u{9b}2J\u{202e}é\u{1b}", "\\u{9b}2J\\u{202e}é\\u{1b}");
    }

    #[test]
    fn our_own_colours_stay() {
        for style in [GOOD, BAD, ODD, NOTE, DIM, BOLD] {
            let text = format!("a\n\t{} é", paint(style, "word"));
            assert_eq!(plain(&text), text);
        }
    }
}
