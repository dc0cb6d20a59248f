//! One check and its one result: `check` and `verify` print them, a run derives its failures and warnings from them. Pure.

use advice::{Advice, CommandContext};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use secret::Mask;
use serde::{Serialize, Serializer};
use std::borrow::Cow;

use crate::check_id::CheckId;
use crate::failure::{Failure, FailureKind};
use crate::subject::Subject;

/// The status of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CheckStatus {
    /// Nothing is wrong.
    Ok,
    /// Something needs attention. Nothing fails of it now.
    Warning,
    /// Something is wrong.
    Failed,
    /// The check was not made. The details say why.
    Skipped,
}

impl CheckStatus {
    /// In the order of the sum below a report.
    pub const ALL: [Self; 4] = [Self::Ok, Self::Warning, Self::Failed, Self::Skipped];

    /// The word in documents and on the screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// The result of a check.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Nothing is wrong, and what was found.
    Passed(String),
    /// Something needs attention: one finding a line. Nothing fails of it now.
    Warned(Vec<String>),
    /// Something is wrong: one finding a line.
    Failed {
        /// The findings.
        details: Vec<String>,
        /// The failure of a run, where this check refuses one. Several checks may share one failure.
        failure: Option<Box<Failure>>,
    },
    /// The check was not made, and why.
    Skipped(String),
}

/// One check with its result.
#[derive(Debug, Clone)]
pub struct Check {
    /// Its code, name and noun.
    pub id: CheckId,
    /// The result.
    pub outcome: Outcome,
    /// The findings of a warning, where there are commands in them: the details are made of these.
    findings: Vec<Advice>,
    /// What to do next, in words.
    pub hint: Option<Advice>,
    /// What to do next, to be pasted: a command, or a manifest.
    pub command: Option<Advice>,
}

impl Check {
    fn of(id: CheckId, outcome: Outcome) -> Self {
        Self { id, outcome, findings: Vec::new(), hint: None, command: None }
    }

    /// Nothing is wrong; `fact` is what was found, as in "3 Ready".
    pub fn passed(id: CheckId, fact: impl Into<String>) -> Self {
        Self::of(id, Outcome::Passed(fact.into()))
    }

    /// Something needs attention; nothing fails of it now.
    pub fn warning(id: CheckId, details: Vec<String>) -> Self {
        Self::of(id, Outcome::Warned(details))
    }

    /// The same with findings that have commands in them.
    pub fn warning_of(id: CheckId, findings: Vec<Advice>) -> Self {
        Self { findings, ..Self::warning(id, Vec::new()) }.with_details()
    }

    fn with_details(mut self) -> Self {
        if let (Outcome::Warned(details), false) = (&mut self.outcome, self.findings.is_empty()) {
            *details = self.findings.iter().map(ToString::to_string).collect();
        }
        self
    }

    /// Something is wrong.
    pub fn failed(id: CheckId, details: Vec<String>) -> Self {
        Self::of(id, Outcome::Failed { details, failure: None })
    }

    /// The check was not made.
    pub fn skipped(id: CheckId, reason: impl Into<String>) -> Self {
        Self::of(id, Outcome::Skipped(reason.into()))
    }

    /// Passed with this fact if there is nothing against it, else failed.
    pub fn failed_by(id: CheckId, fact: impl Into<String>, against: Vec<String>) -> Self {
        if against.is_empty() { Self::passed(id, fact) } else { Self::failed(id, against) }
    }

    /// Passed with this fact if there is nothing against it, else a warning.
    pub fn warned_by(id: CheckId, fact: impl Into<String>, against: Vec<String>) -> Self {
        if against.is_empty() { Self::passed(id, fact) } else { Self::warning(id, against) }
    }

    /// Failed because of this failure, which refuses a run.
    pub fn refused(id: CheckId, failure: Failure) -> Self {
        let causes = failure.causes.iter().map(ToString::to_string);
        let details = std::iter::once(failure.message.clone()).chain(causes).collect();
        let (hint, command) = (failure.hint.clone(), failure.command.as_deref().cloned());
        let outcome = Outcome::Failed { details, failure: Some(Box::new(failure)) };
        Self { hint, command, ..Self::of(id, outcome) }
    }

    /// The same result, which refuses nothing: a warning.
    #[must_use]
    pub fn as_warning(mut self) -> Self {
        if let Outcome::Failed { details, .. } = self.outcome {
            self.outcome = Outcome::Warned(details);
        }
        self
    }

