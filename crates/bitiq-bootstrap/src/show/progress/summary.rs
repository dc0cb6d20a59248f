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
/// A step that took less of the whole is not where the time went.
const SHARE: u32 = 20;

/// Facts collected from the events of a run.
#[derive(Default)]
pub struct Heard {
    pub changed: Vec<String>,
    /// It may have changed anything, also where it failed.
    pub script_ran: bool,
    /// A release asked Vault, and Vault does not trust the cluster any more.
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

/// The first line, and the rows below it.
pub fn summary(
    heard: &Heard,
    end: &End<'_>,
    invocation: &Invocation,
) -> (String, Vec<(&'static str, String)>) {
    let refused = matches!(end.exit_code, exit::REFUSED | exit::LOCKED);
    let nothing = if refused { ", nothing was written" } else { "" };
    let status = paint(style::run(end.status), end.status);
    let first =
        format!("{} {status} in {}{nothing}", paint(BOLD, &invocation.command), duration::show(end.took));
    let mut rows = Vec::new();
    if !refused {
        rows.push(("changed", changed(&heard.changed, heard.script_ran)));
    }
    let times = if refused { &[] } else { heard.times.as_slice() };
    rows.extend(longest(times, end.took).map(|text| ("time", text)));
    // Under --strict they are the causes of a failure, which is told below.
    if !heard.failures.iter().any(|failure| failure.subject == preflight::STRICT) {
        rows.extend(heard.warnings.iter().map(|text| ("warning", paint(WARNING, text))));
    }
    rows.extend(heard.links.iter().map(|link| ("open", format!("{} {}", link.url, paint(DIM, &link.name)))));
    rows.extend(end.trace.map(|trace| ("trace", trace.display().to_string())));
    rows.extend(end.log.map(|log| ("log", log.display().to_string())));
    if end.status == RunStatus::Succeeded {
        rows.push(("next", next(invocation, heard.vault_given_back)));
    }
    (first, rows)
}

/// Every object once, the first few by name.
fn changed(changed: &[String], script_ran: bool) -> String {
    let mut objects: Vec<&str> = Vec::new();
    for object in changed {
        if !objects.contains(&object.as_str()) {
            objects.push(object);
        }
    }
    let named = match objects.len() {
        count if count > NAMED => format!("{}, and {} more", objects[..NAMED].join(", "), count - NAMED),
        _ => objects.join(", "),
    };
    match (named.is_empty(), script_ran) {
        (true, false) => "nothing".into(),
        (true, true) => format!("what {} did", diagnostics::SCRIPT),
        (false, false) => named,
        (false, true) => format!("{named}; and what {} did", diagnostics::SCRIPT),
    }
}

/// Names the steps that took the most time.
fn longest(times: &[(Subject, Duration)], took: Duration) -> Option<String> {
    let mut times: Vec<_> = times.iter().filter(|(_, time)| *time * SHARE > took).collect();
    times.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
    let told: Vec<String> =
        times.iter().take(LONGEST).map(|(step, time)| format!("{step} {}", duration::show(*time))).collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// The one thing to do after a success.
fn next(invocation: &Invocation, vault_given_back: bool) -> String {
    match (invocation.command == preflight::Scope::Release.name(), vault_given_back) {
        (true, true) => "tear the cluster down: Vault trusts it no longer".into(),
        (true, false) => "tear the cluster down (Vault was not asked, and may still trust it)".into(),
        (false, _) => invocation.other("verify"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_that_two_steps_wrote_is_named_once() {
        let objects: Vec<String> = ["Secret a", "mount b", "Secret a"].map(String::from).into();
        assert_eq!(changed(&objects, false), "Secret a, mount b");
        assert_eq!(changed(&objects, true), "Secret a, mount b; and what scripts/bootstrap.sh did");
        assert_eq!(changed(&[], false), "nothing");
        assert_eq!(changed(&[], true), "what scripts/bootstrap.sh did", "nobody knows what a script wrote");
        let many: Vec<String> = (1..=12).map(|it| it.to_string()).collect();
        assert_eq!(changed(&many, false), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, and 2 more");
    }

    #[test]
    fn the_longest_steps_are_where_the_time_went() {
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
