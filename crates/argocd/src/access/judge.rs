//! Judgement on the Applications of a URL, once it is known which of their conditions answer the refresh.

use std::collections::BTreeMap;

use cluster_spec::same_repository;
use secret::one_line;
use serde_json::Value;

use super::question::Trouble;
use super::refresh_state::RefreshState;
use super::words::usual_cause;

/// Common verdict of the Applications of a URL.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// An Application can't read it, and that does not pass by itself.
    CannotRead(Trouble),
    /// These have read it, and these other things were said.
    Readable { applications: Vec<String>, notes: Vec<String> },
    /// Nothing that decides.
    Undecided(Undecided),
}

/// State of a question that has no answer yet.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Undecided {
    /// The Applications of the URL.
    pub(super) applications: Vec<String>,
    /// The last thing one of them said, new or not.
    pub(super) last: Option<String>,
    /// An error if it lasts until the limit.
    pub(super) standing: Option<Trouble>,
    /// Applications that answered without deciding anything: to be asked again.
    pub(super) answered: Vec<String>,
}

/// An error of any one counts first; then one that has been compared shows that the repository is readable.
pub(super) fn judge(all: &[Value], url: &str, refreshes: &BTreeMap<String, RefreshState>) -> Verdict {
    let ours: Vec<&Value> = all.iter().filter(|it| reads_from(it, url)).collect();
    let answer = |it: &&Value| {
        refreshes.get(&key(it)).map(|refresh| (refresh.is_answered(it), refresh.is_compared(it)))
    };
    let mut known =
        Undecided { applications: ours.iter().map(|it| name(it)).collect(), ..Undecided::default() };
    let (mut readable, mut notes) = (Vec::new(), Vec::new());
    for application in &ours {
        let (answered, compared) = answer(application).unwrap_or_default();
        for condition in conditions(application) {
            known.last = Some(said(condition));
            let counts = if is_of_spec(condition) { answered } else { compared };
            match trouble(application, condition, url) {
                Some(trouble) if counts && !trouble.cause.may_pass() => return Verdict::CannotRead(trouble),
                found if counts && is_error(condition) => {
                    notes.push(format!("Application {} reports {}", name(application), said(condition)));
                    known.standing = found.or(known.standing);
                }
                _ => {}
            }
        }
        if compared && is_compared(application) {
            readable.push(name(application));
        }
        if answered {
            known.answered.push(key(application));
        }
    }
    if readable.is_empty() {
        Verdict::Undecided(known)
    } else {
        Verdict::Readable { applications: readable, notes }
    }
}

/// Judges a single look, without a refresh: an error counts, however old, unless it is of the kind that passes; a
/// comparison may be older than the run.
pub(super) fn judge_unasked(all: &[Value], url: &str) -> Verdict {
    let mut known = Undecided::default();
    for application in all.iter().filter(|it| reads_from(it, url)) {
        known.applications.push(name(application));
        for condition in conditions(application) {
            known.last = Some(said(condition));
            match trouble(application, condition, url) {
                Some(trouble) if !trouble.cause.passes() => return Verdict::CannotRead(trouble),
                found => known.standing = found.or(known.standing),
            }
        }
        if let (true, None) = (is_compared(application), &known.last) {
            let when = application["status"]["reconciledAt"].as_str().unwrap_or("a time it does not say");
            let when = one_line(when);
            known.last =
                Some(format!("{} was last compared at {when}, maybe before this run", name(application)));
        }
    }
    Verdict::Undecided(known)
}

/// Returns the Applications that read from `url`.
pub(super) fn of_url<'a>(all: &'a [Value], url: &'a str) -> impl Iterator<Item = &'a Value> {
    all.iter().filter(move |it| reads_from(it, url))
}

/// An Application as itself: one of the same name made anew is another one.
pub(super) fn key(application: &Value) -> String {
    format!("{} {}", name(application), text(&application["metadata"], "uid"))
}

pub(super) fn name(object: &Value) -> String {
    text(&object["metadata"], "name")
}

fn reads_from(application: &Value, url: &str) -> bool {
    sources(application).any(|source| is_at(source, url))
}

fn is_at(source: &Value, url: &str) -> bool {
    source["repoURL"].as_str().is_some_and(|theirs| same_repository(theirs, url))
}

/// `sources` where there are any: Argo CD then ignores `source`.
fn sources(application: &Value) -> impl Iterator<Item = &Value> {
    let spec = &application["spec"];
    let several = spec["sources"].as_array().filter(|several| !several.is_empty());
    let one = several.is_none().then_some(&spec["source"]);
    several.into_iter().flatten().chain(one)
}

/// That this condition says that `url` can't be read.
fn trouble(application: &Value, condition: &Value, url: &str) -> Option<Trouble> {
    if !is_error(condition) || is_of_another_source(application, condition, url) {
        return None;
    }
    let message = text(condition, "message");
    Some(Trouble {
        cause: usual_cause(&message, url)?,
        reporter: format!("Application {}", name(application)),
        condition: text(condition, "type"),
        message,
    })
}

/// `… for source 2 of 3: …` names the source it is about, counted from 1.
fn is_of_another_source(application: &Value, condition: &Value, url: &str) -> bool {
    let message = text(condition, "message");
    let number = || {
        let (_, rest) = message.split_once("for source ")?;
        let (number, _) = rest.split_once(" of ")?;
        number.parse::<usize>().ok()?.checked_sub(1)
    };
    let source = number().and_then(|number| sources(application).nth(number));
    source.is_some_and(|source| !is_at(source, url))
}

/// Types of conditions that are about what Argo CD reads, in lower case. `SyncError` is about what it writes.
fn is_error(condition: &Value) -> bool {
    let kind = text(condition, "type").to_lowercase();
    ["comparisonerror", "invalidspecerror", "repoerror", "unknownerror"]
        .iter()
        .any(|error| kind.contains(error))
}

/// These are evaluated before anything is compared.
fn is_of_spec(condition: &Value) -> bool {
    matches!(condition["type"].as_str(), Some("InvalidSpecError" | "UnknownError"))
}

/// `Unknown` is what Argo CD writes when it could not compare.
pub(super) fn is_compared(application: &Value) -> bool {
    matches!(application["status"]["sync"]["status"].as_str(), Some("Synced" | "OutOfSync"))
}

fn conditions(application: &Value) -> impl Iterator<Item = &Value> {
    application["status"]["conditions"].as_array().into_iter().flatten()
}

fn said(condition: &Value) -> String {
    format!("{}: {}", text(condition, "type"), text(condition, "message"))
}

fn text(value: &Value, key: &str) -> String {
    one_line(value[key].as_str().unwrap_or_default())
}

#[cfg(test)]
mod tests;
