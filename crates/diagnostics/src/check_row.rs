//! One thing that was looked at, and what came of it: what `check` and `verify` are made of. Pure.

use crate::Subject;
use schemars::JsonSchema;
use secret::Mask;
use serde::Serialize;

use crate::failure::{Failure, FailureKind};
use crate::here::Here;

/// What a look came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RowStatus {
    /// It is as the sentence says.
    Ok,
    /// It is not quite; nothing fails of it now.
    Warning,
    /// It is not.
    Failed,
    /// It was not looked at, and the details say why.
    Skipped,
}

impl RowStatus {
    /// In the order of the sum below a report.
    pub const ALL: [Self; 4] = [Self::Ok, Self::Warning, Self::Failed, Self::Skipped];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// One row of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Row {
    /// The system it is about: rows of one group stand together.
    pub group: Subject,
    /// What is so where all is well: "nodes are Ready (6)".
    pub sentence: String,
    /// Whether it is so.
    pub status: RowStatus,
    /// What is not so, or why it was skipped; one line each. People are shown the first few.
    pub details: Vec<String>,
    /// What to do next, in words.
    pub hint: Option<String>,
    /// What to do next, to be pasted: a command, or a manifest.
    pub command: Option<String>,
    /// Of which kind the failure is that made it failed, where it was one.
    #[serde(skip)]
    pub kind: Option<FailureKind>,
}

impl Row {
    /// It is as the sentence says.
    pub fn ok(group: Subject, sentence: impl Into<String>) -> Self {
        let (details, hint, command, kind) = (Vec::new(), None, None, None);
        Self { group, sentence: sentence.into(), status: RowStatus::Ok, details, hint, command, kind }
    }

    /// It is not quite.
    pub fn warning(group: Subject, sentence: impl Into<String>, details: Vec<String>) -> Self {
        Self { status: RowStatus::Warning, details, ..Self::ok(group, sentence) }
    }

    /// It is not.
    pub fn failed(group: Subject, sentence: impl Into<String>, details: Vec<String>) -> Self {
        Self { status: RowStatus::Failed, details, ..Self::ok(group, sentence) }
    }

    /// It was not looked at.
    pub fn skipped(group: Subject, sentence: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { status: RowStatus::Skipped, details: vec![reason.into()], ..Self::ok(group, sentence) }
    }

    /// Well where nothing is against it, else failed by what is.
    pub fn failed_by(group: Subject, sentence: impl Into<String>, against: Vec<String>) -> Self {
        if against.is_empty() { Self::ok(group, sentence) } else { Self::failed(group, sentence, against) }
    }

    /// Well where nothing is against it, else a warning of what is.
    pub fn warned_by(group: Subject, sentence: impl Into<String>, against: Vec<String>) -> Self {
        if against.is_empty() { Self::ok(group, sentence) } else { Self::warning(group, sentence, against) }
    }

    /// The row that a failure of a look makes.
    pub fn of_failure(group: Subject, sentence: impl Into<String>, failure: &Failure) -> Self {
        let causes = failure.causes.iter().map(ToString::to_string);
        let details = std::iter::once(failure.message.clone()).chain(causes).collect();
        let (hint, kind) = (failure.hint.clone(), Some(failure.kind));
        Self { hint, kind, ..Self::failed(group, sentence, details) }
    }

    /// What to do next, in words, where there is something to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = self.calls_for_action().then(|| hint.into());
        self
    }

    /// What to do next, to be pasted, where there is something to do.
    #[must_use]
    pub fn command(mut self, command: impl Into<String>) -> Self {
        self.command = self.calls_for_action().then(|| command.into());
        self
    }

    /// Whether there is something to do: what is well or was skipped needs no advice.
    pub fn calls_for_action(&self) -> bool {
        matches!(self.status, RowStatus::Warning | RowStatus::Failed)
    }

    /// The same with every known secret hidden: the last net before it is shown.
    #[must_use]
    pub fn masked(self, mask: &Mask) -> Self {
        self.each(|text| mask.text(text))
    }

    /// The same with its commands as they are typed here.
    #[must_use]
    pub fn here(mut self, here: &Here) -> Self {
        self.hint = self.hint.map(|hint| here.text(&hint));
        self.command = self.command.map(|command| here.text(&command));
        self
    }

    fn each(self, change: impl Fn(&str) -> String) -> Self {
        Self {
            group: self.group,
            sentence: change(&self.sentence),
            status: self.status,
            details: self.details.iter().map(|detail| change(detail)).collect(),
            hint: self.hint.map(|hint| change(&hint)),
            command: self.command.map(|command| change(&command)),
            kind: self.kind,
        }
    }
}

/// How many rows came to `status`.
pub fn count(rows: &[Row], status: RowStatus) -> usize {
    rows.iter().filter(|row| row.status == status).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_against_it_decides() {
        assert_eq!(Row::failed_by(Subject::Cluster, "nodes are Ready", vec![]).status, RowStatus::Ok);
        let row = Row::failed_by(Subject::Cluster, "nodes are Ready", vec!["a is not".into()]);
        assert_eq!((row.status, row.calls_for_action()), (RowStatus::Failed, true));
        let row = Row::warned_by(Subject::Cluster, "nodes are Ready", vec!["a is old".into()]);
        assert_eq!((row.status, row.calls_for_action()), (RowStatus::Warning, true));
        assert!(!Row::skipped(Subject::Cluster, "nodes are Ready", "no nodes").calls_for_action());
    }

    #[test]
    fn what_is_well_has_no_advice() {
        let row = Row::ok(Subject::Cluster, "nodes are Ready")
            .hint("look at them")
            .command("oc --kubeconfig <kubeconfig> get nodes");
        assert_eq!((row.hint, row.command), (None, None));
    }

    #[test]
    fn a_failure_keeps_its_causes_and_its_hint() {
        let mut failure =
            Failure::refused(Subject::Cluster, "failed to list nodes").hint("ask for the right");
        failure.causes.push("403".into());
        let row = Row::of_failure(Subject::Cluster, "nodes are Ready", &failure);
        assert_eq!(row.details, ["failed to list nodes", "403"]);
        assert_eq!(row.hint.as_deref(), Some("ask for the right"));
    }

    #[test]
    fn no_part_of_a_row_shows_a_secret() {
        let mask = Mask::new();
        mask.add(&"hunter2-hunter2".into());
        let text = "it is hunter2-hunter2";
        let row =
            Row::failed(Subject::Cluster, text, vec![text.into()]).hint(text).command(text).masked(&mask);
        assert!(!format!("{row:?}").contains("hunter2"), "{row:?}");
    }
}
