//! Bars of a timeline: each as long as its step took, where it began.

use std::collections::BTreeMap;
use std::ffi::OsString;

use trace::{DisplayStatus, TimeSpan};

use super::locale::locale_is_utf8;
use super::style;
use crate::flags::set_to;

/// Characters that a terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// All that Unicode has.
    Unicode,
    /// ASCII alone.
    Ascii,
}

impl Charset {
    /// As the environment says: a dumb terminal, or a locale that is not UTF-8, gets ASCII.
    pub fn of(environment: &BTreeMap<OsString, OsString>) -> Self {
        let is_dumb = set_to(environment, "TERM") == Some("dumb");
        match is_dumb || !locale_is_utf8(environment).unwrap_or(true) {
            true => Self::Ascii,
            false => Self::Unicode,
        }
    }

    /// The mark of a step.
    pub fn mark(self, step: DisplayStatus) -> &'static str {
        match (self, step) {
            (Self::Unicode, _) => style::step(step).0,
            (Self::Ascii, DisplayStatus::Changed) => "+",
            (Self::Ascii, DisplayStatus::Unchanged) => "=",
            (Self::Ascii, DisplayStatus::Skipped) => "-",
            (Self::Ascii, DisplayStatus::Failed) => "x",
            (Self::Ascii, DisplayStatus::Interrupted) => "!",
            (Self::Ascii, DisplayStatus::Running) => ">",
            (Self::Ascii, DisplayStatus::Pending | DisplayStatus::NotReached) => ".",
        }
    }
}

/// The eighths of a cell.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// A scale: the whole of a run over so many columns.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    pub whole: u64,
    pub columns: usize,
    pub charset: Charset,
}

impl Scale {
    /// The blanks before a bar, and the bar. It is never so short that it can't be seen, and never leaves its columns.
    pub fn bar(&self, time_span: TimeSpan) -> (String, String) {
        let eighth = |time: u64| {
            let cells = u128::from(time) * (self.columns as u128) * 8 / u128::from(self.whole.max(1));
            usize::try_from(cells).unwrap_or(usize::MAX).min(self.columns * 8)
        };
        let start = (eighth(time_span.start) / 8).min(self.columns.saturating_sub(1));
        let length = eighth(time_span.end()).saturating_sub(start * 8).max(1);
        let bar = match self.charset {
            Charset::Unicode => format!("{}{}", "█".repeat(length / 8), EIGHTHS[length % 8]),
            Charset::Ascii => "#".repeat(length.div_ceil(8)),
        };
        (" ".repeat(start), bar)
    }

    /// The line above the bars: the beginning and the end.
    pub fn axis(&self, whole: &str) -> String {
        let line = if self.charset == Charset::Ascii { "-" } else { "─" };
        let room = self.columns.saturating_sub(whole.len() + "0".len() + 2);
        format!("0 {} {whole}", line.repeat(room))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(charset: Charset, start: u64, length: u64, expect: &str) {
        let scale = Scale { whole: 1_000, columns: 10, charset };
        let (blanks, bar) = scale.bar(TimeSpan { start, length });
        assert_eq!(format!("{blanks}{bar}"), expect);
    }

    #[test]
    fn a_bar_stands_where_its_step_began_and_is_as_long_as_it_took() {
        check(Charset::Unicode, 0, 1_000, "██████████");
        check(Charset::Unicode, 300, 200, "   ██");
        check(Charset::Unicode, 300, 250, "   ██▌");
        check(Charset::Ascii, 300, 250, "   ###");
    }

    #[test]
    fn a_bar_is_never_too_short_to_be_seen_nor_longer_than_the_scale() {
        check(Charset::Unicode, 500, 0, "     ▏");
        check(Charset::Ascii, 1_000, 0, "         #");
        check(Charset::Unicode, 900, 5_000, "         █");
        check(Charset::Unicode, 9_000, 5_000, "         █");
    }

    #[test]
    fn a_run_that_took_no_time_has_bars_too() {
        let scale = Scale { whole: 0, columns: 4, charset: Charset::Unicode };
        assert_eq!(scale.bar(TimeSpan { start: 0, length: 0 }), (String::new(), "▏".into()));
    }

    #[test]
    fn the_axis_is_as_wide_as_the_bars() {
        let scale = Scale { whole: 1_000, columns: 20, charset: Charset::Unicode };
        assert_eq!(scale.axis("1.0s"), "0 ───────────── 1.0s");
        assert_eq!(scale.axis("1.0s").chars().count(), 20);
    }

    #[test]
    fn a_dumb_terminal_and_another_locale_get_ascii() {
        let check = |variables: &[(&str, &str)], expect| {
            let environment = variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
            assert_eq!(Charset::of(&environment), expect, "{variables:?}");
        };
        check(&[], Charset::Unicode);
        check(&[("TERM", "dumb"), ("LANG", "en_US.UTF-8")], Charset::Ascii);
        check(&[("LANG", "C")], Charset::Ascii);
        check(&[("LC_ALL", "C.utf8"), ("LANG", "C")], Charset::Unicode);
        check(&[("LC_ALL", ""), ("LANG", "en_US.UTF-8"), ("TERM", "xterm")], Charset::Unicode);
    }
}
