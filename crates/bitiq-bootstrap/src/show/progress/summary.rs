//! Summary of a run: changes, times, the warnings once more, links, next command.

use diagnostics::{Failure, Subject, duration};
use std::path::Path;
use std::time::Duration;

use trace::{Link, RunStatus};

use super::super::style::{self, BOLD, DIM, WARNING, paint};
use crate::exit;
use crate::invocation::Invocation;

/// The column where values begin.
pub const VALUES: usize = 12;
/// Most objects that are named, and most steps whose time is shown.
const NAMED: usize = 10;
const LONGEST: usize = 3;
/// A step is named if it took more than this part of the run: a twentieth.
const SHARE: u32 = 20;

/// Facts collected from the events of a run.
#[derive(Default)]
pub struct Heard {
    pub changed: Vec<String>,
    /// True if the script started: it may have changed anything.
    pub script_ran: bool,
    /// True if a release reset the auth mount: Vault does not trust the cluster any more.
    pub vault_given_back: bool,
    pub times: Vec<(Subject, Duration)>,
    pub warnings: Vec<String>,
    pub links: Vec<Link>,
    pub failures: Vec<Failure>,
}

/// End of a run.
pub struct End<'a> {
    pub status: RunStatus,
    pub exit_code: u8,
    pub took: Duration,
    pub trace: Option<&'a Path>,
    pub log: Option<&'a Path>,
}

