use std::time::{Duration, Instant};

use advice::Diagnostic as _;
use argocd::ArgoCdError;
use argocd::access::{Access, Cause, Found, Progress, Question, watch_access};
use cluster_access::AccessError;
use sandbox::cluster::{Cluster, Request, Rule, User};
use sandbox::faults::Fault;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::cluster::{connected, start};
use crate::secret_plan::URL;

const NAMESPACE: &str = "openshift-gitops";
const LONG: Duration = Duration::from_secs(60);
const REFRESH: &str = "argocd.argoproj.io/refresh";
const OLD: &str = "2026-01-01T10:00:00Z";
const NEW: &str = "2026-01-01T10:00:01Z";
const REFUSED: &str = "Failed to load target state: rpc error: code = Unknown desc = authentication required: Repository not found.";

async fn with_crds() -> Cluster {
    let cluster = start().await;
    for (kind, plural) in [("Application", "applications"), ("ApplicationSet", "applicationsets")] {
        cluster.put(&definition(kind, plural)).await.unwrap();
    }
    let deadline = Instant::now() + LONG;
    let (application, set) = (
        application("warm-up", "https://elsewhere", json!({})),
        set("warm-up", "https://elsewhere", json!({})),
    );
    while cluster.put(&application).await.is_err() || cluster.put(&set).await.is_err() {
        assert!(Instant::now() < deadline, "the definitions are never served");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    cluster
}

fn definition(kind: &str, plural: &str) -> Value {
    json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.argoproj.io")},
        "spec": {"group": "argoproj.io", "scope": "Namespaced",
            "names": {"kind": kind, "listKind": format!("{kind}List"), "plural": plural, "singular": kind.to_lowercase()},
            "versions": [{"name": "v1alpha1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}]}})
}

fn application(name: &str, url: &str, status: Value) -> Value {
    json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"source": {"repoURL": url}}, "status": status})
}

fn set(name: &str, url: &str, status: Value) -> Value {
    let generator = json!({"git": {"repoURL": url, "directories": [{"path": "*"}]}});
    json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet",
        "metadata": {"name": name, "namespace": NAMESPACE}, "spec": {"generators": [generator]}, "status": status})
}

fn error_occurred(message: &str) -> Value {
    json!({"conditions": [{"type": "ErrorOccurred", "status": "True", "message": message, "lastTransitionTime": OLD}]})
}

fn synced(at: &str) -> Value {
    json!({"sync": {"status": "Synced"}, "reconciledAt": at})
}

fn unreadable(at: &str, message: &str) -> Value {
    let condition = json!({"type": "ComparisonError", "message": message, "lastTransitionTime": at});
    json!({"sync": {"status": "Unknown"}, "reconciledAt": at, "conditions": [condition]})
}

