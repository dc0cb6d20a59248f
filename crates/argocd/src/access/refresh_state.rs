//! Tells a status that answers our refresh from an older one.
//!
//! The controller takes the time before it begins to compare, writes the status, and then takes the annotation away
//! that asked for it (argo-cd, controller/appcontroller.go). Its times are whole seconds. All that is compared here
//! was written in the cluster: this machine's clock may be wrong.

use serde_json::Value;

/// The annotation by which an Application is asked to be compared anew, with nothing taken from a cache.
pub(super) const REFRESH: &str = "argocd.argoproj.io/refresh";

/// An Application as it was when it was asked, or (where we may not ask) when it was first seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RefreshState {
    /// True if we set the annotation.
    by_annotation: bool,
    /// `status.reconciledAt` then.
    reconciled_at: Option<String>,
    /// The API server's time of our patch.
    at: Option<String>,
}

impl RefreshState {
    /// After our patch: `answer` is what the API server gave back.
    pub(super) fn anew(answer: &Value, manager: &str) -> Self {
        let ours = |entry: &&Value| entry["manager"] == manager && entry["operation"] == "Update";
        let entries = answer["metadata"]["managedFields"].as_array().into_iter().flatten();
        let times = entries.filter(ours).filter_map(|entry| entry["time"].as_str());
        Self {
            by_annotation: true,
            reconciled_at: reconciled_at(answer).map(str::to_owned),
            at: times.max().map(str::to_owned),
        }
    }

    /// Starts from an Application that we may not refresh: only later changes count.
    pub(super) fn seen(application: &Value) -> Self {
        Self { reconciled_at: reconciled_at(application).map(str::to_owned), ..Self::default() }
    }

    /// Starts from an Application that was not there before and that we may not refresh: all that it says is new.
    pub(super) fn born() -> Self {
        Self::default()
    }

    /// True if the controller looked since: the spec, which it evaluates every time, is then up to date.
    pub(super) fn is_answered(&self, application: &Value) -> bool {
        if self.by_annotation {
            application["metadata"]["annotations"][REFRESH].is_null()
        } else {
            self.is_newer(application)
        }
    }

    /// True if the controller compared since. A status of the very second of the refresh counts: it can't be told from
    /// a newer one of that second.
    pub(super) fn is_compared(&self, application: &Value) -> bool {
        self.is_answered(application) && (self.is_newer(application) || self.is_of_that_second(application))
    }

    fn is_newer(&self, application: &Value) -> bool {
        match (reconciled_at(application), &self.reconciled_at) {
            (Some(now), Some(before)) => now > before.as_str(),
            (Some(_), None) => true,
            (None, _) => false,
        }
    }

    fn is_of_that_second(&self, application: &Value) -> bool {
        match (reconciled_at(application), &self.at) {
            (Some(now), Some(at)) => now >= at.as_str(),
            _ => false,
        }
    }
}

/// RFC 3339 in UTC and whole seconds, as every time Kubernetes writes: their order is that of the text.
fn reconciled_at(application: &Value) -> Option<&str> {
    application["status"]["reconciledAt"].as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const MANAGER: &str = "bitiq-bootstrap";

    fn application(reconciled_at: Option<&str>, annotation: bool) -> Value {
        let annotations = if annotation { json!({REFRESH: "hard"}) } else { json!({}) };
        let at = |second: &str| format!("2026-01-01T10:00:{second}Z");
        json!({"metadata": {"annotations": annotations}, "status": {"reconciledAt": reconciled_at.map(at)}})
    }

    /// Asked at second 30, having been compared at `before`.
    fn refreshed(before: Option<&str>) -> RefreshState {
        let mut answer = application(before, true);
        answer["metadata"]["managedFields"] = json!([
            {"manager": MANAGER, "operation": "Update", "time": "2026-01-01T10:00:30Z"},
            {"manager": "argocd-application-controller", "operation": "Update", "time": "2026-01-01T10:00:59Z"},
        ]);
        RefreshState::anew(&answer, MANAGER)
    }

    fn check(refresh: &RefreshState, application: &Value, answered: bool, compared: bool) {
        assert_eq!(
            (refresh.is_answered(application), refresh.is_compared(application)),
            (answered, compared)
        );
    }

    #[test]
    fn while_the_annotation_is_there_nothing_is_an_answer() {
        check(&refreshed(Some("10")), &application(Some("40"), true), false, false);
    }

    #[test]
    fn the_annotation_gone_and_a_later_time_are_one() {
        check(&refreshed(Some("10")), &application(Some("31"), false), true, true);
        check(&refreshed(None), &application(Some("31"), false), true, true);
    }

    #[test]
    fn the_clock_of_the_controller_may_be_behind_the_servers() {
        check(&refreshed(Some("10")), &application(Some("20"), false), true, true);
    }

    #[test]
    fn an_annotation_that_somebody_took_away_makes_no_old_status_new() {
        check(&refreshed(Some("10")), &application(Some("10"), false), true, false);
        check(&refreshed(None), &application(None, false), true, false);
    }

    #[test]
    fn two_comparisons_within_the_second_of_the_question_look_the_same() {
        check(&refreshed(Some("30")), &application(Some("30"), false), true, true);
    }

    #[test]
    fn where_we_may_not_ask_a_later_time_counts_alone() {
        let seen = RefreshState::seen(&application(Some("10"), false));
        check(&seen, &application(Some("10"), false), false, false);
        check(&seen, &application(Some("11"), false), true, true);
        check(&RefreshState::seen(&application(None, false)), &application(Some("11"), false), true, true);
    }

    #[test]
    fn one_that_was_made_meanwhile_says_only_new_things() {
        check(&RefreshState::born(), &application(Some("10"), false), true, true);
        check(&RefreshState::born(), &application(None, false), false, false);
    }
}
