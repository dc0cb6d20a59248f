//! Result of `plan`.

use bootstrap_core::Planned;
use diagnostics::{Facts, Intent, RunPlan, StepPlan};
use schemars::JsonSchema;
use serde::Serialize;

use super::document::{Document, TextView, VERSION};
use super::failure::NextCommand;
use super::style::{BOLD, DIM, NOTE, SUCCESS, WARNING, paint};
use super::wrap::hang;

/// Of `plan` and `release --dry-run`.
#[derive(Serialize, JsonSchema)]
pub struct Plan<'a> {
    /// The version of this document: 1.
    schema_version: u32,
    /// Who we are where, and what is handed over.
    facts: &'a Facts,
    /// What each step would do.
    steps: &'a [StepPlan],
    /// Whether something would be written; that the script would run does not count.
    pending: bool,
    /// What to look at.
    warnings: &'a [String],
    #[serde(skip)]
    plan: &'a RunPlan,
    #[serde(skip)]
    next: Option<NextCommand>,
}

impl<'a> Plan<'a> {
    /// Of the result of a dry run; `next` is the command that applies it.
    pub fn new(planned: &'a Planned, next: Option<NextCommand>) -> Self {
        let Planned { facts, plan, warnings } = planned;
        let (schema_version, pending) = (VERSION, plan.pending());
        Self { schema_version, facts, steps: &plan.steps, pending, warnings, plan, next }
    }
}

impl Document for Plan<'_> {
    /// Renders the changes that `run` would make, step by step. Its warnings were shown before.
    fn text(&self, view: &TextView<'_>) -> String {
        let (facts, columns) = (self.facts, view.columns);
        let mut text = format!("{} {} at {}\n", paint(BOLD, "plan for"), facts.cluster, facts.server);
        text.push_str(&steps(self.plan, columns));
        for note in &facts.notes {
            text.push_str(&format!("{}\n", hang(&format!("{} {note}", paint(NOTE, "note:")), columns, 2)));
        }
        let sum = match (self.pending, self.plan.does_something()) {
            (true, _) => "changes are pending".to_owned(),
            (false, true) => format!("nothing is to be changed but by {}", diagnostics::SCRIPT),
            (false, false) => "nothing is to be changed".to_owned(),
        };
        text.push_str(&format!("{sum}\n"));
        text.extend(self.next.iter().map(|next| format!("{}\n", next.line())));
        text
    }
}

/// Each step, and what it does.
pub fn steps(plan: &RunPlan, columns: Option<usize>) -> String {
    let mut text = String::new();
    for step in &plan.steps {
        let changes = intent(&step.intent);
        let line = |(at, change): (usize, &String)| {
            let name = if at == 0 { step.name.name() } else { "" };
            format!("{}\n", hang(&format!("  {name:<12} {change}"), columns, 17))
        };
        text.extend(changes.iter().enumerate().map(line));
    }
    text
}

/// Renders a text for each change.
fn intent(intent: &Intent) -> Vec<String> {
    match intent {
        Intent::Unchanged => vec![paint(SUCCESS, "unchanged")],
        Intent::Skip { reason } => vec![format!("{} {reason}", paint(DIM, "skipped:"))],
        Intent::Run { what } => vec![format!("{} {what}", paint(BOLD, "runs"))],
        Intent::Watch { what } => vec![format!("{} {what}", paint(BOLD, "watches"))],
        Intent::Change { changes } => changes.iter().map(|change| paint(WARNING, change)).collect(),
    }
}
