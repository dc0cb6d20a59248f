//! Result of `plan`.

use anstyle::Style;
use bootstrap_core::Planned;
use diagnostics::{Facts, Intent, RunPlan, StepPlan};
use schemars::JsonSchema;
use serde::Serialize;
use trace::{Action, Change};

use super::document::{Document, TextView, VERSION};
use super::failure::NextCommand;
use super::style::{BOLD, DIM, ERROR, NOTE, SUCCESS, WARNING, paint};
use super::wrap::hang;

/// Of `plan`, and of a command that writes with `--dry-run`.
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
        text.push_str(&format!("{}\n", sum(self.plan)));
        text.extend(self.next.iter().map(|next| format!("{}\n", next.line())));
        text
    }
}

/// `3 to create, 1 to update. scripts/bootstrap.sh will run.`
fn sum(plan: &RunPlan) -> String {
    let all: Vec<Action> = plan.changes().map(|change| change.action).collect();
    let part = |mark: Mark| {
        let count = all.iter().filter(|action| Mark::of(**action) == mark).count();
        (count > 0).then(|| paint(mark.colour(), format!("{count} to {}", mark.verb())))
    };
    let parts: Vec<String> = [Mark::Add, Mark::Change, Mark::Remove].into_iter().filter_map(part).collect();
    let changes = if parts.is_empty() { "No changes".to_owned() } else { parts.join(", ") };
    let script = plan.runs_script().then(|| format!(" {} will run.", diagnostics::SCRIPT));
    format!("{changes}.{}", script.unwrap_or_default())
}

/// Each step with its changes, a field a line.
pub fn steps(plan: &RunPlan, columns: Option<usize>) -> String {
    const INDENT: usize = 17;
    let mut text = String::new();
    for step in &plan.steps {
        for (at, line) in intent(&step.intent).iter().enumerate() {
            let name = if at == 0 { step.name.name() } else { "" };
            text.push_str(&format!("{}\n", hang(&format!("  {name:<12} {line}"), columns, INDENT)));
        }
    }
    text
}

fn intent(intent: &Intent) -> Vec<String> {
    match intent {
        Intent::Unchanged => vec![paint(DIM, "= unchanged")],
        Intent::Skip { reason } => vec![paint(DIM, format!("– skipped: {reason}"))],
        Intent::Run { what } => vec![format!("{} run {what}", paint(NOTE, "›"))],
        Intent::Watch { what } => vec![format!("{} watch {what}", paint(NOTE, "›"))],
        Intent::Change { changes } => changes.iter().flat_map(change).collect(),
    }
}

/// `+ Secret a/b`, and its fields below it.
fn change(change: &Change) -> Vec<String> {
    let mark = Mark::of(change.action);
    let after = change.after.as_ref().map(|step| format!(" (after {step})")).unwrap_or_default();
    let object = paint(mark.colour(), format!("{} {}{after}", mark.sign(), change.object));
    let fields = change.fields.iter().map(|field| format!("    {field}"));
    std::iter::once(object).chain(fields).collect()
}

/// The mark of a change.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Add,
    Change,
    Remove,
}

impl Mark {
    fn of(action: Action) -> Self {
        match action {
            Action::Create => Self::Add,
            Action::Update | Action::Write | Action::Run => Self::Change,
            Action::Delete => Self::Remove,
        }
    }

    fn sign(self) -> char {
        match self {
            Self::Add => '+',
            Self::Change => '~',
            Self::Remove => '-',
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Add => "create",
            Self::Change => "update",
            Self::Remove => "delete",
        }
    }

    fn colour(self) -> Style {
        match self {
            Self::Add => SUCCESS,
            Self::Change => WARNING,
            Self::Remove => ERROR,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::Step;

    #[test]
    fn a_plan_ends_in_counts_and_shows_a_field_a_line() {
        let mut plan = RunPlan::default();
        let changes =
            vec![Change::create("Secret a/b").fields(["url", "type"]), Change::delete("Secret a/c")];
        plan.push(Step::RepoCreds, Intent::Change { changes });
        plan.push(Step::Operator, Intent::Skip { reason: "no chart".into() });
        plan.push(Step::Script, Intent::Run { what: "it".into() });
        let plain = |text: &str| anstream::adapter::strip_str(text).to_string();
        let expect = "  repo-creds   + Secret a/b\n                   url\n                   type\n               - Secret a/c\n  \
            operator     – skipped: no chart\n  script       › run it\n";
        assert_eq!(plain(&steps(&plan, None)), expect);
        assert_eq!(plain(&sum(&plan)), "1 to create, 1 to delete. scripts/bootstrap.sh will run.");
        assert_eq!(plain(&sum(&RunPlan::default())), "No changes.");
    }
}
