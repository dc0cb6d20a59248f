//! A trace, for people.

use std::time::Duration;

use bootstrap_core::duration;
use trace::{Record, RecreatedFrom, RunStatus, Trace};

use super::style::{self, BAD, BOLD, DIM, GOOD, NOTE, ODD, paint};
use super::wrap::hang;

/// One run from its first step to its end.
pub fn timeline(trace: &Trace, status: RunStatus, columns: Option<usize>) -> String {
    let mut text = format!(
        "{} {} of {}: {}\n",
        paint(BOLD, &trace.tool.command),
        trace.run_id,
        trace.cluster,
        paint(style::run(status), status)
    );
    let mut row = |name: &str, value: &str| {
        if !value.is_empty() {
            text.push_str(&format!("{}\n", hang(&format!("  {name:<12} {value}"), columns, 15)));
        }
    };
    row("began", &trace.timestamp.to_string());
    row("took", &trace.duration_ms.map(took).unwrap_or_default());
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
    steps(trace, &mut text, columns);
    for warning in &trace.warnings {
        text.push_str(&format!("{}\n", hang(&format!("{} {warning}", paint(ODD, "warning:")), columns, 2)));
    }
    if let Some(error) = &trace.error {
        for error in std::iter::once(error).chain(&error.also) {
            text.push_str(&format!("{} {}: {}\n", paint(BAD, "error"), error.step, error.message));
            error
                .causes
                .iter()
                .for_each(|cause| text.push_str(&format!("  because {}\n", cause.replace('\n', "\n    "))));
            error
                .hint
                .iter()
                .for_each(|hint| text.push_str(&format!("  next {}\n", hint.replace('\n', "\n    "))));
        }
    }
    text
}

/// What is known of the cluster before.
fn recreated(from: &RecreatedFrom) -> String {
    let id = from.cluster_id.iter().map(|id| format!("its id was {id}"));
    let infra_id = from.infra_id.iter().map(|id| format!("its infraID was {id}"));
    let seen_in = format!("known from the {}", from.seen_in);
    id.chain(infra_id).chain([seen_in]).collect::<Vec<_>>().join(", ")
}

fn steps(trace: &Trace, text: &mut String, columns: Option<usize>) {
    for step in &trace.steps {
        let (mark, colour) = style::step(step.status);
        let took = step.duration_ms.map(took).unwrap_or_default();
        let detail = step.detail.join("; ");
        let line = format!(
            "  {} {:<12} {:<10} {took:>6}  {detail}",
            paint(colour, mark),
            step.name,
            step.status.as_str()
        );
        text.push_str(&format!("{}\n", hang(line.trim_end(), columns, 36)));
        for change in &step.changes {
            text.push_str(&format!("{}\n", hang(&format!("      {}", paint(DIM, change)), columns, 8)));
        }
    }
}

/// One row for each remembered run, the newest first.
pub fn list(rows: &[(String, Record)], columns: Option<usize>) -> String {
    rows.iter()
        .map(|(id, record)| match record {
            Record::New(trace) => format!(
                "{id}  {:<10} {:<11} {:>7}  {}",
                trace.tool.command,
                trace.status,
                trace.duration_ms.map(took).unwrap_or_default(),
                why(trace)
            ),
            Record::Old(old) => format!("{id}  {}", old.git_sha),
        })
        .map(|row| format!("{}\n", hang(row.trim_end(), columns, 24)))
        .collect()
}

/// The line below the latest trace where a newer run was refused and left that trace alone.
pub fn newer(refused: &Trace, cluster: &str, columns: Option<usize>) -> String {
    let note = format!(
        "{} a newer run wrote nothing and left this trace alone: {}",
        paint(NOTE, "note:"),
        why(refused)
    );
    let next = format!("  {} bitiq-bootstrap trace {cluster} {}", paint(GOOD, "next"), refused.run_id);
    format!("{}\n{next}\n", hang(&note, columns, 2))
}

/// The first line of what went wrong.
fn why(trace: &Trace) -> &str {
    trace.error.as_ref().and_then(|error| error.message.lines().next()).unwrap_or_default()
}

fn took(millis: u64) -> String {
    duration::show(Duration::from_millis(millis))
}

fn short(git_sha: &str) -> &str {
    git_sha.get(..10).unwrap_or(git_sha)
}
