//! The Applications of a URL, each asked once, and again where its answer decided nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use cluster_access::{AccessError, Cluster, FIELD_MANAGER, Wait, await_objects};
use serde_json::Value;

use super::judge::{Undecided, Verdict, judge, key, name, of_url};
use super::refresh_state::RefreshState;
use super::{Access, Progress, Question, Trouble, apply};

/// After which an Application that answered nothing definite is asked once more.
const AGAIN: Duration = Duration::from_secs(20);

/// The Applications, watched.
pub(super) struct Applications<'a> {
    question: &'a Question<'a>,
    on_progress: &'a mut (dyn FnMut(Progress) + Send),
    told: Option<Progress>,
    refreshes: BTreeMap<String, RefreshState>,
    /// Applications of the first look.
    first: Option<BTreeSet<String>>,
    /// Why they can't be asked: it is not allowed.
    pub(super) may_not_ask: Option<String>,
    /// Why the last question could not be put, for now.
    pub(super) failed_to_ask: Option<String>,
    /// Applications whose refresh failed: they are asked again after a pause.
    unreached: BTreeSet<String>,
    /// Time since the answered Applications were asked.
    waited: Duration,
    pub(super) known: Undecided,
    /// Further conditions that they report.
    pub(super) notes: Vec<String>,
}

enum Next {
    Ask(Vec<Value>),
    CannotRead(Trouble),
    Readable(Vec<String>),
}

/// Result of a watch that was not cut off.
pub(super) enum Decided {
    Access(Access),
    CannotRead(Trouble),
}

impl<'a> Applications<'a> {
    pub(super) fn new(question: &'a Question<'a>, on_progress: &'a mut (dyn FnMut(Progress) + Send)) -> Self {
        Self {
            question,
            on_progress,
            told: None,
            refreshes: BTreeMap::new(),
            first: None,
            may_not_ask: None,
            failed_to_ask: None,
            unreached: BTreeSet::new(),
            waited: Duration::ZERO,
            known: Undecided::default(),
            notes: Vec::new(),
        }
    }

    /// Until something is decided.
    pub(super) async fn watch(&mut self, cluster: &Cluster) -> Result<Decided, AccessError> {
        let kind = apply::applications(self.question.namespace);
        loop {
            let waiting_for = format!("an Application of {} to be compared", self.question.url);
            let limit = if self.unreached.is_empty() { AGAIN } else { apply::RETRY };
            let wait = Wait { waiting_for: &waiting_for, limit, stop: self.question.stop };
            match await_objects(cluster, &kind, |all| self.next(all), &wait).await {
                Ok(Next::Ask(applications)) => {
                    for application in &applications {
                        self.ask(cluster, application).await;
                    }
                }
                Ok(Next::CannotRead(trouble)) => return Ok(Decided::CannotRead(trouble)),
                Ok(Next::Readable(applications)) => {
                    return Ok(Decided::Access(Access::Readable { applications }));
                }
                Err(AccessError::WaitedTooLong { .. }) => self.ask_again_after(limit),
                Err(AccessError::NoSuchKind { .. }) => return Ok(Decided::Access(Access::NoCrd)),
                Err(error) => return Err(error),
            }
        }
    }

    fn next(&mut self, all: &[Value]) -> Option<Next> {
        let ours: Vec<&Value> = of_url(all, self.question.url).collect();
        self.first.get_or_insert_with(|| ours.iter().map(|it| key(it)).collect());
        let is_open = |key: String| !self.refreshes.contains_key(&key) && !self.unreached.contains(&key);
        let unasked: Vec<Value> = ours.into_iter().filter(|it| is_open(key(it))).cloned().collect();
        if !unasked.is_empty() {
            return Some(Next::Ask(unasked));
        }
        match judge(all, self.question.url, &self.refreshes) {
            Verdict::CannotRead(trouble) => Some(Next::CannotRead(trouble)),
            Verdict::Readable { applications, notes } => {
                self.notes = notes;
                Some(Next::Readable(applications))
            }
            Verdict::Undecided(known) => {
                self.tell(&known);
                self.known = Undecided { last: known.last.clone().or(self.known.last.take()), ..known };
                None
            }
        }
    }

