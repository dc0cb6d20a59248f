//! The rows of a report (`check`, `verify`), grouped by the system they are about.

use anstyle::Style;
use diagnostics::{Row, RowStatus, Subject, count};

use super::lines::{Then, next};
use super::style::{BAD, BOLD, DIM, GOOD, ODD, paint};
use super::wrap::hang;

/// People are shown so many details of one row.
const SHOWN: usize = 8;
/// A report of more rows than this names at its end what failed.
const LONG: usize = 12;
/// A reason that more rows than this share is named at the end.
const MANY: usize = 4;
/// The column where sentences begin: `  skipped  `.
const INDENT: usize = 11;

/// All rows, their sum, and what to type then.
pub fn rows(title: &str, rows: &[Row], then: Option<Then>, columns: Option<usize>) -> String {
    let mut text = format!("{}\n", hang(&paint(BOLD, title), columns, 2));
    for group in groups(rows) {
        text.push_str(&format!("{}\n", paint(BOLD, group)));
        rows.iter().filter(|row| row.group == group).for_each(|it| row(it, columns, &mut text));
    }
    text.push_str(&format!("{}\n", sum(rows)));
    if let Some(reason) = skipped_for(rows) {
        text.push_str(&format!("{}\n", hang(&format!("  {} {reason}", paint(DIM, "skipped")), columns, 4)));
    }
    if rows.len() > LONG {
        // They may have gone by.
        for row in rows.iter().filter(|row| row.status == RowStatus::Failed) {
            let why = row.details.first().map(|why| format!(": {}", first_line(why))).unwrap_or_default();
            let line = format!("  {} {}: {}{why}", paint(BAD, "failed"), row.group, row.sentence);
            text.push_str(&format!("{}\n", hang(&line, columns, 4)));
        }
    }
    text.extend(then.map(|then| format!("{}\n", then.line())));
    text
}

/// Why much was not looked at, where that is one reason.
fn skipped_for(rows: &[Row]) -> Option<&str> {
    let skipped: Vec<&str> = rows
        .iter()
        .filter(|row| row.status == RowStatus::Skipped)
        .filter_map(|row| row.details.first().map(String::as_str))
        .collect();
    let times = |reason: &str| skipped.iter().filter(|it| **it == reason).count();
    skipped.iter().copied().find(|reason| times(reason) > MANY)
}

/// In the order they first appear.
fn groups(rows: &[Row]) -> Vec<Subject> {
    let mut groups = Vec::new();
    for row in rows {
        if !groups.contains(&row.group) {
            groups.push(row.group);
        }
    }
    groups
}

