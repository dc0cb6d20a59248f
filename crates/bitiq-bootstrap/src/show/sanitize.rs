//! Makes text of others (a cluster's conditions, file names of a repository) safe for a terminal: nothing in it moves
//! the cursor, hides, or speaks to the terminal.

use std::borrow::Cow;

/// `text` with control characters made visible. Line breaks, tabs and plain colours stay; a colour ends with its line.
pub fn sanitize_for_terminal(text: &str) -> Cow<'_, str> {
    if secret::is_printable(text.as_bytes()) || !text.chars().any(needs_escape) {
        return text.into();
    }
    text.split('\n').map(sanitize_line).collect::<Vec<_>>().join("\n").into()
}

/// `text`, which is plain, without its colours. Nothing else in it begins with an escape character, so the text between
/// them goes on as it is: a script may print hundreds of megabytes.
pub fn uncoloured(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut out = String::with_capacity(text.len());
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        out.push_str(part.split_once('m').map_or(part, |(_, rest)| rest));
    }
    out
}

fn sanitize_line(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    let mut on = false;
    while let Some(at) = rest.find(needs_escape) {
        let (before, odd) = rest.split_at(at);
        out.push_str(before);
        let used = match colour(odd) {
            Some(length) => {
                out.push_str(&odd[..length]);
                on = !ends_all(&odd[..length]);
                length
            }
            None => {
                let first = odd.chars().next().unwrap_or_default();
                out.extend(first.escape_default());
                first.len_utf8()
            }
        };
        rest = &odd[used..];
    }
    out.push_str(rest);
    if on {
        out.push_str("\u{1b}[0m");
    }
    out
}

/// True for a character that speaks to a terminal, turns the direction of writing, or has no width.
pub(super) fn needs_escape(c: char) -> bool {
    c.is_control() && c != '\n' && c != '\t'
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// True if a colour ends all colours before it.
fn ends_all(colour: &str) -> bool {
    let last = colour.trim_end_matches('m').rsplit(['[', ';']).next();
    last.is_none_or(|code| code.trim_start_matches('0').is_empty())
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
    use super::super::style::{BOLD, DIM, ERROR, NOTE, SUCCESS, WARNING, paint};
    use super::*;

    #[test]
    fn without_colours_it_is_what_a_terminal_without_them_shows() {
        for text in
            ["", "a", "\u{1b}[1;31ma\u{1b}[0m m\u{1b}[m\nb", "\u{1b}]0;t\u{7}x", "\u{1b}[2Jgone", "a\u{1b}"]
        {
            let plain = sanitize_for_terminal(text);
            assert_eq!(uncoloured(&plain), anstream::adapter::strip_str(&plain).to_string(), "{text:?}");
        }
    }

    #[test]
    fn what_speaks_to_the_terminal_is_shown_instead() {
        let check = |text: &str, expect: &str| assert_eq!(sanitize_for_terminal(text), expect);
        check("a\u{1b}]0;title\u{7}b", "a\\u{1b}]0;title\\u{7}b");
        check("\u{1b}[2Jgone", "\\u{1b}[2Jgone");
        check("over\rwritten\u{8}", "over\\rwritten\\u{8}");
        check("\u{1b}[8mhidden\u{1b}[0m", "\\u{1b}[8mhidden\u{1b}[0m");
        check("\u{9b}2J\u{202e}é\u{1b}", "\\u{9b}2J\\u{202e}é\\u{1b}");
        check("a\u{200b}b\u{2028}c\u{feff}d\u{61c}é", "a\\u{200b}b\\u{2028}c\\u{feff}d\\u{61c}é");
    }

    #[test]
    fn a_colour_ends_with_its_line() {
        let check = |text: &str, expect: &str| assert_eq!(sanitize_for_terminal(text), expect);
        check("\u{1b}[30ma\nb", "\u{1b}[30ma\u{1b}[0m\nb");
        check("\u{1b}[0;31ma", "\u{1b}[0;31ma\u{1b}[0m");
        check("\u{1b}[31ma\u{1b}[m b", "\u{1b}[31ma\u{1b}[m b");
        check("\u{1b}[1ma\u{1b}[0m\n\u{1b}[2mb", "\u{1b}[1ma\u{1b}[0m\n\u{1b}[2mb\u{1b}[0m");
    }

    #[test]
    fn our_own_colours_stay() {
        for style in [SUCCESS, ERROR, WARNING, NOTE, DIM, BOLD] {
            let text = format!("a\n\t{} é", paint(style, "word"));
            assert_eq!(sanitize_for_terminal(&text), text);
        }
    }
}
