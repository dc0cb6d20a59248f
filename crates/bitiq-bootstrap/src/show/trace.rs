//! Result of `trace`: one run.

use advice::{CommandContext, CommandLine};
use diagnostics::duration;
use std::time::Duration;

use healthcheck::status::{LaterRuns, Refused, Release};
use serde::Serialize;
use trace::{DisplayStatus, ErrorRecord, Record, RecreatedFrom, RunStatus, Step, Timestamp, Trace};

use super::document::{Document, TextView};
use super::failure::{Lines, because, next, retry};
use super::json::{json_text, value};
use super::style::{self, BOLD, DIM, ERROR, NOTE, SUCCESS, WARNING, paint};
use super::timeline::Scale;
use super::wrap::hang;

/// Columns before a bar: mark, name, status, time.
const BEFORE_BARS: usize = 40;
/// Columns of the bars if there is no terminal.
const BARS_IN_A_FILE: usize = 40;
const SHORTEST_BARS: usize = 10;
const LONGEST_BARS: usize = 72;
/// Most steps that are named as the longest.
const NAMED: usize = 3;

/// Of `trace`.
#[derive(Serialize)]
#[serde(transparent)]
pub struct TraceDocument<'a> {
    pub record: &'a Record,
    /// The cluster, as it is called on the command line.
    #[serde(skip)]
    pub cluster: &'a str,
    /// Later runs that left this trace alone.
    #[serde(skip)]
    pub later: LaterRuns,
}

impl Document for TraceDocument<'_> {
    fn text(&self, view: &TextView<'_>) -> String {
        let commands = &view.commands.for_cluster(self.cluster);
        let mut text = match self.record {
            Record::New(trace) => timeline(trace, &TextView { commands, ..*view }),
            Record::Old(old) => json_text(&value(old)) + "\n",
        };
        let LaterRuns { release, refused } = &self.later;
        text.extend(release.iter().map(|release| released(release, commands, view.columns)));
        text.extend(refused.iter().map(|refused| newer(refused, commands, view.columns)));
        text
    }
}

/// Of a command that writes: its text was shown while it was at work.
impl Document for Trace {
    fn text(&self, _: &TextView<'_>) -> String {
        String::new()
    }
}

/// Renders a run from its first step to its end.
fn timeline(trace: &Trace, view: &TextView<'_>) -> String {
    let mut text = format!(
        "{} {} of {}: {}\n",
        paint(BOLD, &trace.tool.command),
        trace.run_id,
        trace.cluster,
        paint(style::run(trace.status), trace.status)
    );
    facts(trace, view, &mut text);
    steps(trace, view, &mut text);
    for warning in &trace.warnings {
        let line = format!("{} {}", paint(WARNING, "warning:"), warning.replace('\n', "\n    "));
        text.push_str(&format!("{}\n", hang(&line, view.columns, 2)));
    }
    for error in trace.error.iter().flat_map(|first| std::iter::once(first).chain(&first.also)) {
        self::error(error, trace.status, view, &mut text);
    }
    if trace.error.is_some() {
        // With which flags is not kept: one of them may hold a login.
        let again = CommandLine::own(&*trace.tool.command).filled(view.commands);
        text.push_str(&format!("{}\n", retry(&again.to_string())));
    }
    text
}

fn facts(trace: &Trace, view: &TextView<'_>, text: &mut String) {
    let mut row = |name: &str, value: &str| {
        if !value.is_empty() {
            text.push_str(&format!("{}\n", hang(&format!("  {name:<12} {value}"), view.columns, 15)));
        }
    };
    row("began", &trace.timestamp.to_string());
    let at_work = trace.status == RunStatus::Running;
    row(if at_work { "runs for" } else { "took" }, &time_went(trace, view.now));
    let (user, host) = (&trace.started_by.user, &trace.started_by.host);
    row("by", format!("{user}@{host}").trim_start_matches('@'));
    row("repository", &format!("{} {} {}", trace.repo_url, trace.repo_ref, short(&trace.git_sha)));
    if let Some(kubernetes) = &trace.kubernetes {
        row("cluster", &format!("{} {} {}", kubernetes.server, kubernetes.version, kubernetes.cluster_id));
        row("recreated", &kubernetes.recreated_from.as_ref().map(recreated).unwrap_or_default());
    }
    if let Some(credentials) = &trace.credentials {
        row("login from", credentials.path.as_deref().unwrap_or(&credentials.source));
    }
    if let Some(vault) = &trace.vault {
        let proof = vault.proof.as_deref().map(|proof| format!(": {proof}")).unwrap_or_default();
        row("vault", &format!("{} auth/{}{proof}", vault.address, vault.mount));
    }
    row("trace id", trace.trace_context.as_ref().map_or("", |context| &context.trace_id));
}