fn row(row: &Row, columns: Option<usize>, text: &mut String) {
    let mark = paint(colour(row.status), format!("{:<8}", row.status.as_str()));
    let mut line = |line: &str| text.push_str(&format!("{}\n", hang(line, columns, INDENT)));
    // A single reason belongs to the sentence.
    let details = match row.details.as_slice() {
        [reason] if row.status != RowStatus::Ok && !reason.contains('\n') => {
            line(&format!("  {mark} {}: {reason}", row.sentence));
            &[]
        }
        details => {
            line(&format!("  {mark} {}", row.sentence));
            if row.status == RowStatus::Skipped { &[] } else { details }
        }
    };
    // Cutting off a single one saves nothing.
    let shown = if details.len() <= SHOWN + 1 { details.len() } else { SHOWN };
    details[..shown].iter().for_each(|detail| line(&indented(detail, INDENT)));
    if details.len() > shown {
        line(&indented(&format!("and {} more", details.len() - shown), INDENT));
    }
    if !row.calls_for_action() {
        return;
    }
    if let Some(hint) = &row.hint {
        text.push_str(&format!("{}\n", next(hint, columns, INDENT)));
    }
    if let Some(command) = &row.command {
        // Not broken: it is to be copied.
        text.push_str(&format!("{}\n", indented(command, INDENT + 2)));
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn indented(lines: &str, indent: usize) -> String {
    let blanks = " ".repeat(indent);
    lines.trim_end().lines().map(|line| format!("{blanks}{line}")).collect::<Vec<_>>().join("\n")
}

fn sum(rows: &[Row]) -> String {
    let part = |status: &RowStatus| {
        let count = count(rows, *status);
        (count > 0).then(|| paint(colour(*status), format!("{count} {}", status.as_str())))
    };
    RowStatus::ALL.iter().filter_map(part).collect::<Vec<_>>().join(", ")
}

fn colour(status: RowStatus) -> Style {
    match status {
        RowStatus::Ok => GOOD,
        RowStatus::Warning => ODD,
        RowStatus::Failed => BAD,
        RowStatus::Skipped => DIM,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(all: &[Row], columns: Option<usize>) -> String {
        anstream::adapter::strip_str(&rows("verify demo", all, None, columns)).to_string()
    }

    #[test]
    fn rows_stand_with_their_system_in_the_order_it_was_first_looked_at() {
        let all = [
            Row::ok(Subject::Cluster, "nodes are Ready (3)"),
            Row::skipped(Subject::Vault, "the mount points here", "VAULT_TOKEN is not set"),
            Row::failed(Subject::Cluster, "operators are Available (2)", vec!["dns is not".into()])
                .hint("see why")
                .command("oc get clusteroperators"),
            Row::warning(Subject::GitOps, "Applications are Synced (2)", vec!["a is OutOfSync".into()]),
        ];
        let expect = "verify demo\n\
            cluster\n  ok       nodes are Ready (3)\n  failed   operators are Available (2): dns is not\n           \
            next see why\n             oc get clusteroperators\n\
            Vault\n  skipped  the mount points here: VAULT_TOKEN is not set\n\
            GitOps\n  warning  Applications are Synced (2): a is OutOfSync\n\
            1 ok, 1 warning, 1 failed, 1 skipped\n";
        assert_eq!(shown(&all, None), expect);
    }

    #[test]
    fn a_long_list_is_cut_for_people_and_whole_in_json() {
        let details: Vec<String> = (0..20).map(|n| format!("node-{n} is not")).collect();
        let all = [Row::failed(Subject::Cluster, "nodes are Ready (20)", details)];
        let text = shown(&all, None);
        assert!(text.contains("node-7 is not\n           and 12 more\n"), "{text}");
        assert!(!text.contains("node-8"), "{text}");
        let json = super::super::json::report("verify", "demo", &all, 1);
        assert_eq!(json["rows"][0]["details"].as_array().unwrap().len(), 20);
        assert_eq!(
            (&json["counts"]["failed"], &json["status"]),
            (&serde_json::json!(1), &serde_json::json!("failed"))
        );
    }

    #[test]
    fn a_long_report_names_at_its_end_what_failed_and_what_to_type() {
        let mut all: Vec<Row> = (0..12).map(|_| Row::ok(Subject::Cluster, "it is well")).collect();
        all.push(Row::failed(Subject::Cluster, "nodes are Ready", vec!["there is none".into()]));
        let then = || Some(Then::Retry("verify it".into()));
        let end = |all: &[Row]| {
            let text = rows("verify demo", all, then(), None);
            let text = anstream::adapter::strip_str(&text).to_string();
            text.split_once(" ok, ").map(|(_, end)| end.to_owned()).unwrap()
        };
        assert_eq!(
            end(&all),
            "1 failed\n  failed cluster: nodes are Ready: there is none\n  retry verify it\n"
        );
        assert_eq!(end(&all[5..]), "1 failed\n  retry verify it\n");
    }

    #[test]
    fn a_list_with_one_too_many_is_shown_whole() {
        let details: Vec<String> = (0..9).map(|n| format!("node-{n} is not")).collect();
        let text = shown(&[Row::failed(Subject::Cluster, "nodes are Ready (9)", details)], None);
        assert!(text.contains("node-8 is not\n") && !text.contains("more"), "{text}");
    }

    #[test]
    fn in_a_narrow_terminal_lines_hang_and_what_is_to_be_copied_stays_whole() {
        let command = "oc get clusteroperators --output wide --sort-by .metadata.name";
        let all = [Row::failed(Subject::Cluster, "operators are Available and not Degraded", vec![])
            .command(command)];
        let text = shown(&all, Some(40));
        assert!(text.contains("  failed   operators are Available and\n           not Degraded\n"), "{text}");
        assert!(text.contains(command), "{text}");
    }
}
