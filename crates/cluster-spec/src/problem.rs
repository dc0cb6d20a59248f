//! What is wrong with a cluster.yaml, each with its place, and how that is shown.

use std::fmt;
use std::ops::Range;

use advice::{Advice, Catalogue as _, Diagnostic, Entry};
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use schemars::JsonSchema;
use serde::Serialize;

use crate::key::is_plain;
use crate::redact;
use crate::spec_error::SpecError;

/// More are counted, not told.
const TOLD: usize = 50;

/// One thing that is wrong with a cluster.yaml.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Problem {
    /// The code of the problem, such as `YAML-012`.
    pub id: &'static str,
    /// The key it is about, such as `gitops.repo_url`; empty where it is about the text as such.
    pub path: String,
    /// What is wrong. Never repeats a value.
    pub message: String,
    /// What is expected there instead.
    pub expected: String,
    /// What else helps to mend it.
    pub help: Option<String>,
    /// The line, counted from 1.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
    /// The marked bytes of the file.
    pub span: Range<usize>,
    /// The line as it may be shown: with all blanked that could be a secret.
    #[serde(skip)]
    pub(crate) shown: String,
    /// The marked bytes of `shown`.
    #[serde(skip)]
    pub(crate) mark: Range<usize>,
    /// What the catalogue says of it.
    #[serde(skip)]
    pub(crate) entry: &'static Entry,
}

/// All that is wrong with a cluster.yaml.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SpecProblems {
    /// The file, as it is called in messages.
    pub file: String,
    /// What is wrong, in the order of the file; at least one, at most fifty.
    pub problems: Vec<Problem>,
    /// How many more there are.
    pub more: usize,
}

impl SpecProblems {
    /// What was `found` in `text`, of which the `safe` parts may be shown.
    pub(crate) fn new(file: &str, text: &str, safe: &[Range<usize>], mut found: Vec<Found>) -> Self {
        let more = found.len().saturating_sub(TOLD);
        found.truncate(TOLD);
        let problems = found.into_iter().map(|found| place(text, safe, found)).collect();
        Self { file: file.to_owned(), problems, more }
    }

    /// Each problem with its place, its line and the spot marked, for people; with colours where `color`.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let mut parts: Vec<String> =
            self.problems.iter().map(|problem| self.render_one(&renderer, problem)).collect();
        if self.more > 0 {
            parts.push(format!("{}: {} more problems", self.file, self.more));
        }
        parts.join("\n\n")
    }

    fn render_one(&self, renderer: &Renderer, problem: &Problem) -> String {
        let annotation = AnnotationKind::Primary.span(problem.mark.clone()).label(&problem.expected);
        let snippet =
            Snippet::source(&problem.shown).line_start(problem.line).fold(false).annotation(annotation);
        let group = Level::ERROR.primary_title(&problem.message).id(problem.id);
        // Of a line that is shown in part the renderer can't count the column.
        let group = match problem.shown.starts_with('…') {
            true => {
                let origin = Origin::path(&self.file).line(problem.line).char_column(problem.column);
                group.element(origin).element(snippet)
            }
            false => group.element(snippet.path(&self.file)),
        };
        match &problem.help {
            Some(help) => renderer.render(&[group.element(Level::HELP.message(help))]),
            None => renderer.render(&[group]),
        }
    }
}

impl fmt::Display for SpecProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for SpecProblems {}

/// The entry is that of the first problem. Each problem says by itself what is expected: there is no hint.
impl Diagnostic for SpecProblems {
    fn entry(&self) -> &'static Entry {
        self.problems.first().map_or(&SpecError::ENTRIES[0], |problem| problem.entry)
    }

    fn hint(&self) -> Option<Advice> {
        None
    }
}

/// A problem on its way: what and where, not yet how it looks.
#[derive(Debug)]
pub(crate) struct Found {
    pub path: String,
    pub span: Range<usize>,
    pub entry: &'static Entry,
    pub message: String,
    pub expected: String,
    pub help: Option<String>,
}

impl Found {
    /// `error` at a place; its hint says what is expected there.
    pub(crate) fn new(path: &str, span: Range<usize>, error: &impl Diagnostic) -> Self {
        let expected = error.hint().unwrap_or_default().to_string();
        let (path, message) = (path.to_owned(), error.to_string());
        Self { path, span, entry: error.entry(), message, expected, help: None }
    }

    /// Has the entry of the rule that the value breaks.
    pub(crate) fn of_rule(mut self, rule: &'static Entry) -> Self {
        self.entry = rule;
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

fn place(text: &str, safe: &[Range<usize>], found: Found) -> Problem {
    let line = redact::line(text, &found.span, safe);
    Problem {
        path: if is_plain(&found.path) { found.path } else { "…".to_owned() },
        id: found.entry.code,
        entry: found.entry,
        message: found.message,
        expected: found.expected,
        help: found.help,
        line: line.number,
        column: line.column,
        span: found.span,
        shown: line.shown,
        mark: line.mark,
    }
}
