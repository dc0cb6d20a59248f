//! Result of `trace --list`: the remembered runs of a cluster, a row each.

use std::collections::BTreeMap;

use anstyle::Style;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use trace::{Record, RunStatus, Timestamp};

use super::document::{Document, TextView, VERSION};
use super::style::{self, BOLD, paint};
use super::trace::{short, took, why};
use super::wrap::{hang, width as width_of};

const HEADS: [&str; 6] = ["RUN", "COMMAND", "STATUS", "EXIT", "TOOK", "COMMIT"];
const STATUS: usize = 2;
const LAST: &str = "WHY";
const NOTHING: &str = "-";

/// Of `trace --list`.
#[derive(Serialize, JsonSchema)]
pub struct TraceList<'a> {
    /// The version of this document: 1.
    schema_version: u32,
    /// The trace of each remembered run, the newest first; one that the script before this program left has its seven keys alone.
    #[schemars(with = "Vec<BTreeMap<String, Value>>")]
    runs: Vec<&'a Record>,
    /// The same, each with the name of its run.
    #[serde(skip)]
    rows: &'a [(String, Record)],
}

impl<'a> TraceList<'a> {
    /// Of these runs, the newest first.
    pub fn new(rows: &'a [(String, Record)]) -> Self {
        Self { schema_version: VERSION, runs: rows.iter().map(|(_, record)| record).collect(), rows }
    }
}

impl Document for TraceList<'_> {
    fn text(&self, view: &TextView<'_>) -> String {
        list(self.rows, view.now, view.columns)
    }
}

/// One row for each remembered run, the newest first; in a narrow terminal a few lines each.
fn list(rows: &[(String, Record)], now: Timestamp, columns: Option<usize>) -> String {
    if rows.is_empty() {
        return "no run of this cluster is remembered on this machine\n".into();
    }
    let cells: Vec<[String; 6]> = rows.iter().map(|(id, record)| cells(id, record, now)).collect();
    let width = |at: usize| cells.iter().map(|row| width_of(&row[at])).fold(HEADS[at].len(), usize::max);
    let widths: [usize; 6] = std::array::from_fn(width);
    let needed = widths.iter().sum::<usize>() + 2 * HEADS.len() + LAST.len();
    let records = rows.iter().map(|(_, record)| record);
    if columns.is_some_and(|columns| columns < needed) {
        return records.zip(&cells).map(|(record, cells)| block(record, cells, columns)).collect();
    }
    let mut text = format!("{}\n", paint(BOLD, row(&HEADS.map(String::from), &widths, Style::new(), LAST)));
    for (record, cells) in records.zip(&cells) {
        let line = row(cells, &widths, colour(record), &failed_at(record));
        text.push_str(&format!("{}\n", hang(line.trim_end(), columns, 4)));
    }
    text
}

fn row(cells: &[String; 6], widths: &[usize; 6], status: Style, why: &str) -> String {
    let padded = |(at, cell): (usize, &String)| {
        let blanks = " ".repeat(widths[at].saturating_sub(width_of(cell)));
        let cell = if at == STATUS { paint(status, cell) } else { cell.clone() };
        format!("{cell}{blanks}  ")
    };
    cells.iter().enumerate().map(padded).chain([why.to_owned()]).collect()
}

/// The run, and below it what there is to say.
fn block(record: &Record, cells: &[String; 6], columns: Option<usize>) -> String {
    let [id, command, status, exit, took, commit] = cells;
    let mut text = format!("{} {command} {}\n", paint(BOLD, id), paint(colour(record), status));
    for (name, value) in [("exit", exit), ("took", took), ("commit", commit), ("why", &failed_at(record))] {
        if !value.is_empty() && value != NOTHING {
            text.push_str(&format!("{}\n", hang(&format!("  {name:<7}{value}"), columns, 9)));
        }
    }
    text
}

fn colour(record: &Record) -> Style {
    match record {
        Record::New(trace) => style::run(trace.status),
        Record::Old(_) => Style::new(),
    }
}

fn cells(id: &str, record: &Record, now: Timestamp) -> [String; 6] {
    let or_nothing = |text: &str| if text.is_empty() { NOTHING.to_owned() } else { text.to_owned() };
    match record {
        Record::New(trace) => [
            id.to_owned(),
            or_nothing(&trace.tool.command),
            trace.status.to_string(),
            trace.exit_code.map_or_else(|| NOTHING.to_owned(), |code| code.to_string()),
            took(trace.length(now)),
            or_nothing(short(&trace.git_sha)),
        ],
        Record::Old(old) => {
            let nothing = || NOTHING.to_owned();
            let status = old.status.as_deref().unwrap_or(RunStatus::Succeeded.as_str());
            [
                id.to_owned(),
                nothing(),
                status.to_owned(),
                nothing(),
                nothing(),
                or_nothing(short(&old.git_sha)),
            ]
        }
    }
}

/// The step, and the first line of what went wrong there.
fn failed_at(record: &Record) -> String {
    match record {
        Record::New(trace) => {
            trace.error.as_ref().map(|error| format!("{}: {}", error.step, why(trace))).unwrap_or_default()
        }
        Record::Old(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use trace::{ErrorRecord, RunId, Trace};

    use super::*;

    fn shown(columns: Option<usize>) -> String {
        let mut failed =
            Trace::begin(RunId::parse("20261126T172419Z-0a1b2c").unwrap(), Timestamp::UNIX_EPOCH, &[], None);
        failed.tool.command = "run".into();
        failed.error = Some(ErrorRecord {
            step: "script".into(),
            message: "it broke in the middle of it".into(),
            ..ErrorRecord::default()
        });
        failed.finish(RunStatus::Failed, 1, Timestamp::from_second(3).unwrap());
        let rows = [(failed.run_id.to_string(), Record::New(Box::new(failed)))];
        anstream::adapter::strip_str(&list(&rows, Timestamp::UNIX_EPOCH, columns)).to_string()
    }

    #[test]
    fn a_wide_terminal_gets_a_table() {
        let expect = "\
RUN                      COMMAND  STATUS  EXIT  TOOK  COMMIT  WHY
20261126T172419Z-0a1b2c  run      failed  1     3.0s  -       script: it broke in the middle of it
";
        assert_eq!(shown(Some(120)), expect);
        assert_eq!(shown(None), expect);
    }

    #[test]
    fn a_narrow_one_gets_lines() {
        let expect = "\
20261126T172419Z-0a1b2c run failed
  exit   1
  took   3.0s
  why    script: it broke in the
         middle of it
";
        assert_eq!(shown(Some(36)), expect);
    }
}
