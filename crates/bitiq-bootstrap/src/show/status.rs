//! Result of `status`: a table, or in a narrow terminal a few lines each.

use advice::{Advice, CommandContext, CommandLine};
use healthcheck::status::{ClusterStatus, FailedAt};
use schemars::JsonSchema;
use serde::Serialize;

use super::document::{Document, TextView, VERSION};
use super::style::{BOLD, DIM, ERROR, NOTE, SUCCESS, WARNING, paint};
use super::trace::newer;
use super::wrap::{hang, width};

const HEADS: [&str; 9] =
    ["CLUSTER", "ENV", "STATUS", "COMMIT", "REF", "WHEN", "LAST SUCCESS", "INFRAID", "WARNINGS"];
const STATUS: usize = 2;
const NOTHING: &str = "-";

/// Of `status`.
#[derive(Serialize, JsonSchema)]
pub struct Status<'a> {
    /// The version of this document: 1.
    schema_version: u32,
    /// A row for each cluster.
    pub clusters: &'a [ClusterStatus],
}

impl<'a> Status<'a> {
    /// Of these clusters.
    pub fn new(clusters: &'a [ClusterStatus]) -> Self {
        Self { schema_version: VERSION, clusters }
    }
}

impl Document for Status<'_> {
    fn text(&self, view: &TextView<'_>) -> String {
        status(self.clusters, view.commands, view.columns)
    }
}

/// A row for each cluster.
fn status(rows: &[ClusterStatus], commands: &CommandContext, columns: Option<usize>) -> String {
    if rows.is_empty() {
        return "there is no cluster below clusters/\n".into();
    }
    let cells: Vec<[String; 9]> = rows.iter().map(cells).collect();
    let widths: Vec<usize> = (0..HEADS.len())
        .map(|at| cells.iter().map(|row| width(&row[at])).fold(HEADS[at].len(), usize::max))
        .collect();
    let needed = widths.iter().sum::<usize>() + 2 * (HEADS.len() - 1);
    if columns.is_some_and(|columns| columns < needed) {
        return rows.iter().zip(&cells).map(|(row, cells)| block(row, cells, commands, columns)).collect();
    }
    let mut text = format!("{}\n", paint(BOLD, line(&HEADS.map(String::from), &widths, |_, cell| cell)));
    for (row, cells) in rows.iter().zip(&cells) {
        let coloured = |at, cell| if at == STATUS { paint(colour(&row.status), cell) } else { cell };
        text.push_str(&format!("{}\n", line(cells, &widths, coloured)));
        text.push_str(&notes(row, commands, columns));
    }
    text
}

fn cells(row: &ClusterStatus) -> [String; 9] {
    let or_nothing = |text: &str| if text.is_empty() { NOTHING.to_owned() } else { text.to_owned() };
    [
        or_nothing(&row.cluster),
        or_nothing(&row.env),
        or_nothing(&row.status),
        or_nothing(row.git_sha.get(..10).unwrap_or(&row.git_sha)),
        or_nothing(&row.repo_ref),
        or_nothing(&row.timestamp),
        or_nothing(row.last_success.as_deref().unwrap_or_default()),
        or_nothing(row.infra_id.as_deref().unwrap_or_default()),
        row.warnings.map_or_else(|| NOTHING.to_owned(), |count| count.to_string()),
    ]
}

fn line(cells: &[String; 9], widths: &[usize], show: impl Fn(usize, String) -> String) -> String {
    let padded = |(at, cell): (usize, &String)| {
        // The last one is not padded: nothing follows.
        let blanks = if at + 1 == HEADS.len() { 0 } else { widths[at].saturating_sub(width(cell)) };
        format!("{}{}", show(at, cell.clone()), " ".repeat(blanks))
    };
    cells.iter().enumerate().map(padded).collect::<Vec<_>>().join("  ")
}

/// The cluster, and below it what there is to say.
fn block(
    row: &ClusterStatus,
    cells: &[String; 9],
    commands: &CommandContext,
    columns: Option<usize>,
) -> String {
    let mut text = format!("{} {}\n", paint(BOLD, &row.cluster), paint(colour(&row.status), &row.status));
    for (at, head) in HEADS.iter().enumerate().filter(|(at, _)| *at != 0 && *at != STATUS) {
        if cells[at] != NOTHING {
            let line = format!("  {:<12} {}", in_words(head), cells[at]);
            text.push_str(&format!("{}\n", hang(&line, columns, 15)));
        }
    }
    text.push_str(&notes(row, commands, columns));
    text
}

