//! Long lines in a terminal: broken between words, with what follows indented.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Below this many columns a break does more harm than good.
const NARROWEST: usize = 20;

/// Columns of the terminal that stderr is; none where it is no terminal.
pub fn columns_of_stderr() -> Option<usize> {
    terminal_size::terminal_size_of(std::io::stderr()).map(|(width, _)| usize::from(width.0))
}

/// Columns of the terminal that stdout is; none where it is no terminal.
pub fn columns() -> Option<usize> {
    terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0))
}

/// `text` with its first line broken to fit into `columns`, what follows a break indented by `indent`. A word that is
/// longer than a line (a path, a URL) stays whole: it is to be copied. So do further lines: they are commands, or were
/// laid out already.
pub fn hang(text: &str, columns: Option<usize>, indent: usize) -> Cow<'_, str> {
    match columns {
        Some(columns) if columns > NARROWEST => {
            // In a narrow terminal the text gets at least half.
            let indent = indent.min(columns / 2);
            let (first, further) = text.split_at(text.find('\n').unwrap_or(text.len()));
            (broken(first, columns, indent) + further).into()
        }
        _ => text.into(),
    }
}

fn broken(line: &str, columns: usize, indent: usize) -> String {
    let mut made = String::new();
    let mut column = 0;
    for word in line.split_inclusive(' ') {
        let (whole, bare) = (width(word), width(word.trim_end()));
        if column > indent && column + bare > columns && bare <= columns - indent {
            made.truncate(made.trim_end().len());
            made.push('\n');
            made.push_str(&" ".repeat(indent));
            column = indent;
        }
        made.push_str(word);
        column += whole;
    }
    made
}

/// The rows of a line in a terminal with `room` for it. Colours take no room.
pub fn rows(line: &str, room: Option<usize>) -> Vec<&str> {
    let Some(room) = room.filter(|room| *room > NARROWEST) else { return vec![line] };
    let (mut rows, mut begin, mut column, mut in_escape) = (Vec::new(), 0, 0, false);
    for (at, letter) in line.char_indices() {
        let takes = if in_escape || letter == '\u{1b}' { 0 } else { letter.width().unwrap_or_default() };
        in_escape = letter == '\u{1b}' || (in_escape && letter != 'm');
        if column + takes > room {
            rows.push(&line[begin..at]);
            (begin, column) = (at, 0);
        }
        column += takes;
    }
    rows.push(&line[begin..]);
    rows
}

/// Columns that a text takes: two for a wide character of Asia, none for a colour or an accent of its own.
pub fn width(text: &str) -> usize {
    anstream::adapter::strip_str(text).to_string().width()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, columns: usize, indent: usize, expect: &str) {
        assert_eq!(hang(text, Some(columns), indent), expect);
    }

    #[test]
    fn a_line_breaks_between_words_and_hangs() {
        check(
            "  vault   accepted (seen from this machine)",
            34,
            10,
            "  vault   accepted (seen from this\n          machine)",
        );
    }

    #[test]
    fn a_line_that_fits_stays() {
        check("  as  it is", 40, 4, "  as  it is");
    }

    #[test]
    fn a_word_longer_than_a_line_stays_whole() {
        check(
            "at /a/very/long/path/that/no/line/can/hold",
            24,
            2,
            "at /a/very/long/path/that/no/line/can/hold",
        );
    }

    #[test]
    fn a_command_on_a_line_of_its_own_stays_whole() {
        check(
            "it has to be approved:\noc -n operators patch it",
            20 + 1,
            2,
            "it has to be\n  approved:\noc -n operators patch it",
        );
    }

    #[test]
    fn a_wide_character_takes_two_columns_and_an_accent_none() {
        assert_eq!([width("a"), width("版"), width("e\u{301}"), width("\u{1b}[1ma\u{1b}[0m")], [1, 2, 1, 1]);
    }

    #[test]
    fn colours_take_no_room() {
        check(
            "\u{1b}[32mone two three four five\u{1b}[0m",
            24,
            2,
            "\u{1b}[32mone two three four five\u{1b}[0m",
        );
    }

    #[test]
    fn a_long_line_has_as_many_rows_as_the_terminal_needs_and_loses_no_letter() {
        let line = format!("\u{1b}[31m{}\u{1b}[0m", "版a".repeat(20));
        let made = rows(&line, Some(30));
        assert_eq!((made.len(), made.concat()), (2, line.clone()));
        assert!(made.iter().all(|row| width(row) <= 30), "{made:?}");
        assert_eq!(rows(&line, None), [line.as_str()]);
        assert_eq!(rows("", Some(30)), [""]);
    }

    #[test]
    fn without_a_terminal_nothing_is_broken() {
        let long = "a ".repeat(200);
        assert_eq!(hang(&long, None, 2), long);
    }
}
