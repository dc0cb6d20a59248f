//! Target of output lines: a terminal with spinners below them, a pipe with their times, a pipeline's log.

use std::borrow::Cow;
use std::io::Write as _;

use indicatif::{MultiProgress, ProgressBar};

use super::super::output::Stream;
use super::super::sanitize::{sanitize_for_terminal, uncoloured};
use super::super::spinner::style;
use super::super::stdout::record_stdout_result;
use super::super::wrap::{hang, rows, width};
use super::terminal::target;
use super::view::{Ci, View};

/// Target of output lines.
pub struct Sink {
    stream: Stream,
    live: Option<MultiProgress>,
    stamps: bool,
    ascii: bool,
    ci: Option<Ci>,
    /// This folder with a slash behind it, in a terminal.
    folder: Option<String>,
}

impl Sink {
    pub fn new(view: &View) -> Self {
        Self {
            stream: view.stream,
            live: view.live.then(|| MultiProgress::with_draw_target(target())),
            stamps: view.stamps,
            ascii: view.ascii,
            ci: view.ci,
            folder: view.live.then(this_folder).flatten(),
        }
    }

    /// True if somebody watches.
    pub fn is_live(&self) -> bool {
        self.live.is_some()
    }

    /// Adds a spinner below the others.
    pub fn spinner(&self, text: &str) -> Option<ProgressBar> {
        let bar = self.live.as_ref()?.add(ProgressBar::new_spinner());
        style(&bar, self.ascii);
        bar.set_message(self.cleaned(text));
        Some(bar)
    }

    /// Without what speaks to the terminal.
    pub fn cleaned(&self, text: &str) -> String {
        sanitize_for_terminal(text).into_owned()
    }

    /// The same without colours: for what is no line of text.
    pub fn bare(&self, text: &str) -> String {
        uncoloured(&self.cleaned(text))
    }

    /// A line, broken to the terminal's width, what follows indented by `indent`.
    pub fn line(&self, text: &str, indent: usize) {
        let columns = if self.stamps { None } else { self.columns() };
        let text = self.cleaned(text);
        self.put(&hang(&self.shortened(&text), columns, indent));
    }

    /// A line that is not broken: it is to be copied.
    pub fn unbroken(&self, text: &str) {
        let text = self.cleaned(text);
        self.put(&self.shortened(&text));
    }

    /// In a terminal paths below this folder are relative to it. A log is read elsewhere.
    pub fn shortened<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match (&self.folder, text) {
            (Some(folder), text) if text.contains(folder.as_str()) => {
                text.replace(folder.as_str(), "").into()
            }
            _ => text.into(),
        }
    }

    /// Lines of others, each behind this mark: in a terminal also each row of a long line. All of them in one write,
    /// because there may be many.
    pub fn behind(&self, mark: &str, lines: &str) {
        let lines = self.cleaned(lines);
        let before = format!("{}{mark}", self.stamp());
        let room =
            self.columns().filter(|_| self.is_live()).map(|columns| columns.saturating_sub(width(mark)));
        let mut text = String::with_capacity(lines.len() * 2);
        for row in lines.split('\n').flat_map(|line| rows(line, room)) {
            text.push_str(&before);
            text.push_str(row);
            text.push('\n');
        }
        text.pop();
        self.write(&self.shown(&text));
    }

    /// An error, on stderr. Its lines are broken by whoever made them.
    pub fn error(&self, text: &str) {
        let text = self.cleaned(text);
        let text = self.shortened(&text);
        let text = self.shown(&text);
        self.beside(|| writeln!(anstream::stderr(), "{text}").ok());
    }

    /// A command to a pipeline's runner: a line of its own. Its control characters are no colours: they stay where those
    /// are off. What is in it was cleaned before it became one.
    pub fn command(&self, text: &str) {
        self.beside(|| match self.stream {
            Stream::Stdout => record_stdout_result(writeln!(std::io::stdout(), "{text}")),
            Stream::Stderr => _ = writeln!(std::io::stderr(), "{text}"),
        });
    }

    fn put(&self, text: &str) {
        self.write(&format!("{}{}", self.stamp(), self.shown(text)));
    }

    /// Returns the beginning of a line: its time, if nobody watches.
    fn stamp(&self) -> String {
        match self.stamps {
            true => format!("{} ", jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ")),
            false => String::new(),
        }
    }

    /// Of the terminal that is written to.
    pub fn columns(&self) -> Option<usize> {
        self.stream.columns()
    }

    fn write(&self, text: &str) {
        self.beside(|| match self.stream {
            Stream::Stdout => {
                let text = coloured(text, anstream::stdout().current_choice());
                record_stdout_result(std::io::stdout().write_all(text.as_bytes()));
            }
            Stream::Stderr => {
                let text = coloured(text, anstream::stderr().current_choice());
                _ = std::io::stderr().write_all(text.as_bytes());
            }
        });
    }

    /// Spinners give way to what is written.
    fn beside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.live {
            Some(live) => live.suspend(write),
            None => write(),
        }
    }

    fn shown<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let harmless = self.ci.map_or(Cow::Borrowed(text), |ci| ci.harmless(text));
        if self.ascii { in_ascii(&harmless).into() } else { harmless }
    }
}

/// The folder of the process; none for the root of the file system.
fn this_folder() -> Option<String> {
    let folder = std::env::current_dir().ok()?;
    folder.parent().map(|_| format!("{}/", folder.display()))
}

/// A text with its line break, and without its colours where nobody wants any: in one piece, to be written at once.
fn coloured(text: &str, choice: anstream::ColorChoice) -> String {
    match choice {
        anstream::ColorChoice::Never => format!("{}\n", uncoloured(text)),
        _ => format!("{text}\n"),
    }
}

/// Our marks, for a terminal that may not have them.
fn in_ascii(text: &str) -> String {
    const MARKS: [(char, &str); 11] = [
        ('–', "-"),
        ('✓', "+"),
        ('✗', "x"),
        ('…', "..."),
        ('·', "-"),
        ('│', "|"),
        ('┌', ","),
        ('└', "`"),
        ('─', "-"),
        ('╎', ":"),
        ('█', "#"),
    ];
    MARKS.iter().fold(text.to_owned(), |text, (mark, ascii)| text.replace(*mark, ascii))
}

/// A command on a line of its own, below what it is for.
pub const COMMAND: &str = "\n    ";
