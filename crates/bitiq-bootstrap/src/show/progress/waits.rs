//! A wait in words: what for, what was seen last, for how long, of how much.

use diagnostics::{Wait, duration};
use std::time::Duration;

use super::sink::COMMAND;

/// Renders waits. A line has only what changed since the line before.
#[derive(Default)]
pub struct Waits {
    shown: Option<Wait>,
}

impl Waits {
    /// True if only the time differs from what was shown.
    pub fn repeats(&self, wait: &Wait) -> bool {
        self.before(wait).is_some_and(|before| before.last == wait.last)
    }

    /// The line for a log: whole at first, later only the change.
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
        self.remember(wait);
        line
    }

    /// Counts a wait as shown.
    pub fn remember(&mut self, wait: &Wait) {
        self.shown = Some(wait.clone());
    }

    /// The same wait, as it was shown last.
    fn before(&self, wait: &Wait) -> Option<&Wait> {
        let same = |shown: &&Wait| shown.subject == wait.subject && shown.waiting_for == wait.waiting_for;
        self.shown.as_ref().filter(same)
    }

    /// Ends the wait, and returns it.
    pub fn over(&mut self) -> Option<Wait> {
        self.shown.take()
    }
}

/// The wait in one line: what, the limit, the last condition. The command that ends it is on a line below.
pub fn whole(wait: &Wait) -> String {
    let limit = limit(wait).map(|limit| format!("up to {limit} ")).unwrap_or_default();
    let command = command(wait).map(|command| format!("{COMMAND}{command}")).unwrap_or_default();
    format!("{}: waiting {limit}for {}{}{command}", wait.subject, wait.waiting_for, last(wait))
}

/// The line of a wait that is over.
pub fn ended(wait: &Wait) -> String {
    format!("{}: waited {} for {}", wait.subject, duration::show(wait.waited), wait.waiting_for)
}

/// The line of a wait without a change.
fn still(wait: &Wait, waited: &str) -> String {
    let limit = limit(wait).map(|limit| format!(" of {limit}")).unwrap_or_default();
    let command = command(wait).map(|command| format!("{COMMAND}{command}")).unwrap_or_default();
    let (subject, what, last) = (wait.subject, &wait.waiting_for, last(wait));
    format!("{subject}: still waiting ({waited}{limit}) for {what}{last}{command}")
}

/// The command that ends the wait.
pub fn command(wait: &Wait) -> Option<&str> {
    wait.last.as_deref().and_then(|last| last.split_once('\n')).map(|(_, command)| command)
}

/// The last condition.
fn last(wait: &Wait) -> String {
    let last = wait.last.as_deref().and_then(|last| last.lines().next()).unwrap_or_default();
    let last = last.trim_end_matches(':');
    if last.is_empty() { String::new() } else { format!(": {last}") }
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
    fn a_wait_is_shown_whole_once_and_then_its_changes() {
        let mut waits = Waits::default();
        let mut check = |wait: &Wait, expect: &str| assert_eq!(waits.line(wait), expect);
        check(&wait("the CSV", None, 0), "operator: waiting up to 10m00s for the CSV");
        check(&wait("the CSV", Some("Pending"), 12), "operator: after 12s: Pending");
        check(&wait("the CRD", Some("absent"), 0), "operator: waiting up to 10m00s for the CRD: absent");
    }

    #[test]
    fn a_command_that_ends_the_wait_is_on_a_line_of_its_own() {
        let wait = wait("the CSV", Some("it has to be approved (or so):\noc approve it"), 0);
        let shown =
            "operator: waiting up to 10m00s for the CSV: it has to be approved (or so)\n    oc approve it";
        assert_eq!(whole(&wait), shown);
    }

    #[test]
    fn a_wait_without_a_change_shows_its_time_and_its_limit() {
        let mut waits = Waits::default();
        let mut check = |wait: &Wait, expect: &str| assert_eq!(waits.line(wait), expect);
        check(&wait("the CSV", Some("Pending"), 0), "operator: waiting up to 10m00s for the CSV: Pending");
        let same = wait("the CSV", Some("Pending"), 60);
        check(&same, "operator: still waiting (1m00s of 10m00s) for the CSV: Pending");
        check(&wait("the CSV", Some("Installing"), 70), "operator: after 1m10s: Installing");
        let endless = Wait { limit: None, ..wait("the Lease", None, 0) };
        check(&endless, "operator: waiting for the Lease");
        let endless = Wait { waited: Duration::from_secs(60), ..endless };
        check(&endless, "operator: still waiting (1m00s) for the Lease");
    }

    #[test]
    fn a_wait_without_a_limit_names_none() {
        let wait = Wait { limit: None, ..wait("the CSV", None, 0) };
        assert_eq!(whole(&wait), "operator: waiting for the CSV");
    }
}
