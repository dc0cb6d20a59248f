//! `-o jsonl`: each event as a line of JSON on stdout, as it happens.

use diagnostics::{Check, Event, EventKind, Facts, Failure, Listener, StepPlan, WaitThrottle};
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use trace::{Change, ErrorRecord, Link};

use super::document::VERSION;

/// One line: one event.
#[derive(Serialize, JsonSchema)]
pub struct Line<'a> {
    /// The version of this format: 1. A new event or key does not raise it.
    schema_version: u32,
    /// When, RFC 3339 in UTC, to the millisecond.
    time: String,
    /// What happened.
    #[serde(flatten)]
    happened: Happened<'a>,
}

/// What happened.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Happened<'a> {
    /// A system is being looked at.
    Checking { system: &'a str },
    /// What that look gave: one for each `checking`. `detail` is empty where the system was not looked at: the command has
    /// no business with it (`ok`), or another system's failure stands in the way.
    Checked { system: &'a str, ok: bool, detail: &'a str, duration_ms: u64 },
    /// One thing that was looked at.
    Row { row: &'a Check },
    /// Who we are where, and what is handed over.
    Known { facts: &'a Facts },
    /// What will be done.
    Planned { steps: &'a [StepPlan] },
    /// The first write comes next.
    WritesBegin,
    /// A step begins.
    StepStarted { step: &'a str },
    /// A step tells something on its way.
    StepProgress { step: &'a str, text: &'a str },
    /// A step waits: when that begins, whenever what was seen last changes, and once a minute where it does not.
    Waiting {
        step: &'a str,
        waiting_for: &'a str,
        last: Option<&'a str>,
        waited_ms: u64,
        limit_ms: Option<u64>,
    },
    /// What the script may be waiting for.
    Watched { text: &'a str },
    /// A step wrote something; told right after the write, and once more when the step ends.
    Wrote { step: &'a str, change: &'a Change },
    /// A step ended: `changed`, `unchanged`, `skipped` or `failed`.
    StepEnded { step: &'a str, status: &'a str, detail: &'a str, changes: &'a [Change], duration_ms: u64 },
    /// A line of the script's output, masked; `stream` is `stdout` or `stderr`.
    ScriptOutput { stream: &'a str, line: &'a str },
    /// Something to know that stops nothing.
    Warning { text: String },
    /// Where to look in a browser.
    Links { links: &'a [Link] },
    /// Something failed; one event for each failure.
    Failed { error: ErrorRecord },
    /// The run is over. The last line, always.
    Ended { status: &'a str, exit_code: u8, duration_ms: u64, trace: Option<&'a Path>, log: Option<&'a Path> },
}

/// Writes each event.
#[derive(Default)]
pub struct Lines {
    throttle: WaitThrottle,
}

impl Listener for Lines {
    fn hear(&mut self, event: &Event) {
        match &event.kind {
            EventKind::Waiting(wait) if !self.throttle.allows(wait) => {}
            EventKind::ScriptOutput { stderr, lines } => {
                let stream = if *stderr { "stderr" } else { "stdout" };
                let lines = lines.split('\n').map(|line| Happened::ScriptOutput { stream, line });
                write(lines, event.at);
            }
            kind => write(happened(kind), event.at),
        }
    }
}

/// The lines of a command that failed before its run began.
pub fn refused(failures: &[Failure], exit_code: u8) {
    let failed = failures.iter().map(|failure| Happened::Failed { error: failure.record() });
    let (trace, log) = (None, None);
    let ended = Happened::Ended { status: "failed", exit_code, duration_ms: 0, trace, log };
    write(failed.chain([ended]), Timestamp::now());
}

/// Writes the events of one time, a line each.
fn write<'a>(all: impl IntoIterator<Item = Happened<'a>>, at: Timestamp) {
    let time = at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
    let mut lines = String::new();
    for happened in all {
        let line = Line { schema_version: VERSION, time: time.clone(), happened };
        let Ok(line) = serde_json::to_value(line) else { continue };
        lines.push_str(&super::json::harmless_json(&line.to_string()));
        lines.push('\n');
    }
    let mut out = std::io::stdout().lock();
    super::record_stdout_result(out.write_all(lines.as_bytes()).and_then(|()| out.flush()));
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn happened(kind: &EventKind) -> Option<Happened<'_>> {
    Some(match kind {
        EventKind::Checking { system } => Happened::Checking { system: system.name() },
        EventKind::Checked { system, ok, detail, took } => {
            Happened::Checked { system: system.name(), ok: *ok, detail, duration_ms: ms(*took) }
        }
        EventKind::Check(row) => Happened::Row { row },
        EventKind::Known(facts) => Happened::Known { facts },
        EventKind::Planned(plan) => Happened::Planned { steps: &plan.steps },
        EventKind::WritesBegin => Happened::WritesBegin,
        EventKind::StepStarted { step } => Happened::StepStarted { step: step.name() },
        EventKind::StepProgress { step, text } => Happened::StepProgress { step: step.name(), text },
        EventKind::Waiting(wait) => Happened::Waiting {
            step: wait.subject.name(),
            waiting_for: &wait.waiting_for,
            last: wait.last.as_deref(),
            waited_ms: ms(wait.waited),
            limit_ms: wait.limit.map(ms),
        },
        EventKind::Watched { text } => Happened::Watched { text },
        EventKind::Wrote { step, change } => Happened::Wrote { step: step.name(), change },
        EventKind::StepEnded { step, status, detail, changes, took } => Happened::StepEnded {
            step: step.name(),
            status: status.as_str(),
            detail,
            changes,
            duration_ms: ms(*took),
        },
        // As many lines as came together.
        EventKind::ScriptOutput { .. } => return None,
        EventKind::Warning { text } => Happened::Warning { text: text.to_string() },
        EventKind::Links(links) => Happened::Links { links },
        EventKind::Failed(failure) => Happened::Failed { error: failure.record() },
        EventKind::Ended { status, exit_code, took, trace, log } => Happened::Ended {
            status: status.as_str(),
            exit_code: *exit_code,
            duration_ms: ms(*took),
            trace: trace.as_deref(),
            log: log.as_deref(),
        },
    })
}
