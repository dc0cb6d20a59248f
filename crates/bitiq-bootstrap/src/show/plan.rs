//! The plan, for people.

use bootstrap_core::Planned;
use diagnostics::{Intent, RunPlan};

use super::failure::NextCommand;
use super::style::{BOLD, DIM, NOTE, SUCCESS, WARNING, paint};
use super::wrap::hang;

/// Renders the changes that `run` would make, step by step. Its warnings were shown before.
pub fn plan(planned: &Planned, then: Option<NextCommand>, columns: Option<usize>) -> String {
    let facts = &planned.facts;
    let mut text = format!("{} {} at {}\n", paint(BOLD, "plan for"), facts.cluster, facts.server);
    text.push_str(&steps(&planned.plan, columns));
    for note in &facts.notes {
        text.push_str(&format!("{}\n", hang(&format!("{} {note}", paint(NOTE, "note:")), columns, 2)));
    }
    let sum = match (planned.plan.pending(), planned.plan.does_something()) {
        (true, _) => "changes are pending".to_owned(),
        (false, true) => format!("nothing is to be changed but by {}", diagnostics::SCRIPT),
        (false, false) => "nothing is to be changed".to_owned(),
    };
    text.push_str(&format!("{sum}\n"));
    text.extend(then.map(|then| format!("{}\n", then.line())));
    text
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