    async fn ask(&mut self, cluster: &Cluster, application: &Value) {
        if self.may_not_ask.is_none() {
            match apply::refresh(cluster, self.question.namespace, &name(application)).await {
                Ok(answer) => {
                    self.failed_to_ask = None;
                    self.refreshes.insert(key(&answer), RefreshState::anew(&answer, FIELD_MANAGER));
                    return;
                }
                Err(error @ AccessError::Forbidden { .. }) => self.may_not_ask = Some(error.to_string()),
                // One that is gone since is not in the next look.
                Err(error) => {
                    self.failed_to_ask = Some(error.to_string());
                    self.unreached.insert(key(application));
                    return;
                }
            }
        }
        let was_there = self.first.as_ref().is_some_and(|first| first.contains(&key(application)));
        let refresh = if was_there { RefreshState::seen(application) } else { RefreshState::born() };
        self.refreshes.insert(key(application), refresh);
    }

    fn ask_again_after(&mut self, pause: Duration) {
        self.unreached.clear();
        self.waited += pause;
        if self.waited >= AGAIN {
            self.waited = Duration::ZERO;
            self.ask_again();
        }
    }

    fn ask_again(&mut self) {
        if self.may_not_ask.is_none() {
            for answered in &self.known.answered {
                self.refreshes.remove(answered);
            }
        }
    }

    fn tell(&mut self, known: &Undecided) {
        let waiting_for = match known.applications.as_slice() {
            [] => format!("an Application of {}", self.question.url),
            [one] => format!("Application {one} to be compared anew"),
            [one, rest @ ..] => format!("Application {one} or {} more to be compared anew", rest.len()),
        };
        let progress = Progress { waiting_for, last: known.last.clone() };
        if self.told.as_ref() != Some(&progress) {
            (self.on_progress)(progress.clone());
            self.told = Some(progress);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tokio_util::sync::CancellationToken;

    const URL: &str = "https://git.example.com/org/gitops.git";

    fn application(status: &Value) -> Value {
        json!({"metadata": {"name": "apps", "uid": "1"}, "spec": {"source": {"repoURL": URL}}, "status": status})
    }

    /// Checks the next action for an Application with this status, at once and after the pause.
    fn check(status: &Value, at_once: &str, after_the_pause: &str) {
        let stop = CancellationToken::new();
        let question = Question { namespace: "argo", url: URL, limit: AGAIN, stop: &stop };
        let mut told = |_: Progress| ();
        let mut applications = Applications::new(&question, &mut told);
        let all = [application(status)];
        assert_eq!(show(applications.next(&all)), "asks");
        applications.refreshes.insert(key(&all[0]), RefreshState::anew(&json!({}), FIELD_MANAGER));
        assert_eq!(show(applications.next(&all)), at_once);
        applications.ask_again();
        assert_eq!(show(applications.next(&all)), after_the_pause);
    }

    fn show(next: Option<Next>) -> &'static str {
        match next {
            Some(Next::Ask(_)) => "asks",
            Some(Next::CannotRead(_)) => "can't read",
            Some(Next::Readable(_)) => "readable",
            None => "waits",
        }
    }

    fn answered(message: &str) -> Value {
        json!({"sync": {"status": "Unknown"}, "reconciledAt": "2026-01-01T10:00:00Z",
            "conditions": [{"type": "ComparisonError", "message": message}]})
    }

    #[test]
    fn one_that_answered_nothing_definite_is_asked_again_after_a_pause() {
        check(&answered("context deadline exceeded"), "waits", "asks");
        check(&answered("app path does not exist"), "waits", "asks");
    }

    #[test]
    fn a_definite_answer_needs_no_second_question() {
        check(&answered("authentication required"), "can't read", "can't read");
    }
}