    /// The same result, where a warning counts as a failure.
    #[must_use]
    pub fn strict(mut self) -> Self {
        if let Outcome::Warned(details) = self.outcome {
            self.outcome = Outcome::Failed { details, failure: None };
        }
        self
    }

    /// Other findings than those of the failure.
    #[must_use]
    pub fn details_instead(mut self, instead: Vec<String>) -> Self {
        if let Outcome::Failed { details, .. } = &mut self.outcome {
            *details = instead;
        }
        self
    }

    /// What to do next, in words, where there is something to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Advice>) -> Self {
        self.hint = self.calls_for_action().then(|| hint.into());
        self
    }

    /// What to do next, to be pasted, where there is something to do.
    #[must_use]
    pub fn command(mut self, command: impl Into<Advice>) -> Self {
        self.command = self.calls_for_action().then(|| command.into()).filter(|command| !command.is_empty());
        self
    }

    /// The command that shows it, where the check has none of its own.
    #[must_use]
    pub fn or_command(self, command: impl Into<Advice>) -> Self {
        if self.command.is_some() { self } else { self.command(command) }
    }

    /// The system that the check is about: checks of one system stand together.
    pub fn subject(&self) -> Subject {
        self.id.subject()
    }

    /// The status.
    pub fn status(&self) -> CheckStatus {
        match self.outcome {
            Outcome::Passed(_) => CheckStatus::Ok,
            Outcome::Warned(_) => CheckStatus::Warning,
            Outcome::Failed { .. } => CheckStatus::Failed,
            Outcome::Skipped(_) => CheckStatus::Skipped,
        }
    }

    /// The findings, or the reason of a skipped check, one line each.
    pub fn details(&self) -> &[String] {
        match &self.outcome {
            Outcome::Passed(_) => &[],
            Outcome::Warned(details) | Outcome::Failed { details, .. } => details,
            Outcome::Skipped(reason) => std::slice::from_ref(reason),
        }
    }

    /// The finding in one line: the fact, the first detail, or the reason of a skipped check.
    pub fn finding(&self) -> &str {
        match &self.outcome {
            Outcome::Passed(fact) => fact,
            _ => self.details().first().map(String::as_str).unwrap_or_default(),
        }
    }

    /// The code to search for: that of the failure, else that of the check.
    pub fn code(&self) -> &'static str {
        self.failure().map_or(self.id.code(), Failure::code)
    }

    /// The failure of a run, where this check refuses one.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.outcome {
            Outcome::Failed { failure, .. } => failure.as_deref(),
            Outcome::Passed(_) | Outcome::Warned(_) | Outcome::Skipped(_) => None,
        }
    }

    /// The kind of that failure.
    pub fn failure_kind(&self) -> Option<FailureKind> {
        self.failure().map(|failure| failure.kind)
    }

    /// The warnings of a run: the findings of a warning, with the advice behind the last of them.
    pub fn warnings(&self) -> Vec<Advice> {
        let Outcome::Warned(details) = &self.outcome else { return Vec::new() };
        let mut warnings: Vec<Advice> = match self.findings.as_slice() {
            [] => details.iter().map(|it| it.as_str().into()).collect(),
            findings => findings.to_vec(),
        };
        if let (Some(last), Some(hint)) = (warnings.last_mut(), &self.hint) {
            let advised = std::mem::take(last).and("; ").then(hint.clone());
            *last = match &self.command {
                Some(command) => advised.and(":").then(command.clone()),
                None => advised,
            };
        }
        warnings
    }

    /// True if there is something to do. What passed or was skipped needs no advice.
    pub fn calls_for_action(&self) -> bool {
        matches!(self.outcome, Outcome::Warned(_) | Outcome::Failed { .. })
    }

    /// The same with every known secret hidden.
    #[must_use]
    pub fn masked(self, mask: &Mask) -> Self {
        let text = |text: &str| mask.text(text);
        let all = |all: Vec<String>| all.iter().map(|it| text(it)).collect();
        let outcome = match self.outcome {
            Outcome::Passed(fact) => Outcome::Passed(text(&fact)),
            Outcome::Warned(details) => Outcome::Warned(all(details)),
            Outcome::Failed { details, failure } => Outcome::Failed {
                details: all(details),
                failure: failure.map(|failure| Box::new(failure.masked(mask))),
            },
            Outcome::Skipped(reason) => Outcome::Skipped(text(&reason)),
        };
        let [hint, command] = [self.hint, self.command].map(|it| it.map(|advice| advice.masked(mask)));
        let findings = self.findings.iter().map(|finding| finding.masked(mask)).collect();
        Self { id: self.id, outcome, findings, hint, command }
    }

    /// Returns the same with its commands filled in.
    #[must_use]
    pub fn filled(mut self, context: &CommandContext) -> Self {
        self.hint = self.hint.map(|hint| hint.filled(context));
        self.command = self.command.map(|command| command.filled(context));
        if let Outcome::Failed { failure: Some(failure), .. } = &mut self.outcome {
            **failure = failure.as_ref().clone().filled(context);
        }
        self.findings.iter_mut().for_each(|finding| *finding = finding.filled(context));
        self.with_details()
    }
}

