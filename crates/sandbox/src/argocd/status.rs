//! The status of an Application, as Argo CD writes it.

use jiff::Timestamp;
use serde_json::{Value, json};

/// The annotation by which an Application is asked to be looked at again.
pub(super) const REFRESH: &str = "argocd.argoproj.io/refresh";

/// The sources of an Application: URL and revision of each.
pub(super) fn sources(application: &Value) -> Vec<(String, String)> {
    let spec = &application["spec"];
    let several = spec["sources"].as_array().cloned().unwrap_or_default();
    let all = if several.is_empty() { vec![spec["source"].clone()] } else { several };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    all.iter().map(|source| (text(&source["repoURL"]), text(&source["targetRevision"]))).collect()
}

/// The patch that reports what reading the sources gave. `began` is when the reading began, and is what `reconciledAt`
/// says; a refresh that had been asked for by then is done with it, a later one is not.
pub(super) fn patch(application: &Value, read: &[Result<String, String>], began: Timestamp) -> Value {
    let now = format!("{began:.0}");
    let failed = read.iter().enumerate().find_map(|(number, one)| Some((number + 1, one.as_ref().err()?)));
    let compared = json!({
        "source": application["spec"]["source"],
        "sources": application["spec"]["sources"],
        "destination": application["spec"]["destination"],
    });
    let mut status = json!({
        "sync": {"status": "Synced", "comparedTo": compared, "revision": null},
        "health": {"status": "Healthy", "lastTransitionTime": now},
        "reconciledAt": now,
        "sourceType": "Helm",
        "summary": {},
        "controllerNamespace": application["metadata"]["namespace"],
        "conditions": null,
    });
    match failed {
        None => {
            let commits: Vec<_> = read.iter().filter_map(|one| one.as_ref().ok()).collect();
            if let [only] = commits.as_slice() {
                status["sync"]["revision"] = json!(only);
            } else {
                status["sync"]["revisions"] = json!(commits);
            }
        }
        Some((number, why)) => {
            status["sync"]["status"] = json!("Unknown");
            let message = message(number, read.len(), why);
            status["conditions"] = json!([{
                "type": "ComparisonError",
                "lastTransitionTime": since(application, &message, &now),
                "message": message,
            }]);
        }
    }
    let mut patch = json!({"status": status});
    if !application["metadata"]["annotations"][REFRESH].is_null() {
        patch["metadata"] = json!({"annotations": {REFRESH: null}});
    }
    patch
}

fn message(number: usize, of: usize, why: &str) -> String {
    format!(
        "Failed to load target state: failed to generate manifest for source {number} of {of}: \
         rpc error: code = Unknown desc = {why}"
    )
}

/// A condition that lasts with the same words keeps the time it began.
fn since(application: &Value, message: &str, now: &str) -> String {
    let before = &application["status"]["conditions"][0];
    let same = before["type"] == "ComparisonError" && before["message"] == message;
    before["lastTransitionTime"].as_str().filter(|_| same).unwrap_or(now).to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::patch;

    fn report(read: &[Result<String, String>]) -> Value {
        let application = json!({"metadata": {"namespace": "argo"}, "spec": {"source": {"repoURL": "u"}}});
        patch(&application, read, jiff::Timestamp::UNIX_EPOCH)["status"].clone()
    }

    #[test]
    fn a_read_revision_is_synced() {
        let status = report(&[Ok("aa".to_owned())]);
        assert_eq!(
            (&status["sync"]["status"], &status["sync"]["revision"]),
            (&json!("Synced"), &json!("aa"))
        );
        assert_eq!(status["conditions"], Value::Null);
    }

    #[test]
    fn an_unreadable_repository_is_a_comparison_error_in_argo_cds_words() {
        let why = "failed to list refs: authentication required: Repository not found.";
        let status = report(&[Err(why.to_owned())]);
        insta::assert_snapshot!(status["conditions"][0]["message"].as_str().unwrap_or_default(), @"Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = failed to list refs: authentication required: Repository not found.");
        assert_eq!(status["sync"]["status"], "Unknown");
        assert_eq!(status["reconciledAt"], "1970-01-01T00:00:00Z");
    }

    #[test]
    fn a_refresh_that_was_asked_for_is_done_and_a_later_one_is_not() {
        let mut application =
            json!({"metadata": {"namespace": "argo"}, "spec": {"source": {"repoURL": "u"}}});
        let done =
            |it: &Value| patch(it, &[Ok("aa".to_owned())], jiff::Timestamp::UNIX_EPOCH)["metadata"].clone();
        assert_eq!(done(&application), Value::Null);
        application["metadata"]["annotations"] = json!({super::REFRESH: "hard"});
        assert_eq!(done(&application), json!({"annotations": {super::REFRESH: null}}));
    }

    #[test]
    fn several_sources_have_several_revisions() {
        let status = report(&[Ok("aa".to_owned()), Ok("bb".to_owned())]);
        assert_eq!(status["sync"]["revisions"], json!(["aa", "bb"]));
    }
}
