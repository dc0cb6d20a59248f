//! Result of `check` and `verify`: checks, grouped by the system that they are about.

use std::collections::BTreeMap;
use std::time::Duration;

use anstyle::Style;
use diagnostics::{Check, CheckStatus, Subject, count, duration};
use schemars::JsonSchema;
use serde::Serialize;

use super::document::{Document, TextView, VERSION};
use super::failure::{NextCommand, code, next};
use super::style::{BOLD, DIM, ERROR, SUCCESS, WARNING, paint};
use super::wrap::hang;

/// People are shown so many details of one check.
const SHOWN: usize = 8;
/// A report of more checks than this names at its end what failed.
const LONG: usize = 12;
/// A reason that more checks than this share is named at the end.
const MANY: usize = 4;
/// The column of what belongs to a row: behind its mark.
const INDENT: usize = 4;

/// Of `check` and `verify`.
#[derive(Serialize, JsonSchema)]
pub struct Report<'a> {
    /// The version of this document: 1.
    schema_version: u32,
    /// `check` or `verify`.
    command: &'a str,
    /// The cluster.
    cluster: &'a str,
    /// `ok` or `failed`.
    status: &'a str,
    /// The exit code of the program.
    exit_code: u8,
    /// How many rows came to what.
    counts: BTreeMap<&'a str, usize>,
    /// Every row, with all its details.
    rows: &'a [Check],
    /// The API server's address.
    #[serde(skip)]
    pub server: Option<&'a str>,
    /// Duration of the wait that ended with failed checks.
    #[serde(skip)]
    pub gave_up: Option<Duration>,
    #[serde(skip)]
    next: Option<NextCommand>,
}

impl<'a> Report<'a> {
    /// Of the checks of `command`; `next` is the command to type after it.
    pub fn new(
        command: &'a str,
        cluster: &'a str,
        rows: &'a [Check],
        exit_code: u8,
        next: Option<NextCommand>,
    ) -> Self {
        let counts = CheckStatus::ALL.iter().map(|status| (status.as_str(), count(rows, *status))).collect();
        let status = if count(rows, CheckStatus::Failed) == 0 { "ok" } else { "failed" };
        let (schema_version, server, gave_up) = (VERSION, None, None);
        Self { schema_version, command, cluster, status, exit_code, counts, rows, server, gave_up, next }
    }
}

impl Document for Report<'_> {
    fn text(&self, view: &TextView<'_>) -> String {
        let gave_up = self.gave_up.map(|waited| format!("given up after {}\n", duration::show(waited)));
        let at = self.server.map(|server| format!(" at {server}")).unwrap_or_default();
        let title = format!("{} {}{at}", self.command, self.cluster);
        gave_up.unwrap_or_default() + &report(&title, self.rows, self.next.as_ref(), view.columns)
    }
}

/// All checks, their sum, and what to type then.
fn report(title: &str, checks: &[Check], then: Option<&NextCommand>, columns: Option<usize>) -> String {
    let mut text = format!("{}\n", hang(&paint(BOLD, title), columns, 2));
    for group in groups(checks) {
        text.push_str(&format!("{}\n", paint(BOLD, group)));
        checks.iter().filter(|check| check.subject() == group).for_each(|it| check(it, columns, &mut text));
    }
    text.push_str(&format!("{}\n", sum(checks)));
    if let Some(reason) = skipped_for(checks) {
        text.push_str(&format!("{}\n", hang(&format!("  {} {reason}", paint(DIM, "skipped")), columns, 4)));
    }
    if checks.len() > LONG {
        // They may be off the screen.
        for check in checks.iter().filter(|check| check.status() == CheckStatus::Failed) {
            text.push_str(&format!("{}\n", hang(&format!("  {}", row(check)), columns, INDENT)));
        }
    }
    text.extend(then.map(|then| format!("{}\n", then.line())));
    text
}

/// Why much was not looked at, where that is one reason.
fn skipped_for(checks: &[Check]) -> Option<&str> {
    let skipped: Vec<&str> = checks
        .iter()
        .filter(|check| check.status() == CheckStatus::Skipped)
        .filter_map(|check| check.details().first().map(String::as_str))
        .collect();
    let times = |reason: &str| skipped.iter().filter(|it| **it == reason).count();
    skipped.iter().copied().find(|reason| times(reason) > MANY)
}

/// In the order they first appear.
fn groups(checks: &[Check]) -> Vec<Subject> {
    let mut groups = Vec::new();
    for check in checks {
        if !groups.contains(&check.subject()) {
            groups.push(check.subject());
        }
    }
    groups
}

fn check(check: &Check, columns: Option<usize>, text: &mut String) {
    let mut line = |line: &str| text.push_str(&format!("{}\n", hang(line, columns, INDENT)));
    line(&format!("  {}", row(check)));
    if let Some((_, below)) = check.finding().split_once('\n') {
        line(&indented(below, INDENT));
    }
    let further: &[String] = match check.status() {
        CheckStatus::Warning | CheckStatus::Failed => check.details().get(1..).unwrap_or_default(),
        CheckStatus::Ok | CheckStatus::Skipped => &[],
    };
    // To leave out a single one saves nothing.
    let shown = if further.len() <= SHOWN + 1 { further.len() } else { SHOWN };
    further[..shown].iter().for_each(|detail| line(&indented(detail, INDENT)));
    if further.len() > shown {
        line(&indented(&format!("and {} more", further.len() - shown), INDENT));
    }
    if !check.calls_for_action() {
        return;
    }
    if let Some(hint) = &check.hint {
        text.push_str(&format!("{}\n", next(hint, columns, INDENT)));
    }
    if let Some(command) = &check.command {
        // Not broken: it is to be copied.
        text.push_str(&format!("{}\n", indented(&command.to_string(), INDENT + 2)));
    }
    text.push_str(&format!("{}\n", code(check.code(), INDENT)));
}

