use argocd::secret::{LoginRule, State, apply, observe, plan, required_rights};
use cluster_access::{Cluster, may};
use sandbox::cluster::{Rule, User};
use serde_json::{Value, json};

use crate::cluster::{connected, start};
use crate::secret_plan::{Case, LAST, URL, basic, encoded, key, owner};

const NAMESPACE: &str = "openshift-gitops";

async fn state(cluster: &Cluster) -> State {
    observe(cluster, NAMESPACE, "gitops-repo").await.unwrap()
}

/// Observe, plan, apply: whether something was written.
async fn bring(cluster: &Cluster, case: &Case) -> bool {
    let (owner, state) = (owner(), state(cluster).await);
    let desired = case.desired(&owner);
    let changes = plan(&desired, &state).unwrap();
    let decided = apply(cluster, &desired, &state, &changes).await.unwrap();
    assert_eq!(decided, changes);
    !changes.is_empty()
}

async fn keys(cluster: &Cluster) -> Vec<String> {
    let secret = state(cluster).await.secret.unwrap();
    let mut keys: Vec<String> = secret["data"].as_object().unwrap().keys().cloned().collect();
    keys.sort();
    keys
}

fn by_hand(data: &[(&str, &str)]) -> Value {
    json!({"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "data": encoded(data), "metadata": {
        "name": "gitops-repo", "namespace": NAMESPACE, "labels": {"argocd.argoproj.io/secret-type": "repository"}}})
}

#[tokio::test]
async fn a_second_run_writes_nothing_whatever_the_login_came_from() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    assert!(bring(&cluster, &Case::new(Some(basic()), LoginRule::Replace)).await);
    for (login, rule) in
        [(Some(basic()), LoginRule::Replace), (Some(basic()), LoginRule::Keep), (None, LoginRule::Keep)]
    {
        assert!(!bring(&cluster, &Case::new(login, rule)).await, "{rule:?}");
    }
    assert_eq!(keys(&cluster).await, ["password", "type", "url", "username"]);
}

#[tokio::test]
async fn what_the_old_script_left_is_taken_over() {
    let sandbox = start().await;
    let mut old = by_hand(&[("url", URL), ("username", "old"), ("password", "old"), ("project", "mine")]);
    old["metadata"]["annotations"][LAST] = json!({"stringData": {"password": "old"}}).to_string().into();
    sandbox.put_as(&old, "kubectl-client-side-apply").await.unwrap();
    let cluster = connected(&sandbox, &User::Admin).await;
    let case = Case::new(Some(key()), LoginRule::Replace);
    assert!(bring(&cluster, &case).await);
    assert_eq!(keys(&cluster).await, ["project", "sshPrivateKey", "type", "url"]);
    assert_eq!(state(&cluster).await.secret.unwrap()["metadata"]["annotations"][LAST], Value::Null);
    assert!(!bring(&cluster, &case).await);
}

#[tokio::test]
async fn a_login_that_is_kept_stays_with_whoever_wrote_it() {
    let sandbox = start().await;
    let old = by_hand(&[("url", URL), ("username", "old"), ("password", "old")]);
    sandbox.put_as(&old, "external-secrets").await.unwrap();
    let cluster = connected(&sandbox, &User::Admin).await;
    let case = Case::new(Some(basic()), LoginRule::Keep);
    assert!(bring(&cluster, &case).await);
    let secret = state(&cluster).await.secret.unwrap();
    assert!(!cluster_access::applied_by_us(&secret, &["data", "password"]));
    assert_eq!(secret["data"]["password"], old["data"]["password"]);
    assert!(!bring(&cluster, &case).await);
}

/// Planned with `case`, then `theirs` is written, then applied.
async fn crossed(
    sandbox: &sandbox::cluster::Cluster,
    case: &Case,
    theirs: (&Value, &str),
) -> Result<argocd::secret::SecretChanges, argocd::ArgoCdError> {
    let cluster = connected(sandbox, &User::Admin).await;
    let (owner, state) = (owner(), state(&cluster).await);
    let desired = case.desired(&owner);
    let changes = plan(&desired, &state).unwrap();
    sandbox.put_as(theirs.0, theirs.1).await.unwrap();
    apply(&cluster, &desired, &state, &changes).await
}