/// Renders the duration, and the steps that took the most of it.
fn time_went(trace: &Trace, now: Timestamp) -> String {
    let whole = trace.length(now);
    let longest = trace.longest_steps(now);
    let named: Vec<String> = longest
        .iter()
        .take(NAMED)
        .map(|(step, time_span, percent)| format!("{} {} ({percent}%)", step.name, took(time_span.length)))
        .collect();
    match named.is_empty() {
        true => took(whole),
        false => format!("{}: {}", took(whole), named.join(", ")),
    }
}

/// Renders the facts known of the cluster before.
pub fn recreated(from: &RecreatedFrom) -> String {
    let id = from.cluster_id.iter().map(|id| format!("its id was {id}"));
    let infra_id = from.infra_id.iter().map(|id| format!("its infraID was {id}"));
    let seen_in = format!("known from the {}", from.seen_in);
    id.chain(infra_id).chain([seen_in]).collect::<Vec<_>>().join(", ")
}

fn steps(trace: &Trace, view: &TextView<'_>, text: &mut String) {
    let columns = view.columns.map_or(BARS_IN_A_FILE, |columns| columns.saturating_sub(BEFORE_BARS + 1));
    let scale =
        Scale { whole: trace.length(view.now), columns: columns.min(LONGEST_BARS), charset: view.charset };
    let has_bars = scale.columns >= SHORTEST_BARS && !trace.steps.is_empty();
    if has_bars {
        let axis = scale.axis(&took(scale.whole));
        text.push_str(&format!("{}{}\n", " ".repeat(BEFORE_BARS), paint(DIM, axis)));
    }
    for step in &trace.steps {
        self::step(trace, step, has_bars.then_some(scale), view, text);
    }
}

fn step(trace: &Trace, step: &Step, scale: Option<Scale>, view: &TextView<'_>, text: &mut String) {
    let status = trace.display_status(step);
    let (_, colour) = style::step(status);
    let time_span = trace.time_span(step, view.now);
    let known = time_span.filter(|_| step.duration_ms.is_some() || status == DisplayStatus::Running);
    let took = known.map(|time_span| self::took(time_span.length)).unwrap_or_default();
    let bar = match (scale, time_span) {
        (Some(scale), Some(time_span)) => {
            let (blanks, bar) = scale.bar(time_span);
            format!("{blanks}{}", paint(colour, bar))
        }
        _ => String::new(),
    };
    let (mark, word) = (paint(colour, view.charset.mark(status)), status.as_str());
    let line = format!("  {mark} {:<14} {word:<11} {took:>6}   {bar}", step.name);
    text.push_str(&format!("{}\n", line.trim_end()));
    for detail in &step.detail {
        text.push_str(&format!("{}\n", hang(&format!("      {detail}"), view.columns, 8)));
    }
    for change in &step.changes {
        text.push_str(&format!("{}\n", hang(&format!("      {}", paint(DIM, change)), view.columns, 8)));
    }
}

/// Renders the error of a run. A signal is no error.
fn error(error: &ErrorRecord, run: RunStatus, view: &TextView<'_>, text: &mut String) {
    let word = if run == RunStatus::Interrupted { paint(WARNING, "stopped") } else { paint(ERROR, "error") };
    let line = format!("{word} {}: {}", error.step, error.message);
    text.push_str(&format!("{}\n", hang(&line, view.columns, 2)));
    for cause in &error.causes {
        text.push_str(&format!("{}\n", because(cause, Lines::All, view.columns)));
    }
    if let Some(hint) = &error.hint {
        // A trace has its text alone, and it may be a command: it is not broken.
        text.push_str(&format!("{}\n", next(&hint.as_str().into(), None, 2)));
    }
}

/// The lines below what is shown of a cluster where a newer run was refused.
pub fn newer(refused: &Refused, commands: &CommandContext, columns: Option<usize>) -> String {
    let Refused { run_id, timestamp, at } = refused;
    let why = match at.message.is_empty() {
        true => String::new(),
        false => format!(": {}: {}", at.step, at.message),
    };
    note(&format!("the run of {timestamp} ended before its first write{why}"), run_id, commands, columns)
}

/// The line below the latest trace where what that run wrote was given back since.
fn released(release: &Release, commands: &CommandContext, columns: Option<usize>) -> String {
    note(&release.describe(), &release.run_id, commands, columns)
}

fn note(what: &str, run_id: &str, commands: &CommandContext, columns: Option<usize>) -> String {
    let note = format!("{} {what}", paint(NOTE, "note:"));
    let show = CommandLine::own("trace").value(run_id).filled(commands);
    let next = format!("  {} {show}", paint(SUCCESS, "next"));
    format!("{}\n{next}\n", hang(&note, columns, 2))
}

/// The first line of what went wrong.
pub fn why(trace: &Trace) -> &str {
    trace.error.as_ref().and_then(|error| error.message.lines().next()).unwrap_or_default()
}

pub fn took(millis: u64) -> String {
    duration::show(Duration::from_millis(millis))
}

pub fn short(git_sha: &str) -> &str {
    git_sha.get(..10).unwrap_or(git_sha)
}
