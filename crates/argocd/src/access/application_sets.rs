//! The ApplicationSets of a URL: where one can't be generated, there is no Application that could say so.

use std::collections::BTreeMap;
use std::time::Duration;

use cluster_access::{AccessError, Cluster, Wait, await_objects, list};
use cluster_spec::same_repository;
use secret::one_line;
use serde_json::Value;

use super::apply;
use super::judge::name;
use super::question::{Question, Trouble};
use super::words::usual_cause_of_a_set;

/// Longer than any wait: the watch is ended from outside.
const WITHOUT_END: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The ApplicationSets, watched.
#[derive(Debug, Default)]
pub(super) struct ApplicationSets {
    /// The errors that stood when the watch began, by name: they may be older than the run.
    before: Option<BTreeMap<String, Value>>,
    /// An error if it lasts until the limit.
    pub(super) standing: Option<Trouble>,
}

enum Next {
    Ask(Vec<String>),
    Trouble(Trouble),
}

impl ApplicationSets {
    /// Returns once one of them newly says that it can't read the repository, and never else.
    pub(super) async fn watch(&mut self, cluster: &Cluster, question: &Question<'_>) -> Trouble {
        let kind = apply::sets(question.namespace);
        loop {
            let wait = Wait { waiting_for: "ApplicationSets", limit: WITHOUT_END, stop: question.stop };
            match await_objects(cluster, &kind, |all| self.next(all, question.url), &wait).await {
                Ok(Next::Trouble(trouble)) => return trouble,
                Ok(Next::Ask(names)) => {
                    for name in names {
                        ask(cluster, question.namespace, &name).await;
                    }
                }
                // Not there, or not to be seen by us: the Applications have to say it alone.
                Err(_) => return std::future::pending().await,
            }
        }
    }

    fn next(&mut self, all: &[Value], url: &str) -> Option<Next> {
        let errors: BTreeMap<String, Value> =
            of_url(all, url).filter_map(|set| Some((name(set), error(set)?.clone()))).collect();
        let Some(before) = &self.before else {
            let names: Vec<String> = errors.keys().cloned().collect();
            self.before = Some(errors);
            return (!names.is_empty()).then_some(Next::Ask(names));
        };
        self.standing = None;
        for (set, condition) in &errors {
            let Some(trouble) = trouble(set, condition, url) else { continue };
            if before.get(set) != Some(condition) && !trouble.cause.may_pass() {
                return Some(Next::Trouble(trouble));
            }
            self.standing = Some(trouble);
        }
        None
    }
}

/// Until it is asked: only who may not ask, and one that is gone, can't be. Who may not ask still sees what comes.
async fn ask(cluster: &Cluster, namespace: &str, name: &str) {
    while let Err(error) = apply::refresh_set(cluster, namespace, name).await {
        if matches!(error, AccessError::Forbidden { .. } | AccessError::NotFound { .. }) {
            return;
        }
        tokio::time::sleep(apply::RETRY).await;
    }
}

/// Returns the errors that ApplicationSets report now, as warnings, and the first that is an error of access.
pub(super) async fn look(
    cluster: &Cluster,
    question: &Question<'_>,
) -> Result<(Vec<String>, Option<Trouble>), AccessError> {
    let all = match list(cluster, &apply::sets(question.namespace), None).await {
        Err(AccessError::NoSuchKind { .. }) => Vec::new(),
        all => all?,
    };
    let errors: Vec<(String, &Value)> =
        of_url(&all, question.url).filter_map(|set| Some((name(set), error(set)?))).collect();
    let found = errors.iter().find_map(|(set, condition)| trouble(set, condition, question.url));
    let said =
        errors.iter().map(|(set, condition)| format!("ApplicationSet {set} reports {}", message(condition)));
    Ok((said.collect(), found))
}

fn trouble(set: &str, condition: &Value, url: &str) -> Option<Trouble> {
    let message = message(condition);
    Some(Trouble {
        cause: usual_cause_of_a_set(&message, url)?,
        reporter: format!("ApplicationSet {set}"),
        condition: "ErrorOccurred".into(),
        message,
    })
}

