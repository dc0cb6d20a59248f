use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cluster_access::{
    AccessError, Cluster, LAST_APPLIED, ObjectRef, OwnedAction, OwnedWrite, apply_owned, apply_replanned,
    create, delete, get, merge_patch, plan_owned, replace,
};
use sandbox::cluster::User;
use serde_json::{Value, json};

use crate::cluster::{connected, start};

const LAST: &str = "kubectl.kubernetes.io/last-applied-configuration";

fn it() -> ObjectRef {
    ObjectRef::secret("default", "it")
}

fn secret(data: &[(&str, &str)]) -> Value {
    let data: serde_json::Map<String, Value> =
        data.iter().map(|(key, value)| ((*key).to_owned(), STANDARD.encode(value).into())).collect();
    json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "it", "namespace": "default"},
        "type": "Opaque", "data": data})
}

async fn bring(cluster: &Cluster, desired: &Value, remove: &[&str]) -> OwnedAction {
    let live = get(cluster, &it()).await.unwrap();
    let plan = plan_owned(desired, live.as_ref(), remove, false).unwrap();
    apply_owned(cluster, &it(), desired, &plan).await.unwrap();
    plan.action
}

async fn live(cluster: &Cluster) -> Value {
    get(cluster, &it()).await.unwrap().unwrap()
}

#[tokio::test]
async fn the_second_time_nothing_changes() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    let desired = secret(&[("url", "u"), ("password", "p")]);
    assert_eq!(bring(&cluster, &desired, &[LAST_APPLIED]).await, OwnedAction::Create);
    let once = live(&cluster).await;
    assert_eq!(bring(&cluster, &desired, &[LAST_APPLIED]).await, OwnedAction::Unchanged);
    assert_eq!(live(&cluster).await["metadata"]["resourceVersion"], once["metadata"]["resourceVersion"]);
}

#[tokio::test]
async fn what_kubectl_applied_is_taken_over_and_its_copy_of_the_login_goes() {
    let sandbox = start().await;
    let mut old = secret(&[("url", "u"), ("username", "me"), ("password", "old"), ("project", "mine")]);
    old["metadata"]["annotations"][LAST] = json!({"stringData": {"password": "old"}}).to_string().into();
    sandbox.put_as(&old, "kubectl-client-side-apply").await.unwrap();
    let cluster = connected(&sandbox, &User::Admin).await;
    let desired = secret(&[("url", "u"), ("sshPrivateKey", "key")]);
    let remove = [LAST_APPLIED, "/data/username", "/data/password"];
    assert_eq!(bring(&cluster, &desired, &remove).await, OwnedAction::Update);
    let live = live(&cluster).await;
    let mut keys: Vec<&String> = live["data"].as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["project", "sshPrivateKey", "url"]);
    assert_eq!(live["metadata"]["annotations"][LAST], Value::Null);
    assert_eq!(bring(&cluster, &desired, &remove).await, OwnedAction::Unchanged);
}

#[tokio::test]
async fn what_we_no_longer_want_is_dropped() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    bring(&cluster, &secret(&[("url", "u"), ("password", "p")]), &[]).await;
    let desired = secret(&[("url", "u")]);
    assert_eq!(bring(&cluster, &desired, &[]).await, OwnedAction::Update);
    assert_eq!(live(&cluster).await["data"]["password"], Value::Null);
    assert_eq!(bring(&cluster, &desired, &[]).await, OwnedAction::Unchanged);
}

#[tokio::test]
async fn a_field_that_an_operator_holds_is_refused_and_left() {
    let sandbox = start().await;
    sandbox.put_as(&secret(&[("password", "theirs")]), "external-secrets").await.unwrap();
    let cluster = connected(&sandbox, &User::Admin).await;
    let conflict =
        plan_owned(&secret(&[("password", "ours")]), Some(&live(&cluster).await), &[], false).unwrap_err();
    assert_eq!(conflict.manager, "external-secrets");
}

#[tokio::test]
async fn an_object_that_moved_since_the_plan_is_planned_again() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    bring(&cluster, &secret(&[("url", "u")]), &[]).await;
    let desired = secret(&[("url", "new")]);
    let plan = plan_owned(&desired, Some(&live(&cluster).await), &[], false).unwrap();
    let mut theirs = live(&cluster).await;
    theirs["metadata"]["labels"]["a"] = "b".into();
    sandbox.put_as(&theirs, "kubectl-label").await.unwrap();
    apply_owned(&cluster, &it(), &desired, &plan).await.unwrap();
    let live = live(&cluster).await;
    assert_eq!((&live["data"]["url"], &live["metadata"]["labels"]["a"]), (&json!("bmV3"), &json!("b")));
}

#[tokio::test]
async fn a_field_that_an_operator_took_since_the_plan_is_refused() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    bring(&cluster, &secret(&[("url", "u")]), &[]).await;
    let desired = secret(&[("url", "new")]);
    let plan = plan_owned(&desired, Some(&live(&cluster).await), &[], false).unwrap();
    let mut theirs = live(&cluster).await;
    theirs["data"]["url"] = STANDARD.encode("theirs").into();
    sandbox.put_as(&theirs, "external-secrets").await.unwrap();
    let error = apply_owned(&cluster, &it(), &desired, &plan).await.unwrap_err();
    assert!(matches!(error, AccessError::Ownership { .. }), "{error}");
    assert_eq!(live(&cluster).await["data"]["url"], STANDARD.encode("theirs").as_str());
}