/// The verdict, and the rows below it: with the command behind them at most ten lines of a terminal. `room`: its columns.
pub fn summary(
    heard: &Heard,
    end: &End<'_>,
    invocation: &Invocation,
    room: Option<usize>,
) -> (String, Vec<(&'static str, String)>) {
    let mut rows = Vec::new();
    if !is_refused(end) {
        rows.push(("changed", changed(&heard.changed, heard.script_ran, room)));
        rows.extend(longest(&heard.times, end.took).map(|text| ("time", text)));
    }
    // Under --strict the errors name the warnings.
    if !heard.failures.iter().any(|failure| failure.subject == preflight::STRICT) {
        rows.extend(warnings(&heard.warnings, room).map(|text| ("warnings", paint(WARNING, text))));
    }
    if end.status == RunStatus::Succeeded {
        rows.extend(
            heard.links.iter().map(|link| ("open", format!("{} {}", link.url, paint(DIM, &link.name)))),
        );
    }
    // The trace of a failed script leads to its log, and the log is what an engineer reads first.
    let log = end.log.filter(|_| end.status != RunStatus::Succeeded || room.is_none());
    let trace = end.trace.filter(|_| log.is_none() || room.is_none());
    rows.extend(trace.map(|trace| ("trace", trace.display().to_string())));
    rows.extend(log.map(|log| ("log", log.display().to_string())));
    if end.status == RunStatus::Succeeded {
        rows.push(("next", next(invocation, heard.vault_given_back)));
    }
    (verdict(heard, end, invocation), rows)
}

fn is_refused(end: &End<'_>) -> bool {
    matches!(end.exit_code, exit::REFUSED | exit::LOCKED)
}

/// `run failed in 12s: nothing was written, 2 errors`
fn verdict(heard: &Heard, end: &End<'_>, invocation: &Invocation) -> String {
    let errors = match heard.failures.len() {
        0 | 1 => None,
        many => Some(format!("{many} errors")),
    };
    let step = heard.failures.first().map(|failure| failure.subject).filter(|_| !is_refused(end));
    let step = step.map(|step| format!("step {step}"));
    let nothing = is_refused(end).then(|| "nothing was written".to_owned());
    let more: Vec<String> = nothing.into_iter().chain(step).chain(errors).collect();
    let more = if more.is_empty() { String::new() } else { format!(": {}", more.join(", ")) };
    let status = paint(style::run(end.status), end.status);
    format!("{} {status} in {}{more}", paint(BOLD, &invocation.command), duration::show(end.took))
}

/// Every object once: in a terminal those that fit into two lines, elsewhere the first few.
fn changed(changed: &[String], script_ran: bool, room: Option<usize>) -> String {
    let mut objects: Vec<&str> = Vec::new();
    for object in changed {
        if !objects.contains(&object.as_str()) {
            objects.push(object);
        }
    }
    let script = script_ran.then(|| format!("{} ran", diagnostics::SCRIPT));
    let named = room.map_or(NAMED, |columns| fitting(&objects, columns)).min(objects.len());
    let more = objects.len() - named;
    let names = (named > 0).then(|| objects[..named].join(", "));
    let more =
        (more > 0).then(|| if named > 0 { format!("and {more} more") } else { format!("{more} objects") });
    let objects: Vec<String> = names.into_iter().chain(more).collect();
    let objects = Some(objects.join(", ")).filter(|text| !text.is_empty());
    match objects.into_iter().chain(script).collect::<Vec<_>>() {
        all if all.is_empty() => "nothing".into(),
        all => all.join("; "),
    }
}

/// The number of objects that fit into two lines, with room for the words behind them.
fn fitting(objects: &[&str], columns: usize) -> usize {
    const BEHIND: usize = 45;
    let room = (columns.saturating_sub(VALUES) * 2).saturating_sub(BEHIND);
    let mut width = 0;
    let fits = |object: &&&str| {
        width += object.len() + 2;
        width <= room
    };
    objects.iter().take_while(fits).count()
}

/// The warnings were printed when they came: a terminal repeats the first of them in one line.
fn warnings(all: &[String], room: Option<usize>) -> Option<String> {
    let first = all.first()?.lines().next().unwrap_or_default();
    let Some(columns) = room else { return Some(all.join("\n")) };
    let counted = match all.len() {
        1 => String::new(),
        many => format!("{many}, the first: "),
    };
    let room = columns.saturating_sub(VALUES + counted.len() + 1);
    let cut: String = first.chars().take(room).collect();
    let dots = if cut.len() < first.len() { "…" } else { "" };
    Some(format!("{counted}{cut}{dots}"))
}

/// The steps that took the most time.
fn longest(times: &[(Subject, Duration)], took: Duration) -> Option<String> {
    let mut times: Vec<_> = times.iter().filter(|(_, time)| *time * SHARE > took).collect();
    times.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
    let named: Vec<String> =
        times.iter().take(LONGEST).map(|(step, time)| format!("{step} {}", duration::show(*time))).collect();
    (!named.is_empty()).then(|| named.join(", "))
}

/// The one thing to do after a success.
fn next(invocation: &Invocation, vault_given_back: bool) -> String {
    match (invocation.command == preflight::Scope::Release.name(), vault_given_back) {
        (true, true) => "tear the cluster down: Vault no longer trusts it".into(),
        (true, false) => "tear the cluster down (Vault may still trust it: it was not asked)".into(),
        (false, _) => invocation.other("verify"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_that_two_steps_wrote_is_named_once() {
        let objects: Vec<String> = ["Secret a", "mount b", "Secret a"].map(String::from).into();
        assert_eq!(changed(&objects, false, None), "Secret a, mount b");
        assert_eq!(changed(&objects, true, None), "Secret a, mount b; scripts/bootstrap.sh ran");
        assert_eq!(changed(&[], false, None), "nothing");
        assert_eq!(changed(&[], true, None), "scripts/bootstrap.sh ran");
        let many: Vec<String> = (1..=12).map(|it| it.to_string()).collect();
        assert_eq!(changed(&many, false, None), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, and 2 more");
        assert_eq!(changed(&many, true, Some(40)), "1, 2, 3, and 9 more; scripts/bootstrap.sh ran");
        assert_eq!(changed(&many, false, Some(20)), "12 objects");
    }

    #[test]
    fn the_longest_steps_are_named_with_their_time() {
        let seconds = Duration::from_secs;
        let times = [
            (Subject::Command("a"), seconds(1)),
            (Subject::Command("script"), seconds(50)),
            (Subject::Command("b"), seconds(9)),
            (Subject::Command("c"), seconds(6)),
            (Subject::Command("d"), seconds(7)),
        ];
        assert_eq!(longest(&times, seconds(70)).unwrap(), "script 50s, b 9.0s, d 7.0s");
        assert_eq!(longest(&[(Subject::Command("a"), seconds(1))], seconds(70)), None);
    }
}
