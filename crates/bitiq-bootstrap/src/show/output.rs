//! Formats of output, and the stream that each leaves to people.

use std::io::IsTerminal as _;

use clap::builder::{PossibleValuesParser, TypedValueParser as _, ValueParser};

use super::wrap::{columns, columns_of_stderr};
use crate::flags::Value;

/// Format of output, as `-o` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Output {
    /// Text on stdout.
    #[default]
    Text,
    /// One JSON document on stdout.
    Json,
    /// Each event as a line of JSON on stdout, and no document.
    JsonLines,
}

impl Output {
    /// All formats, by name.
    pub const ALL: [(&'static str, Self); 3] =
        [("text", Self::Text), ("json", Self::Json), ("jsonl", Self::JsonLines)];

    /// Help of the flag.
    pub const HELP: &'static str = "text for people; json: one document on stdout; jsonl: each event as a line, for the commands that write";

    /// Returns the stream for people: in formats for programs, stdout holds nothing else.
    pub fn stream(self) -> Stream {
        match self {
            Self::Text => Stream::Stdout,
            Self::Json | Self::JsonLines => Stream::Stderr,
        }
    }

    /// True if people read stdout.
    pub fn is_for_people(self) -> bool {
        self.stream() == Stream::Stdout
    }

    /// True if stdout gets the events.
    pub fn streams_events(self) -> bool {
        self == Self::JsonLines
    }

    fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|(it, _)| *it == name).map(|(_, output)| output).unwrap_or_default()
    }
}

impl Value for Output {
    fn parser() -> ValueParser {
        PossibleValuesParser::new(Self::ALL.map(|(name, _)| name)).map(|name| Self::named(&name)).into()
    }
}

/// Stream that people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
}

impl Stream {
    /// True if it is a terminal.
    pub fn is_terminal(self) -> bool {
        match self {
            Self::Stdout => std::io::stdout().is_terminal(),
            Self::Stderr => std::io::stderr().is_terminal(),
        }
    }

    /// Returns the columns of its terminal; `None` without one.
    pub fn columns(self) -> Option<usize> {
        match self {
            Self::Stdout => columns(),
            Self::Stderr => columns_of_stderr(),
        }
    }
}