fn in_words(head: &str) -> String {
    if head == "INFRAID" { "infraID".into() } else { head.to_lowercase() }
}

fn notes(row: &ClusterStatus, commands: &CommandContext, columns: Option<usize>) -> String {
    let commands = commands.for_cluster(&row.cluster);
    let mut text = told(row, &commands, columns);
    if row.failed.is_some() && row.refused.is_none() {
        let command = if row.status == "interrupted" { "run" } else { "trace" };
        let next = CommandLine::own(command).filled(&commands);
        text.push_str(&format!("  {} {next}\n", paint(SUCCESS, "next")));
    }
    text
}

/// Renders notes on a cluster below its row.
pub fn told(row: &ClusterStatus, commands: &CommandContext, columns: Option<usize>) -> String {
    let line = |text: String| format!("{}\n", hang(&format!("  {text}"), columns, 4));
    let mut text = String::new();
    if let Some(FailedAt { step, message }) = &row.failed {
        text.push_str(&line(format!("{} {message}", paint(colour(&row.status), format!("{step}:")))));
    }
    let note =
        |note: &Advice| format!("{} {}", paint(NOTE, "note:"), note.to_string().replace('\n', "\n    "));
    text.extend(row.notes.iter().map(|it| line(note(it))));
    if let Some(refused) = &row.refused {
        let told = newer(refused, commands, columns.map(|columns| columns.saturating_sub(2)));
        told.lines().for_each(|line| text.push_str(&format!("  {line}\n")));
    }
    text
}

fn colour(status: &str) -> anstyle::Style {
    match status {
        "succeeded" => SUCCESS,
        "failed" => ERROR,
        "running" | "elsewhere" => NOTE,
        "interrupted" | "unknown" => WARNING,
        _ => DIM,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prod() -> ClusterStatus {
        ClusterStatus {
            cluster: "prod".into(),
            env: "prod".into(),
            status: "succeeded".into(),
            git_sha: "0123456789abcdef".into(),
            repo_ref: "main".into(),
            timestamp: "2026-11-25T12:00:00Z".into(),
            last_success: Some("2026-11-25T12:00:00Z".into()),
            infra_id: Some("prod-nkqd9".into()),
            warnings: Some(2),
            ..ClusterStatus::default()
        }
    }

    fn fresh() -> ClusterStatus {
        let notes = vec!["the cluster did not answer within 3 s".into()];
        ClusterStatus {
            cluster: "a-fresh-one".into(),
            status: "never".into(),
            notes,
            ..ClusterStatus::default()
        }
    }

    fn commands() -> CommandContext {
        CommandContext::new("bitiq-bootstrap".into(), "/".into())
    }

    fn shown(columns: Option<usize>) -> String {
        anstream::adapter::strip_str(&status(&[prod(), fresh()], &commands(), columns)).to_string()
    }

    #[test]
    fn a_wide_terminal_gets_a_table() {
        let expect = "\
CLUSTER      ENV   STATUS     COMMIT      REF   WHEN                  LAST SUCCESS          INFRAID     WARNINGS
prod         prod  succeeded  0123456789  main  2026-11-25T12:00:00Z  2026-11-25T12:00:00Z  prod-nkqd9  2
a-fresh-one  -     never      -           -     -                     -                     -           -
  note: the cluster did not answer within 3 s
";
        assert_eq!(shown(Some(120)), expect);
        assert_eq!(shown(None), expect);
    }

    #[test]
    fn a_failed_one_says_why_and_what_to_type_next() {
        let failed =
            FailedAt { step: "script".into(), message: "scripts/bootstrap.sh exited with code 5".into() };
        let row = ClusterStatus { status: "failed".into(), failed: Some(failed), ..prod() };
        let shown = anstream::adapter::strip_str(&status(&[row], &commands(), Some(120))).to_string();
        let expect = "
  script: scripts/bootstrap.sh exited with code 5
  next bitiq-bootstrap trace prod
";
        assert!(shown.ends_with(expect), "{shown}");
    }

    #[test]
    fn a_narrow_one_gets_lines() {
        let expect = "\
prod succeeded
  env          prod
  commit       0123456789
  ref          main
  when         2026-11-25T12:00:00Z
  last success 2026-11-25T12:00:00Z
  infraID      prod-nkqd9
  warnings     2
a-fresh-one never
  note: the cluster did not answer
    within 3 s
";
        assert_eq!(shown(Some(36)), expect);
    }

    #[test]
    fn no_cluster_is_said() {
        assert_eq!(status(&[], &commands(), None), "there is no cluster below clusters/\n");
    }
}
