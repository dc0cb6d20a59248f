//! A wait in words: what for, what was seen last, for how long, of how much.

use diagnostics::{Wait, duration};
use std::time::Duration;

use super::sink::COMMAND;

/// Tells waits; what was said already is not said again.
#[derive(Default)]
pub struct Waits {
    told: Option<Wait>,
}

impl Waits {
    /// Whether all of it was told before, but for the time.
    pub fn repeats(&self, wait: &Wait) -> bool {
        self.before(wait).is_some_and(|before| before.last == wait.last)
    }

    /// The line for a log: the first time whole, later what changed, or that nothing did.
    pub fn line(&mut self, wait: &Wait) -> String {
        let waited = duration::show(wait.waited);
        let line = match (self.before(wait), &wait.last) {
            (Some(_), _) if self.repeats(wait) => still(wait, &waited),
            (Some(_), Some(last)) => {
                let last = last.replace('\n', COMMAND);
                format!("{}: after {waited}: {last}", wait.subject)
            }
            _ => whole(wait),
        };
        self.told = Some(wait.clone());
        line
    }

    /// The same wait, as it was told last.
    fn before(&self, wait: &Wait) -> Option<&Wait> {
        let same = |told: &&Wait| told.subject == wait.subject && told.waiting_for == wait.waiting_for;
        self.told.as_ref().filter(same)
    }

    /// Nothing is waited for any more.
    pub fn over(&mut self) {
        self.told = None;
    }
}

/// All of it in one line; the command that ends the wait, where there is one, below it.
pub fn whole(wait: &Wait) -> String {
    let limit = limit(wait).map(|limit| format!(", {limit} at most")).unwrap_or_default();
    let (last, command) = last(wait);
    format!("{}: waiting for {}{last}{limit}{command}", wait.subject, wait.waiting_for)
}

/// Nothing changed.
fn still(wait: &Wait, waited: &str) -> String {
    let limit = limit(wait).map(|limit| format!(" of {limit} at most")).unwrap_or_default();
    let (last, command) = last(wait);
    format!("{}: still waiting after {waited}{limit} for {}{last}{command}", wait.subject, wait.waiting_for)
}

/// What was seen last, and the command below it.
fn last(wait: &Wait) -> (String, String) {
    let last = wait.last.as_deref().unwrap_or_default();
    let (last, command) = last.split_once('\n').unwrap_or((last, ""));
    let command = if command.is_empty() { String::new() } else { format!("{COMMAND}{command}") };
    let last = last.trim_end_matches(':');
    (if last.is_empty() { String::new() } else { format!(" (last: {last})") }, command)
}

fn limit(wait: &Wait) -> Option<String> {
    wait.limit.filter(|limit| *limit > Duration::ZERO).map(duration::show)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(what: &str, last: Option<&str>, waited: u64) -> Wait {
        Wait {
            subject: diagnostics::Step::Operator.into(),
            waiting_for: what.into(),
            last: last.map(String::from),
            waited: Duration::from_secs(waited),
            limit: Some(Duration::from_secs(600)),
            counts: false,
        }
    }

    #[test]
    fn a_wait_is_told_whole_once_and_then_what_changed() {
        let mut waits = Waits::default();
        let mut check = |wait: &Wait, expect: &str| assert_eq!(waits.line(wait), expect);
        check(&wait("the CSV", None, 0), "operator: waiting for the CSV, 10m00s at most");
        check(&wait("the CSV", Some("Pending"), 12), "operator: after 12s: Pending");
        check(
            &wait("the CRD", Some("absent"), 0),
            "operator: waiting for the CRD (last: absent), 10m00s at most",
        );
    }

    #[test]
    fn a_command_that_ends_the_wait_stands_on_a_line_of_its_own() {
        let wait = wait("the CSV", Some("it has to be approved (or so):\noc approve it"), 0);
        let shown = "operator: waiting for the CSV (last: it has to be approved (or so)), 10m00s at most\n    oc approve it";
        assert_eq!(whole(&wait), shown);
    }

    #[test]
    fn a_wait_that_does_not_change_says_how_long_it_has_waited_of_how_much() {
        let mut waits = Waits::default();
        let mut check = |wait: &Wait, expect: &str| assert_eq!(waits.line(wait), expect);
        check(
            &wait("the CSV", Some("Pending"), 0),
            "operator: waiting for the CSV (last: Pending), 10m00s at most",
        );
        let same = wait("the CSV", Some("Pending"), 60);
        check(&same, "operator: still waiting after 1m00s of 10m00s at most for the CSV (last: Pending)");
        check(&wait("the CSV", Some("Installing"), 70), "operator: after 1m10s: Installing");
        let endless = Wait { limit: None, ..wait("the Lease", None, 0) };
        check(&endless, "operator: waiting for the Lease");
        let endless = Wait { waited: Duration::from_secs(60), ..endless };
        check(&endless, "operator: still waiting after 1m00s for the Lease");
    }

    #[test]
    fn a_wait_without_a_limit_names_none() {
        let wait = Wait { limit: None, ..wait("the CSV", None, 0) };
        assert_eq!(whole(&wait), "operator: waiting for the CSV");
    }
}