fn message(condition: &Value) -> String {
    one_line(condition["message"].as_str().unwrap_or_default())
}

fn error(set: &Value) -> Option<&Value> {
    let mut conditions = set["status"]["conditions"].as_array()?.iter();
    conditions.find(|condition| condition["type"] == "ErrorOccurred" && condition["status"] == "True")
}

fn of_url<'a>(all: &'a [Value], url: &'a str) -> impl Iterator<Item = &'a Value> {
    all.iter().filter(move |set| names(&set["spec"], url))
}

/// True if the URL stands anywhere in `spec`: in a git generator however deep, in an element of a list, in the
/// template.
fn names(spec: &Value, url: &str) -> bool {
    match spec {
        Value::String(text) => same_repository(text, url),
        Value::Array(all) => all.iter().any(|one| names(one, url)),
        Value::Object(all) => all.values().any(|one| names(one, url)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const URL: &str = "https://git.example.com/org/gitops.git";
    const REFUSED: &str = "error generating params from git: error getting files from repo: rpc error: code = Unknown desc = failed to list refs: authentication required";

    fn set(generator: Value, status: &str, message: &str) -> Value {
        json!({"metadata": {"name": "umbrella"}, "spec": {"generators": [generator]},
            "status": {"conditions": [{"type": "ErrorOccurred", "status": status, "message": message}]}})
    }

    fn git() -> Value {
        json!({"git": {"repoURL": URL, "revision": "main", "files": [{"path": "envs/*.yaml"}]}})
    }

    fn show(next: Option<Next>) -> String {
        match next {
            Some(Next::Ask(names)) => format!("ask {names:?}"),
            Some(Next::Trouble(it)) => format!("{} fails: {}", it.reporter, it.message),
            None => "nothing".into(),
        }
    }

    #[test]
    fn an_error_that_is_new_is_one_at_once() {
        let mut sets = ApplicationSets::default();
        assert_eq!(show(sets.next(&[set(git(), "False", "")], URL)), "nothing");
        let expect = format!("ApplicationSet umbrella fails: {REFUSED}");
        assert_eq!(show(sets.next(&[set(git(), "True", REFUSED)], URL)), expect);
    }

    #[test]
    fn an_error_that_stood_before_is_asked_about_and_stands_until_it_goes() {
        let mut sets = ApplicationSets::default();
        assert_eq!(show(sets.next(&[set(git(), "True", REFUSED)], URL)), r#"ask ["umbrella"]"#);
        assert_eq!(show(sets.next(&[set(git(), "True", REFUSED)], URL)), "nothing");
        assert!(sets.standing.is_some());
        assert_eq!(show(sets.next(&[set(git(), "False", "")], URL)), "nothing");
        assert!(sets.standing.is_none());
    }

    #[test]
    fn a_generator_within_another_and_an_element_of_a_list_count() {
        let nested = json!({"matrix": {"generators": [{"clusters": {}}, git()]}});
        let listed = json!({"list": {"elements": [{"repoUrl": URL}]}});
        for generator in [nested, listed] {
            let mut sets = ApplicationSets::default();
            assert_eq!(show(sets.next(&[set(generator, "True", REFUSED)], URL)), r#"ask ["umbrella"]"#);
        }
    }

    #[test]
    fn another_repository_and_another_error_decide_nothing() {
        let mut sets = ApplicationSets::default();
        let other = json!({"git": {"repoURL": "https://git.example.com/other.git"}});
        assert_eq!(show(sets.next(&[set(other, "True", REFUSED)], URL)), "nothing");
        let mut sets = ApplicationSets::default();
        sets.next(&[], URL);
        let why = "Application references project nope which does not exist";
        assert_eq!(show(sets.next(&[set(git(), "True", why)], URL)), "nothing");
        assert!(sets.standing.is_none());
    }
}
