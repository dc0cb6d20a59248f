//! The plan, for people.

use bootstrap_core::{Intent, Planned};

use super::style::{BOLD, DIM, GOOD, NOTE, ODD, paint};

/// What `run` would do, step by step.
pub fn plan(planned: &Planned) -> String {
    let facts = &planned.facts;
    let mut text = format!("{} {} at {}\n", paint(BOLD, "plan for"), facts.cluster, facts.server);
    for step in &planned.plan.steps {
        text.push_str(&format!("  {:<12} {}\n", step.name, intent(&step.intent)));
    }
    for note in &facts.notes {
        text.push_str(&format!("{} {note}\n", paint(NOTE, "note:")));
    }
    for warning in &planned.warnings {
        text.push_str(&format!("{} {warning}\n", paint(ODD, "warning:")));
    }
    let sum = if planned.plan.pending() { "changes are pending" } else { "nothing is to be changed" };
    text.push_str(&format!("{sum}\n"));
    text
}

fn intent(intent: &Intent) -> String {
    match intent {
        Intent::Unchanged => paint(GOOD, "unchanged"),
        Intent::Skip { reason } => format!("{} {reason}", paint(DIM, "skipped:")),
        Intent::Run { what } => format!("{} {what}", paint(BOLD, "runs")),
        Intent::Watch { what } => format!("{} {what}", paint(BOLD, "watches")),
        Intent::Change { changes } => {
            let lines: Vec<String> = changes.iter().map(|change| paint(ODD, change)).collect();
            lines.join(&format!("\n{:15}", ""))
        }
    }
}
