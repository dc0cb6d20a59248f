//! A wait in words: what for, what was seen last, for how long, of how much.

use std::time::Duration;

use bootstrap_core::{Wait, duration};

use super::COMMAND;

/// Tells waits; what was said already is not said again.
#[derive(Default)]
pub struct Waits {
    /// The step and what it waits for.
    told: Option<(&'static str, String)>,
}

impl Waits {
    /// The line for a log: the first time whole, later what changed.
    pub fn line(&mut self, wait: &Wait) -> String {
        let told =
            self.told.as_ref().is_some_and(|(step, what)| (*step, what) == (wait.step, &wait.waiting_for));
        self.told = Some((wait.step, wait.waiting_for.clone()));
        match (told, &wait.last) {
            (true, Some(last)) => {
                let last = last.replace('\n', COMMAND);
                format!("{}: after {}: {last}", wait.step, duration::show(wait.waited))
            }
            _ => whole(wait),
        }
    }

    /// Nothing is waited for any more.
    pub fn over(&mut self) {
        self.told = None;
    }
}

/// All of it in one line; the command that ends the wait, where there is one, below it.
pub fn whole(wait: &Wait) -> String {
    let last = wait.last.as_deref().unwrap_or_default();
    let (last, command) = last.split_once('\n').unwrap_or((last, ""));
    let command = if command.is_empty() { String::new() } else { format!("{COMMAND}{command}") };
    let last = last.trim_end_matches(':');
    let last = if last.is_empty() { String::new() } else { format!(" (last: {last})") };
    let limit = wait.limit.filter(|limit| *limit > Duration::ZERO);
    let limit = limit.map(|limit| format!(", {} at most", duration::show(limit))).unwrap_or_default();
    format!("{}: waiting for {}{last}{limit}{command}", wait.step, wait.waiting_for)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(what: &str, last: Option<&str>, waited: u64) -> Wait {
        Wait {
            step: "operator",
            waiting_for: what.into(),
            last: last.map(String::from),
            waited: Duration::from_secs(waited),
            limit: Some(Duration::from_secs(600)),
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
    fn a_wait_without_a_limit_names_none() {
        let wait = Wait { limit: None, ..wait("the CSV", None, 0) };
        assert_eq!(whole(&wait), "operator: waiting for the CSV");
    }
}