/// `✗ required tools: oc not found on PATH`
fn row(check: &Check) -> String {
    let mark = paint(colour(check.status()), mark(check.status()));
    match first_line(check.finding()) {
        "" => format!("{mark} {}", check.id.title()),
        finding => format!("{mark} {}: {finding}", check.id.title()),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn indented(lines: &str, indent: usize) -> String {
    let blanks = " ".repeat(indent);
    lines.trim_end().lines().map(|line| format!("{blanks}{line}")).collect::<Vec<_>>().join("\n")
}

fn sum(checks: &[Check]) -> String {
    let part = |status: &CheckStatus| {
        let count = count(checks, *status);
        (count > 0).then(|| paint(colour(*status), format!("{count} {}", counted(*status, count))))
    };
    CheckStatus::ALL.iter().filter_map(part).collect::<Vec<_>>().join(", ")
}

/// `1 warning`, `3 warnings`
fn counted(status: CheckStatus, count: usize) -> &'static str {
    match (status, count) {
        (CheckStatus::Warning, 2..) => "warnings",
        _ => status.as_str(),
    }
}

fn mark(status: CheckStatus) -> &'static str {
    match status {
        CheckStatus::Ok => "✓",
        CheckStatus::Warning => "!",
        CheckStatus::Failed => "✗",
        CheckStatus::Skipped => "–",
    }
}

fn colour(status: CheckStatus) -> Style {
    match status {
        CheckStatus::Ok => SUCCESS,
        CheckStatus::Warning => WARNING,
        CheckStatus::Failed => ERROR,
        CheckStatus::Skipped => DIM,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::CheckId;

    fn shown(all: &[Check], columns: Option<usize>) -> String {
        anstream::adapter::strip_str(&report("verify demo", all, None, columns)).to_string()
    }

    #[test]
    fn rows_of_one_system_stand_together_in_the_order_of_the_systems() {
        let all = [
            Check::passed(CheckId::Nodes, "3 Ready"),
            Check::skipped(CheckId::AuthMountInForce, "VAULT_TOKEN is not set"),
            Check::failed(CheckId::ClusterOperators, vec!["dns is not Available".into()])
                .hint("see why")
                .command("oc get clusteroperators"),
            Check::warning(CheckId::Applications, vec!["a is OutOfSync".into()]),
        ];
        let expect = "verify demo\n\
            cluster\n  ✓ nodes: 3 Ready\n  ✗ ClusterOperators: dns is not Available\n    \
            next see why\n      oc get clusteroperators\n    code CHK-028\n\
            Vault\n  – auth mount target: VAULT_TOKEN is not set\n\
            GitOps\n  ! Applications: a is OutOfSync\n    code CHK-084\n\
            1 ok, 1 warning, 1 failed, 1 skipped\n";
        assert_eq!(shown(&all, None), expect);
    }

    #[test]
    fn a_long_list_is_cut_for_people_and_whole_in_json() {
        let details: Vec<String> = (0..20).map(|n| format!("node-{n} is not")).collect();
        let all = [Check::failed(CheckId::Nodes, details)];
        let text = shown(&all, None);
        assert!(text.contains("node-8 is not\n    and 11 more\n"), "{text}");
        assert!(!text.contains("node-9"), "{text}");
        let json = super::super::json::value(&Report::new("verify", "demo", &all, 1, None));
        assert_eq!(json["rows"][0]["details"].as_array().unwrap().len(), 20);
        assert_eq!(
            (&json["counts"]["failed"], &json["status"]),
            (&serde_json::json!(1), &serde_json::json!("failed"))
        );
    }

    #[test]
    fn a_long_report_names_at_its_end_what_failed_and_what_to_type() {
        let mut all: Vec<Check> = (0..12).map(|_| Check::passed(CheckId::Nodes, "it is well")).collect();
        all.push(Check::failed(CheckId::Nodes, vec!["there is none".into()]));
        let then = NextCommand::Retry("verify it".into());
        let end = |all: &[Check]| {
            let text = report("verify demo", all, Some(&then), None);
            let text = anstream::adapter::strip_str(&text).to_string();
            text.split_once(" ok, ").map(|(_, end)| end.to_owned()).unwrap()
        };
        assert_eq!(end(&all), "1 failed\n  ✗ nodes: there is none\n  retry verify it\n");
        assert_eq!(end(&all[5..]), "1 failed\n  retry verify it\n");
    }

    #[test]
    fn a_list_with_one_too_many_is_shown_whole() {
        let details: Vec<String> = (0..10).map(|n| format!("node-{n} is not")).collect();
        let text = shown(&[Check::failed(CheckId::Nodes, details)], None);
        assert!(text.contains("node-9 is not\n") && !text.contains("more"), "{text}");
    }

    #[test]
    fn in_a_narrow_terminal_lines_hang_and_what_is_to_be_copied_stays_whole() {
        let command = "oc get clusteroperators --output wide --sort-by .metadata.name";
        let all = [Check::failed(CheckId::Nodes, vec!["the node with a long name is not Ready".into()])
            .command(command)];
        let text = shown(&all, Some(40));
        assert!(text.contains("  ✗ nodes: the node with a long name is\n    not Ready\n"), "{text}");
        assert!(text.contains(command), "{text}");
    }
}