/// A check as documents show it.
#[derive(Serialize, JsonSchema)]
struct Row<'a> {
    /// The stable name of the check: `docs/checks.md` has a line for each.
    id: CheckId,
    /// The code of the check, such as `CHK-042`.
    code: &'static str,
    /// The code of the error that fails the check, such as `VAULT-007`.
    error: Option<&'static str>,
    /// The system it is about: rows of one group stand together.
    group: Subject,
    /// The noun that names the check: "nodes".
    name: &'a str,
    /// What the check wants: "every node is Ready".
    sentence: &'a str,
    /// What was found, in one line: "6 Ready".
    finding: &'a str,
    /// Whether it is so.
    status: CheckStatus,
    /// What is not so, or why it was skipped; one line each. People are shown the first few.
    details: &'a [String],
    /// What to do next, in words.
    hint: Option<String>,
    /// What to do next, to be pasted: a command, or a manifest.
    command: Option<String>,
}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Row {
            id: self.id,
            code: self.id.code(),
            error: self.failure().map(Failure::code),
            group: self.subject(),
            name: self.id.title(),
            sentence: self.id.claim(),
            finding: self.finding(),
            status: self.status(),
            details: self.details(),
            hint: self.hint.as_ref().map(ToString::to_string),
            command: self.command.as_ref().map(ToString::to_string),
        }
        .serialize(serializer)
    }
}

impl JsonSchema for Check {
    fn schema_name() -> Cow<'static, str> {
        "Row".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Row::json_schema(generator)
    }
}

