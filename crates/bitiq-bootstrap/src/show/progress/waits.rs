//! A wait in words: what for, what was seen last, for how long, of how much.

use std::time::Duration;

use bootstrap_core::{Wait, duration};

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
            (true, Some(last)) => format!("{}: after {}: {last}", wait.step, duration::show(wait.waited)),
            _ => whole(wait),
        }
    }

    /// Nothing is waited for any more.
    pub fn over(&mut self) {
        self.told = None;
    }
}

/// All of it in one line.
pub fn whole(wait: &Wait) -> String {
    let last = wait.last.as_ref().map(|last| format!(" (last: {last})")).unwrap_or_default();
    let limit = wait.limit.filter(|limit| *limit > Duration::ZERO);
    let limit = limit.map(|limit| format!(", {} at most", duration::show(limit))).unwrap_or_default();
    format!("{}: waiting for {}{last}{limit}", wait.step, wait.waiting_for)
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
    fn a_wait_without_a_limit_names_none() {
        let wait = Wait { limit: None, ..wait("the CSV", None, 0) };
        assert_eq!(whole(&wait), "operator: waiting for the CSV");
    }
}
