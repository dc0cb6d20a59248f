//! The remembered runs of a cluster, a row each.

use trace::{Record, RunStatus, Timestamp, Trace};

use super::style::{self, BOLD, paint};
use super::trace::{short, took, why};
use super::wrap::hang;

const HEADS: [&str; 6] = ["RUN", "COMMAND", "STATUS", "EXIT", "TOOK", "COMMIT"];
const STATUS: usize = 2;
const LAST: &str = "WHY";
const NOTHING: &str = "-";

/// One row for each remembered run, the newest first.
pub fn list(rows: &[(String, Record)], now: Timestamp, columns: Option<usize>) -> String {
    if rows.is_empty() {
        return "no run of this cluster is remembered on this machine\n".into();
    }
    let cells: Vec<[String; 6]> = rows.iter().map(|(id, record)| cells(id, record, now)).collect();
    let width = |at: usize| cells.iter().map(|row| row[at].chars().count()).fold(HEADS[at].len(), usize::max);
    let widths: [usize; 6] = std::array::from_fn(width);
    let line = |cells: &[String; 6], status: anstyle::Style| -> String {
        let padded = |(at, cell): (usize, &String)| {
            let blanks = " ".repeat(widths[at].saturating_sub(cell.chars().count()));
            let cell = if at == STATUS { paint(status, cell) } else { cell.clone() };
            format!("{cell}{blanks}  ")
        };
        cells.iter().enumerate().map(padded).collect()
    };
    let head = format!("{}{LAST}", line(&HEADS.map(String::from), anstyle::Style::new()));
    let mut text = format!("{}\n", paint(BOLD, hang(&head, columns, 4)));
    for ((_, record), cells) in rows.iter().zip(&cells) {
        let (colour, why) = match record {
            Record::New(trace) => (style::run(trace.status), failed_at(trace)),
            Record::Old(_) => (anstyle::Style::new(), String::new()),
        };
        let row = format!("{}{why}", line(cells, colour));
        text.push_str(&format!("{}\n", hang(row.trim_end(), columns, 4)));
    }
    text
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
fn failed_at(trace: &Trace) -> String {
    match &trace.error {
        Some(error) => format!("{}: {}", error.step, why(trace)),
        None => String::new(),
    }
}