#[tokio::test]
async fn an_object_that_came_since_a_planned_create_is_not_taken_over() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    let desired = secret(&[("password", "ours")]);
    let plan = plan_owned(&desired, None, &[], false).unwrap();
    sandbox.put_as(&secret(&[("password", "theirs")]), "external-secrets").await.unwrap();
    let error = apply_owned(&cluster, &it(), &desired, &plan).await.unwrap_err();
    assert!(matches!(error, AccessError::Ownership { .. }), "{error}");
    assert_eq!(live(&cluster).await["data"]["password"], STANDARD.encode("theirs").as_str());
}

#[tokio::test]
async fn an_object_that_came_since_a_planned_create_is_planned_by_what_it_holds() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    let desired = secret(&[("password", "ours")]);
    let plan = plan_owned(&desired, None, &[], false).unwrap();
    sandbox.put_as(&secret(&[("sshPrivateKey", "theirs")]), "external-secrets").await.unwrap();
    let refused =
        |live: Option<&Value>| match live.is_some_and(|live| live["data"]["sshPrivateKey"].is_string()) {
            true => Err(AccessError::AlreadyExists { doing: "write it".into() }),
            false => panic!("it is there"),
        };
    let first = OwnedWrite { desired, plan };
    let error = apply_replanned(&cluster, &it(), first, refused).await.unwrap_err();
    assert!(matches!(error, AccessError::AlreadyExists { .. }), "{error}");
    assert_eq!(live(&cluster).await["data"], json!({"sshPrivateKey": STANDARD.encode("theirs")}));
}

#[tokio::test]
async fn an_object_that_was_made_anew_since_the_plan_is_planned_again() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    bring(&cluster, &secret(&[("url", "u")]), &[]).await;
    let desired = secret(&[("url", "new")]);
    let plan = plan_owned(&desired, Some(&live(&cluster).await), &[], false).unwrap();
    assert!(delete(&cluster, &it(), None).await.unwrap());
    sandbox.put_as(&secret(&[("url", "theirs")]), "external-secrets").await.unwrap();
    let error = apply_owned(&cluster, &it(), &desired, &plan).await.unwrap_err();
    assert!(matches!(error, AccessError::Ownership { .. }), "{error}");
    assert_eq!(live(&cluster).await["data"]["url"], STANDARD.encode("theirs").as_str());
}

#[tokio::test]
async fn what_we_created_and_others_hold_too_is_not_taken_from_them() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    bring(&cluster, &secret(&[("url", "u"), ("password", "p")]), &[]).await;
    sandbox.put_as(&secret(&[("url", "u"), ("password", "q")]), "external-secrets").await.unwrap();
    bring(&cluster, &secret(&[("url", "u")]), &[]).await;
    assert_eq!(live(&cluster).await["data"]["password"], STANDARD.encode("q").as_str());
}

#[tokio::test]
async fn two_who_replace_the_same_lease_are_told_apart() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    let lease = ObjectRef::lease("default", "bitiq-bootstrap");
    let body = |holder: &str, version: &Value| {
        json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": {"name": "bitiq-bootstrap", "namespace": "default", "resourceVersion": version},
            "spec": {"holderIdentity": holder}})
    };
    let first = create(&cluster, &lease, &body("a", &Value::Null)).await.unwrap();
    let again = create(&cluster, &lease, &body("b", &Value::Null)).await.unwrap_err();
    assert!(matches!(again, AccessError::AlreadyExists { .. }), "{again}");
    let version = &first["metadata"]["resourceVersion"];
    let second = replace(&cluster, &lease, &body("b", version)).await.unwrap();
    let crossed = replace(&cluster, &lease, &body("c", version)).await.unwrap_err();
    assert!(matches!(crossed, AccessError::Conflict { .. }), "{crossed}");
    let stale = delete(&cluster, &lease, version.as_str()).await.unwrap_err();
    assert!(matches!(stale, AccessError::Conflict { .. }), "{stale}");
    assert!(delete(&cluster, &lease, second["metadata"]["resourceVersion"].as_str()).await.unwrap());
    assert!(!delete(&cluster, &lease, None).await.unwrap());
    let mut late = body("d", version);
    late["metadata"]["uid"] = second["metadata"]["uid"].clone();
    let gone = replace(&cluster, &lease, &late).await.unwrap_err();
    assert!(matches!(gone, AccessError::NotFound { .. } | AccessError::Conflict { .. }), "{gone}");
}

#[tokio::test]
async fn a_namespace_that_is_not_there_is_named() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    let mut desired = secret(&[("url", "u")]);
    desired["metadata"]["namespace"] = "nowhere".into();
    let plan = plan_owned(&desired, None, &[], false).unwrap();
    let error =
        apply_owned(&cluster, &ObjectRef::secret("nowhere", "it"), &desired, &plan).await.unwrap_err();
    insta::assert_snapshot!(error, @r#"write Secret nowhere/it: it does not exist (404): namespaces "nowhere" not found"#);
}

#[tokio::test]
async fn what_the_server_does_not_accept_is_said_in_its_words() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    bring(&cluster, &secret(&[("url", "u")]), &[]).await;
    let error = merge_patch(&cluster, &it(), &json!({"type": "kubernetes.io/basic-auth"})).await.unwrap_err();
    assert!(
        matches!(&error, AccessError::Api { code: 422, message, .. } if message.contains("immutable")),
        "{error}"
    );
}