/// Waits for the question, as the controller does, then writes this status and takes the question away.
async fn answers(cluster: &Cluster, name: &str, status: Value) {
    let path = format!("/apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}/applications/{name}");
    let deadline = Instant::now() + LONG;
    let mut live = loop {
        assert!(Instant::now() < deadline, "{name} was never asked");
        match cluster.object(&path).await.unwrap() {
            Some(live) if live["metadata"]["annotations"][REFRESH] == "hard" => break live,
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    };
    live["status"] = status;
    live["metadata"]["annotations"].as_object_mut().unwrap().remove(REFRESH);
    live["metadata"].as_object_mut().unwrap().remove("managedFields");
    cluster.put(&live).await.unwrap();
}

async fn watch_as(
    cluster: &Cluster,
    user: &User,
    limit: Duration,
    stop: &CancellationToken,
) -> (Result<Found, ArgoCdError>, Vec<Progress>) {
    let cluster = connected(cluster, user).await;
    let mut told = Vec::new();
    let question = Question { namespace: NAMESPACE, url: URL, limit, stop };
    let seen = watch_access(&cluster, &question, &mut |progress| told.push(progress)).await;
    (seen, told)
}

async fn watch(cluster: &Cluster, limit: Duration) -> Result<Found, ArgoCdError> {
    watch_as(cluster, &User::Admin, limit, &CancellationToken::new()).await.0
}

fn readable(name: &str) -> Found {
    Found { access: Access::Readable { applications: vec![name.into()] }, warnings: Vec::new() }
}

fn silent(applications: &[&str], last: Option<&str>) -> Found {
    let applications = applications.iter().map(|name| (*name).into()).collect();
    Found { access: Access::Silent { applications, last: last.map(Into::into) }, warnings: Vec::new() }
}

#[track_caller]
fn says(seen: Result<Found, ArgoCdError>, cause: Cause, words: &str) {
    match seen {
        Err(ArgoCdError::CannotRead { trouble, .. }) => {
            assert_eq!(trouble.cause, cause);
            assert!(trouble.message.contains(words), "{}", trouble.message);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn without_the_kind_there_is_nothing_to_watch() {
    let sandbox = start().await;
    let none = Found { access: Access::NoCrd, warnings: Vec::new() };
    assert_eq!(watch(&sandbox, Duration::ZERO).await.unwrap(), none);
    assert_eq!(watch(&sandbox, LONG).await.unwrap(), none);
}

#[tokio::test]
async fn an_old_comparison_is_no_proof() {
    let sandbox = with_crds().await;
    sandbox.put(&application("apps", URL, synced(OLD))).await.unwrap();
    assert_eq!(watch(&sandbox, Duration::from_millis(700)).await.unwrap(), silent(&["apps"], None));
}

#[tokio::test]
async fn a_comparison_newer_than_the_question_is_the_proof() {
    let sandbox = with_crds().await;
    sandbox.put(&application("apps", URL, synced(OLD))).await.unwrap();
    let (seen, ()) = tokio::join!(watch(&sandbox, LONG), answers(&sandbox, "apps", synced(NEW)));
    assert_eq!(seen.unwrap(), readable("apps"));
}

#[tokio::test]
async fn an_old_error_that_the_new_look_does_not_find_again_is_none() {
    let sandbox = with_crds().await;
    sandbox.put(&application("apps", URL, unreadable(OLD, REFUSED))).await.unwrap();
    let (seen, ()) = tokio::join!(watch(&sandbox, LONG), answers(&sandbox, "apps", synced(NEW)));
    assert_eq!(seen.unwrap(), readable("apps"));
}

#[tokio::test]
async fn an_old_error_that_nobody_looks_at_again_is_kept_for_the_user() {
    let sandbox = with_crds().await;
    sandbox.put(&application("apps", URL, unreadable(OLD, REFUSED))).await.unwrap();
    let last = format!("ComparisonError: {REFUSED}");
    assert_eq!(watch(&sandbox, Duration::from_millis(700)).await.unwrap(), silent(&["apps"], Some(&last)));
}

#[tokio::test]
async fn a_new_error_ends_the_wait_in_argo_cds_own_words_with_its_cause() {
    let sandbox = with_crds().await;
    sandbox.put(&application("apps", URL, synced(OLD))).await.unwrap();
    let (seen, ()) = tokio::join!(watch(&sandbox, LONG), answers(&sandbox, "apps", unreadable(NEW, REFUSED)));
    let error = seen.unwrap_err();
    insta::assert_snapshot!(error, @"read https://git.example.com/org/gitops.git with Argo CD: Application apps reports ComparisonError: Failed to load target state: rpc error: code = Unknown desc = authentication required: Repository not found.");
    insta::assert_snapshot!(error.hint().unwrap(), @"usually the login: mend it (GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or Vault), then give it to Argo CD:
bitiq-bootstrap repo-creds <cluster>");
}

#[tokio::test]
async fn an_application_that_comes_during_the_wait_is_asked_too() {
    let sandbox = with_crds().await;
    let stop = CancellationToken::new();
    let coming = async {
        let watches = |request: &Request| request.path.contains("/applications?");
        while !sandbox.requests().iter().any(watches) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        sandbox.put(&application("apps", URL, json!({}))).await.unwrap();
        answers(&sandbox, "apps", json!({"sync": {"status": "OutOfSync"}, "reconciledAt": NEW})).await;
    };
    let ((seen, told), ()) = tokio::join!(watch_as(&sandbox, &User::Admin, LONG, &stop), coming);
    assert_eq!(seen.unwrap(), readable("apps"));
    let waited: Vec<&str> = told.iter().map(|progress| progress.waiting_for.as_str()).collect();
    insta::assert_snapshot!(waited.join("\n"), @r#"
    an Application of https://git.example.com/org/gitops.git
    Application apps to be compared anew
    "#);
}

#[tokio::test]
async fn a_question_that_was_taken_away_without_an_answer_is_no_proof() {
    let sandbox = with_crds().await;
    sandbox.put(&application("apps", URL, synced(OLD))).await.unwrap();
    let limit = Duration::from_secs(2);
    let (seen, ()) = tokio::join!(watch(&sandbox, limit), answers(&sandbox, "apps", synced(OLD)));
    assert_eq!(seen.unwrap(), silent(&["apps"], None));
}

#[tokio::test]
async fn what_may_pass_is_an_error_only_at_the_limit() {
    let sandbox = with_crds().await;
    let why =
        "Failed to load target state: rpc error: code = Unknown desc = dial tcp 10.0.0.1:443: i/o timeout";
    sandbox.put(&application("apps", URL, synced(OLD))).await.unwrap();
    let slow = async {
        answers(&sandbox, "apps", unreadable(NEW, why)).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        sandbox.put(&application("apps", URL, synced("2026-01-01T10:00:02Z"))).await.unwrap();
    };
    let (seen, ()) = tokio::join!(watch(&sandbox, LONG), slow);
    assert_eq!(seen.unwrap(), readable("apps"));
    let limit = Duration::from_secs(2);
    let lasting = answers(&sandbox, "apps", unreadable("2026-01-01T10:00:03Z", why));
    let (seen, ()) = tokio::join!(watch(&sandbox, limit), lasting);
    says(seen, Cause::Timeout, "i/o timeout");
}

#[tokio::test]
async fn a_chart_that_does_not_render_is_a_warning_beside_a_proof_and_no_error() {
    let sandbox = with_crds().await;
    let why = "Failed to load target state: `helm template .` failed exit status 1";
    for name in ["apps", "broken"] {
        sandbox.put(&application(name, URL, json!({}))).await.unwrap();
    }
    let both = async {
        answers(&sandbox, "broken", unreadable(NEW, why)).await;
        answers(&sandbox, "apps", synced(NEW)).await;
    };
    let (seen, ()) = tokio::join!(watch(&sandbox, LONG), both);
    let warnings = vec![format!("Application broken reports ComparisonError: {why}")];
    assert_eq!(seen.unwrap(), Found { warnings, ..readable("apps") });
}

#[tokio::test]
async fn an_application_set_that_can_not_read_it_is_an_error_where_no_application_could_say_so() {
    let sandbox = with_crds().await;
    sandbox.put(&set("umbrella", URL, json!({}))).await.unwrap();
    let failing = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let status =
            error_occurred("error generating params from git: failed to list refs: repository not found");
        sandbox.put(&set("umbrella", URL, status)).await.unwrap();
    };
    let (seen, ()) = tokio::join!(watch(&sandbox, LONG), failing);
    says(seen, Cause::NotFound, "error generating params from git");
}

#[tokio::test]
async fn an_application_set_whose_error_is_old_is_asked_anew_and_fails_where_it_stands() {
    let sandbox = with_crds().await;
    let status =
        error_occurred("error generating params from git: ssh: handshake failed: knownhosts: key is unknown");
    sandbox.put(&set("umbrella", URL, status)).await.unwrap();
    says(watch(&sandbox, Duration::from_secs(1)).await, Cause::KnownHosts, "knownhosts");
    let path = format!("/apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}/applicationsets/umbrella");
    let live = sandbox.object(&path).await.unwrap().unwrap();
    assert_eq!(live["metadata"]["annotations"]["argocd.argoproj.io/application-set-refresh"], "true");
}

#[tokio::test]
async fn another_error_of_an_application_set_is_a_warning() {
    let sandbox = with_crds().await;
    sandbox.put(&set("umbrella", URL, error_occurred("Application references project nope"))).await.unwrap();
    let warnings = vec!["ApplicationSet umbrella reports Application references project nope".to_owned()];
    let expect = Found { warnings, ..silent(&[], None) };
    assert_eq!(watch(&sandbox, Duration::from_millis(700)).await.unwrap(), expect);
    assert_eq!(watch(&sandbox, Duration::ZERO).await.unwrap(), expect);
}

#[tokio::test]
async fn a_limit_of_nothing_looks_once_and_asks_nothing() {
    let sandbox = with_crds().await;
    assert_eq!(watch(&sandbox, Duration::ZERO).await.unwrap(), silent(&[], None));
    sandbox.put(&application("apps", URL, synced(OLD))).await.unwrap();
    let last = format!("apps was last compared at {OLD}, maybe before this run");
    assert_eq!(watch(&sandbox, Duration::ZERO).await.unwrap(), silent(&["apps"], Some(&last)));
    sandbox.put(&application("apps", URL, unreadable(OLD, REFUSED))).await.unwrap();
    says(watch(&sandbox, Duration::ZERO).await, Cause::Login, "authentication required");
    let path = format!("/apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}/applications/apps");
    let live = sandbox.object(&path).await.unwrap().unwrap();
    assert_eq!(live["metadata"]["annotations"][REFRESH], Value::Null);
}

#[tokio::test]
async fn who_may_not_ask_waits_for_something_newer_and_is_told() {
    let sandbox = with_crds().await;
    let rules = [Rule::new("get,list,watch", "argoproj.io", "applications").within(NAMESPACE)];
    sandbox.allow("reader", &rules).await.unwrap();
    sandbox.put(&application("apps", URL, synced(OLD))).await.unwrap();
    let (reader, stop) = (User::Named("reader".into()), CancellationToken::new());
    let later = async {
        tokio::time::sleep(Duration::from_millis(800)).await;
        sandbox.put(&application("apps", URL, synced(NEW))).await.unwrap();
    };
    let ((seen, _), ()) = tokio::join!(watch_as(&sandbox, &reader, LONG, &stop), later);
    let found = seen.unwrap();
    assert_eq!(found.access, readable("apps").access);
    let warnings = found.warnings.join("\n");
    assert!(warnings.contains("allow `patch` on applications.argoproj.io"), "{warnings}");
    assert!(warnings.contains("the ApplicationSets were not looked at"), "{warnings}");
}

#[tokio::test]
async fn a_wait_ends_at_once_when_it_is_stopped() {
    let sandbox = with_crds().await;
    let stop = CancellationToken::new();
    let stopping = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        stop.cancel();
    };
    let ((seen, _), ()) = tokio::join!(watch_as(&sandbox, &User::Admin, LONG, &stop), stopping);
    assert!(matches!(seen, Err(ArgoCdError::Cluster(AccessError::Stopped { .. }))));
}

/// The next questions to Applications fail so often in this way; None on a cluster that can't be made to fail.
fn questions_fail(cluster: &Cluster, code: u16, times: u32) -> Option<()> {
    let body = format!(
        r#"{{"kind":"Status","status":"Failure","reason":"InternalError","message":"etcd","code":{code}}}"#
    );
    let fault = Fault::status(code, body).method("PATCH").contains("/applications/").times(times);
    cluster.faults().map(|faults| faults.add(fault))
}

#[tokio::test]
async fn a_question_that_could_not_be_put_is_put_again() {
    for code in [500, 409, 404] {
        let cluster = with_crds().await;
        cluster.put(&application("apps", URL, synced(OLD))).await.unwrap();
        let Some(()) = questions_fail(&cluster, code, 2) else { return };
        let (seen, ()) = tokio::join!(watch(&cluster, LONG), answers(&cluster, "apps", synced(NEW)));
        assert_eq!(seen.unwrap(), readable("apps"), "{code}");
    }
}

#[tokio::test]
async fn a_question_that_can_never_be_put_is_said_and_is_no_lack_of_rights() {
    let cluster = with_crds().await;
    cluster.put(&application("apps", URL, synced(OLD))).await.unwrap();
    let Some(()) = questions_fail(&cluster, 500, 1000) else { return };
    let found = watch(&cluster, Duration::from_secs(3)).await.unwrap();
    assert!(matches!(found.access, Access::Silent { .. }), "{found:?}");
    let [warning] = found.warnings.as_slice() else { panic!("{found:?}") };
    assert!(warning.contains("could not all be asked") && warning.contains("500"), "{warning}");
    assert!(!warning.contains("allow `patch`"), "{warning}");
}

#[tokio::test]
async fn words_that_nobody_knows_are_an_error_at_the_limit_and_quoted() {
    let cluster = with_crds().await;
    cluster.put(&application("apps", URL, json!({}))).await.unwrap();
    let status = unreadable(NEW, "Failed to load target state: something that is new");
    let (seen, ()) = tokio::join!(watch(&cluster, Duration::from_secs(2)), answers(&cluster, "apps", status));
    says(seen, Cause::Unknown, "something that is new");
}

#[tokio::test]
async fn a_fault_of_the_moment_is_told_by_a_look_without_a_question() {
    let cluster = with_crds().await;
    let passing = "Failed to load target state: context deadline exceeded";
    cluster.put(&application("apps", URL, unreadable(OLD, passing))).await.unwrap();
    let found = watch(&cluster, Duration::ZERO).await.unwrap();
    assert_eq!(found.warnings, [format!("Application apps reports ComparisonError: {passing}")]);
}