/// The number of checks with this status.
pub fn count(checks: &[Check], status: CheckStatus) -> usize {
    checks.iter().filter(|check| check.status() == status).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: CheckId = CheckId::Nodes;

    #[test]
    fn what_is_against_it_decides() {
        assert_eq!(Check::failed_by(ID, "nodes are Ready", vec![]).status(), CheckStatus::Ok);
        let check = Check::failed_by(ID, "nodes are Ready", vec!["a is not".into()]);
        assert_eq!((check.status(), check.calls_for_action()), (CheckStatus::Failed, true));
        let check = Check::warned_by(ID, "nodes are Ready", vec!["a is old".into()]);
        assert_eq!((check.status(), check.calls_for_action()), (CheckStatus::Warning, true));
        assert!(!Check::skipped(ID, "no nodes").calls_for_action());
    }

    #[test]
    fn what_is_well_has_no_advice() {
        let check = Check::passed(ID, "nodes are Ready").hint("look at them").command("oc get nodes");
        assert_eq!((check.hint, check.command), (None, None));
    }

    #[test]
    fn a_failure_keeps_its_causes_and_its_hint() {
        let mut failure =
            Failure::example(Subject::Cluster, "failed to list nodes").hint("ask for the right");
        failure.causes.push("403".into());
        let check = Check::refused(ID, failure);
        assert_eq!(check.details(), ["failed to list nodes", "403"]);
        assert_eq!(check.hint, Some("ask for the right".into()));
        assert_eq!(check.failure_kind(), Some(FailureKind::Refused));
        assert_eq!(check.failure().map(|it| it.message.as_str()), Some("failed to list nodes"));
        let warning = check.as_warning();
        assert_eq!((warning.status(), warning.failure().is_none()), (CheckStatus::Warning, true));
        assert_eq!(warning.details(), ["failed to list nodes", "403"]);
    }

    #[test]
    fn a_command_that_shows_it_stands_in_only_where_there_is_none() {
        let failed = || Check::failed(ID, vec!["a is not".into()]);
        assert_eq!(failed().or_command("oc get nodes").command, Some("oc get nodes".into()));
        assert_eq!(failed().command("own").or_command("oc get nodes").command, Some("own".into()));
        assert_eq!(failed().or_command(Advice::default()).command, None);
    }

    #[test]
    fn under_strict_a_warning_has_failed_and_refuses_no_run_twice() {
        let check = Check::warning(ID, vec!["a is old".into()]).strict();
        assert_eq!((check.status(), check.failure().is_none()), (CheckStatus::Failed, true));
        assert_eq!(Check::passed(ID, "nodes are Ready").strict().status(), CheckStatus::Ok);
    }

    #[test]
    fn the_warnings_of_a_run_end_in_the_advice() {
        let check = Check::warning(ID, vec!["a is old".into(), "b is old".into()]);
        let warnings = |check: &Check| check.warnings().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(warnings(&check), ["a is old", "b is old"]);
        let advised = check.hint("renew them").command(advice::shell!("oc get nodes"));
        assert_eq!(warnings(&advised), ["a is old", "b is old; renew them:\noc get nodes"]);
        assert!(Check::failed(ID, vec!["a is not".into()]).warnings().is_empty());
    }

    #[test]
    fn no_part_of_a_check_shows_a_secret() {
        let mask = Mask::new();
        mask.add(&"hunter2-hunter2".into());
        let text = "it is hunter2-hunter2";
        let failure = Failure::example(Subject::Cluster, text).hint(text).command(text);
        let all = [
            Check::refused(ID, failure),
            Check::warning(ID, vec![text.into()]).hint(text).command(text),
            Check::skipped(ID, text),
        ];
        for check in all {
            let shown = format!("{:?}", check.masked(&mask));
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }

    #[test]
    fn a_document_has_the_keys_that_readers_know() {
        let check = Check::warning(ID, vec!["a is old".into()]).hint("renew it");
        let expect = serde_json::json!({
            "id": "nodes", "code": "CHK-027", "error": null, "group": "cluster", "name": "nodes",
            "sentence": "every node is Ready", "finding": "a is old", "status": "warning", "details": ["a is old"], "hint": "renew it", "command": null,
        });
        assert_eq!(serde_json::to_value(check).unwrap(), expect);
    }

    #[test]
    fn a_status_is_called_the_same_in_a_document_and_on_the_screen() {
        for status in CheckStatus::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
    }

    #[test]
    fn a_failure_hands_its_command_on() {
        let failure = Failure::example(Subject::Cluster, "not allowed").command("oc adm policy");
        assert_eq!(Check::refused(ID, failure).command, Some("oc adm policy".into()));
    }

    #[test]
    fn checks_are_counted_by_status() {
        let passed = || Check::passed(ID, "x");
        let checks = [passed(), Check::skipped(ID, "y"), passed(), passed()];
        assert_eq!(CheckStatus::ALL.map(|status| count(&checks, status)), [3, 0, 0, 1]);
    }

    #[test]
    fn the_schema_of_a_check_is_that_of_its_row_with_names_as_texts() {
        let list = schemars::schema_for!(Vec<Check>).to_value();
        assert_eq!(list["items"]["$ref"], "#/$defs/Row");
        let keys = &list["$defs"]["Row"]["properties"];
        for name in ["id", "group", "sentence"] {
            assert_eq!(keys[name]["type"], "string", "{name}: {keys}");
        }
    }

    #[test]
    fn commands_in_findings_are_filled_in_for_details_and_warnings() {
        let context = CommandContext::new("it".into(), "/".into()).for_cluster("prod");
        let finding = Advice::say("it ignores it: ").inline(advice::CommandLine::own("check"));
        let check = Check::warning_of(ID, vec![finding]).filled(&context);
        assert_eq!(check.details(), ["it ignores it: it check prod"]);
        assert_eq!(check.warnings()[0].to_string(), "it ignores it: it check prod");
    }

    #[test]
    fn its_commands_are_filled_in_and_its_finding_is_left_as_it_is() {
        let context = CommandContext::new("it".into(), "/".into()).for_cluster("prod");
        let text = "bitiq-bootstrap check <cluster>";
        let own = || advice::CommandLine::own("check");
        let check = Check::warning(ID, vec![text.into()]).hint(own()).command(own()).filled(&context);
        assert_eq!(check.finding(), text);
        let commands = [check.hint, check.command].map(|it| it.unwrap_or_default().to_string());
        assert_eq!(commands, ["it check prod"; 2]);
    }
}