#[tokio::test]
async fn a_password_that_was_rotated_since_the_plan_is_not_written_back() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    bring(&cluster, &Case::new(Some(basic()), LoginRule::Replace)).await;
    let mut rotated = state(&cluster).await.secret.unwrap();
    rotated["data"]["password"] = encoded(&[("x", "rotated")])["x"].clone();
    // Something is left to write, so that the old plan would write its own copy of the password too.
    let mut old = state(&cluster).await.secret.unwrap();
    old["metadata"]["annotations"]["bitiq.io/cluster"] = Value::Null;
    sandbox.put_as(&old, "kubectl-edit").await.unwrap();
    rotated["metadata"]["annotations"]["bitiq.io/cluster"] = Value::Null;
    rotated["metadata"].as_object_mut().unwrap().remove("resourceVersion");
    let case = Case::new(Some(basic()), LoginRule::Keep);
    crossed(&sandbox, &case, (&rotated, "kubectl-edit")).await.unwrap();
    let live = state(&cluster).await.secret.unwrap();
    assert_eq!(live["data"]["password"], rotated["data"]["password"]);
    assert_eq!(live["metadata"]["annotations"]["bitiq.io/cluster"], "demo");
}

#[tokio::test]
async fn a_secret_that_came_since_the_plan_is_judged_like_one_that_was_there() {
    let sandbox = start().await;
    let case = Case::new(Some(basic()), LoginRule::Replace);
    let mut theirs = by_hand(&[("url", URL), ("password", "theirs")]);
    let error = crossed(&sandbox, &case, (&theirs, "external-secrets")).await.unwrap_err();
    assert!(matches!(error, argocd::ArgoCdError::HeldByOther { .. }), "{error}");
    let sandbox = start().await;
    theirs["metadata"]["annotations"]["bitiq.io/cluster"] = "another".into();
    let error = crossed(&sandbox, &case, (&theirs, "kubectl")).await.unwrap_err();
    assert!(matches!(error, argocd::ArgoCdError::AnotherCluster { .. }), "{error}");
}

#[tokio::test]
async fn a_secret_that_is_gone_with_the_login_to_keep_is_no_success() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    sandbox.put_as(&by_hand(&[("url", URL), ("password", "p")]), "kubectl").await.unwrap();
    let (owner, state) = (owner(), state(&cluster).await);
    let case = Case::new(None, LoginRule::Keep);
    let desired = case.desired(&owner);
    let changes = plan(&desired, &state).unwrap();
    cluster_access::delete(&cluster, &desired.object(), None).await.unwrap();
    let error = apply(&cluster, &desired, &state, &changes).await.unwrap_err();
    assert!(error.to_string().contains("it was deleted meanwhile"), "{error}");
}

#[tokio::test]
async fn a_namespace_that_is_not_there_has_no_secrets() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    let state = observe(&cluster, "no-such-namespace", "gitops-repo").await.unwrap();
    assert!(!state.namespace_exists && state.secret.is_none());
    assert_eq!(state.secrets.map(|all| all.len()), Some(0));
    assert!(super::secret_write::state(&cluster).await.namespace_exists);
}

#[tokio::test]
async fn the_rights_it_names_are_the_rights_it_needs() {
    let sandbox = start().await;
    let here = |verbs: &str| Rule::new(verbs, "", "secrets").within(NAMESPACE);
    sandbox.allow("writer", &[here("create,list"), here("get,patch").named("gitops-repo")]).await.unwrap();
    let cluster = connected(&sandbox, &User::Named("writer".into())).await;
    let answers = may(&cluster, &required_rights(NAMESPACE, "gitops-repo")).await.unwrap();
    assert!(answers.iter().all(|answer| answer.allowed), "{answers:?}");
    assert!(bring(&cluster, &Case::new(Some(basic()), LoginRule::Replace)).await);
    assert!(bring(&cluster, &Case::new(Some(key()), LoginRule::Replace)).await);
    assert_eq!(keys(&cluster).await, ["sshPrivateKey", "type", "url"]);
}
