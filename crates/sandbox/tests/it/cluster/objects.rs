//! Creating, reading, changing and deleting objects.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Ask, cluster, namespace};

async fn secrets() -> (Ask, String) {
    let ask = Ask::admin(&cluster().await);
    let namespace = namespace(&ask).await;
    (ask, format!("/api/v1/namespaces/{namespace}/secrets"))
}

#[tokio::test]
async fn string_data_becomes_data() {
    let (ask, secrets) = secrets().await;
    let made = ask.post(&secrets, json!({"metadata": {"name": "s"}, "stringData": {"a": "x"}})).await;
    assert_eq!(
        (made.code, &made.body["data"], &made.body["type"]),
        (201, &json!({"a": "eA=="}), &json!("Opaque"))
    );
    assert_eq!(made.body["stringData"], Value::Null);
}

#[tokio::test]
async fn a_second_one_of_the_same_name_is_refused() {
    let (ask, secrets) = secrets().await;
    ask.post(&secrets, json!({"metadata": {"name": "s"}})).await;
    let again = ask.post(&secrets, json!({"metadata": {"name": "s"}})).await;
    assert_eq!(again.refusal(), (409, r#"secrets "s" already exists"#));
    assert_eq!(again.body["reason"], "AlreadyExists");
    assert_eq!(again.body["details"], json!({"name": "s", "kind": "secrets"}));
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let (ask, secrets) = secrets().await;
    let answer = ask.get(&format!("{secrets}/none")).await;
    assert_eq!(answer.refusal(), (404, r#"secrets "none" not found"#));
    assert_eq!(answer.body["details"], json!({"name": "none", "kind": "secrets"}));
}

#[tokio::test]
async fn messages_about_other_groups_name_the_group() {
    let (ask, _) = secrets().await;
    let answer = ask.get("/apis/rbac.authorization.k8s.io/v1/clusterroles/none").await;
    assert_eq!(answer.refusal(), (404, r#"clusterroles.rbac.authorization.k8s.io "none" not found"#));
}

#[tokio::test]
async fn a_namespace_that_is_not_there_is_named() {
    let (ask, _) = secrets().await;
    let answer = ask.post("/api/v1/namespaces/nowhere/secrets", json!({"metadata": {"name": "s"}})).await;
    assert_eq!(answer.refusal(), (404, r#"namespaces "nowhere" not found"#));
}

#[tokio::test]
async fn a_kind_nobody_knows_is_no_resource() {
    let (ask, _) = secrets().await;
    let expect = "the server could not find the requested resource";
    assert_eq!(ask.get("/apis/apps/v1/things").await.refusal(), (404, expect));
}

#[tokio::test]
async fn a_group_nobody_serves_is_not_even_an_api() {
    let (ask, _) = secrets().await;
    let answer = ask.get("/apis/nobody.test/v1/things").await;
    assert_eq!((answer.code, answer.body), (404, json!("404 page not found\n")));
}

#[tokio::test]
async fn a_namespace_of_the_cluster_may_not_be_deleted() {
    let (ask, _) = secrets().await;
    let expect = "namespaces \"default\" is forbidden: this namespace may not be deleted";
    assert_eq!(ask.delete("/api/v1/namespaces/default").await.refusal(), (403, expect));
}

#[tokio::test]
async fn another_name_inside_is_refused() {
    let (ask, secrets) = secrets().await;
    let answer = ask.put(&format!("{secrets}/s"), json!({"metadata": {"name": "t"}})).await;
    assert_eq!(answer.refusal(), (400, "the name of the object (t) does not match the name on the URL (s)"));
}

#[tokio::test]
async fn a_lease_is_not_replaced_blindly() {
    let (ask, secrets) = secrets().await;
    let leases = secrets.replace("/api/v1", "/apis/coordination.k8s.io/v1").replace("/secrets", "/leases");
    ask.post(&leases, json!({"metadata": {"name": "l"}})).await;
    let answer = ask.put(&format!("{leases}/l"), json!({"metadata": {"name": "l"}})).await;
    let expect = "leases.coordination.k8s.io \"l\" is invalid: metadata.resourceVersion: Invalid value: 0: must be \
                  specified for an update";
    assert_eq!(answer.refusal(), (422, expect));
}

#[tokio::test]
async fn a_deletion_of_another_one_is_refused() {
    let (ask, secrets) = secrets().await;
    ask.post(&secrets, json!({"metadata": {"name": "s"}})).await;
    let meant = json!({"preconditions": {"uid": "11111111-1111-4111-8111-111111111111"}});
    let answer = ask.ask(Method::DELETE, &format!("{secrets}/s"), "application/json", Some(&meant)).await;
    assert_eq!((answer.code, &answer.body["reason"]), (409, &json!("Conflict")));
}

#[tokio::test]
async fn no_form_of_a_body_breaks_the_server() {
    let (ask, secrets) = secrets().await;
    ask.post(&secrets, json!({"metadata": {"name": "s"}})).await;
    let path = format!("{secrets}/s");
    for body in [
        json!("text"),
        json!([1]),
        json!({"metadata": 1}),
        json!({"metadata": {"labels": []}}),
        json!({"data": 1}),
    ] {
        let codes = [ask.post(&secrets, body.clone()).await.code, ask.merge(&path, body.clone()).await.code];
        assert!(codes.iter().all(|code| matches!(code, 400 | 422)), "{body}: {codes:?}");
    }
    assert_eq!(ask.get(&path).await.code, 200);
}

#[tokio::test]
async fn a_stale_replace_is_refused() {
    let (ask, secrets) = secrets().await;
    let made = ask.post(&secrets, json!({"metadata": {"name": "s"}})).await.body;
    let path = format!("{secrets}/s");
    assert_eq!(ask.merge(&path, json!({"data": {"a": "eA=="}})).await.code, 200);
    let answer = ask.put(&path, made).await;
    let expect = "Operation cannot be fulfilled on secrets \"s\": the object has been modified; please apply your \
                  changes to the latest version and try again";
    assert_eq!(answer.refusal(), (409, expect));
    assert_eq!(answer.body["reason"], "Conflict");
}

#[tokio::test]
async fn a_merge_patch_with_a_stale_revision_is_refused() {
    let (ask, secrets) = secrets().await;
    ask.post(&secrets, json!({"metadata": {"name": "s"}})).await;
    let patch = json!({"metadata": {"resourceVersion": "1"}, "data": {"a": "eA=="}});
    assert_eq!(ask.merge(&format!("{secrets}/s"), patch).await.code, 409);
}

#[tokio::test]
async fn a_merge_patch_with_null_removes_a_field() {
    let (ask, secrets) = secrets().await;
    ask.post(&secrets, json!({"metadata": {"name": "s"}, "data": {"a": "eA==", "b": "eA=="}})).await;
    let patched = ask.merge(&format!("{secrets}/s"), json!({"data": {"a": null}})).await;
    assert_eq!(patched.body["data"], json!({"b": "eA=="}));
}

#[tokio::test]
async fn a_patch_that_changes_nothing_keeps_the_revision() {
    let (ask, secrets) = secrets().await;
    let made = ask.post(&secrets, json!({"metadata": {"name": "s"}, "data": {"a": "eA=="}})).await.body;
    let patched = ask.merge(&format!("{secrets}/s"), json!({"data": {"a": "eA=="}})).await.body;
    assert_eq!(patched["metadata"]["resourceVersion"], made["metadata"]["resourceVersion"]);
}

#[tokio::test]
async fn a_json_patch_works_too() {
    let (ask, secrets) = secrets().await;
    ask.post(&secrets, json!({"metadata": {"name": "s"}, "data": {"a": "eA=="}})).await;
    let patch = json!([{"op": "remove", "path": "/data/a"}]);
    let path = format!("{secrets}/s");
    let answer = ask.ask(Method::PATCH, &path, "application/json-patch+json", Some(&patch)).await;
    assert_eq!((answer.code, &answer.body["data"]), (200, &Value::Null));
}

#[tokio::test]
async fn a_patch_of_an_unknown_type_is_refused() {
    let (ask, secrets) = secrets().await;
    ask.post(&secrets, json!({"metadata": {"name": "s"}})).await;
    let answer = ask.ask(Method::PATCH, &format!("{secrets}/s"), "text/plain", Some(&json!({}))).await;
    assert_eq!((answer.code, &answer.body["reason"]), (415, &json!("UnsupportedMediaType")));
}

#[tokio::test]
async fn the_type_of_a_secret_is_immutable() {
    let (ask, secrets) = secrets().await;
    ask.post(&secrets, json!({"metadata": {"name": "s"}})).await;
    let answer = ask.merge(&format!("{secrets}/s"), json!({"type": "other/type"})).await;
    let expect = r#"Secret "s" is invalid: type: Invalid value: "other/type": field is immutable"#;
    assert_eq!(answer.refusal(), (422, expect));
    assert_eq!(answer.body["details"]["causes"][0]["field"], "type");
}

#[tokio::test]
async fn the_role_of_a_binding_is_immutable() {
    let (ask, _) = secrets().await;
    let bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
    let role =
        |name: &str| json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name});
    let made = ask
        .post(bindings, json!({"metadata": {"generateName": "test-"}, "roleRef": role("view")}))
        .await
        .body;
    let name = made["metadata"]["name"].as_str().expect("a generated name");
    let answer = ask.merge(&format!("{bindings}/{name}"), json!({"roleRef": role("edit")})).await;
    let expect = format!(
        "ClusterRoleBinding.rbac.authorization.k8s.io \"{name}\" is invalid: roleRef: Invalid value: \
         {{\"APIGroup\":\"rbac.authorization.k8s.io\",\"Kind\":\"ClusterRole\",\"Name\":\"edit\"}}: cannot change roleRef"
    );
    assert_eq!(answer.refusal(), (422, expect.as_str()));
}

#[tokio::test]
async fn a_bad_name_is_invalid() {
    let (ask, secrets) = secrets().await;
    let answer = ask.post(&secrets, json!({"metadata": {"name": "No_Name"}})).await;
    assert_eq!((answer.code, &answer.body["details"]["causes"][0]["field"]), (422, &json!("metadata.name")));
}

#[tokio::test]
async fn data_that_is_not_base64_is_refused() {
    let (ask, secrets) = secrets().await;
    let answer = ask.post(&secrets, json!({"metadata": {"name": "s"}, "data": {"a": "***"}})).await;
    assert_eq!(answer.code, 400);
}

#[tokio::test]
async fn a_dry_run_keeps_nothing() {
    let (ask, secrets) = secrets().await;
    let tried = ask.post(&format!("{secrets}?dryRun=All"), json!({"metadata": {"name": "s"}})).await;
    assert_eq!((tried.code, ask.get(&format!("{secrets}/s")).await.code), (201, 404));
}

#[tokio::test]
async fn a_list_holds_what_its_selectors_select() {
    let (ask, secrets) = secrets().await;
    for (name, app) in [("a", "x"), ("b", "y")] {
        ask.post(&secrets, json!({"metadata": {"name": name, "labels": {"app": app}}})).await;
    }
    let list = ask.get(&format!("{secrets}?labelSelector=app%3Dx")).await.body;
    assert_eq!((&list["kind"], &list["items"][0]["metadata"]["name"]), (&json!("SecretList"), &json!("a")));
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(list["items"][0]["kind"], Value::Null, "built-in kinds come without their type in lists");
}

#[tokio::test]
async fn deleting_answers_with_a_success() {
    let (ask, secrets) = secrets().await;
    ask.post(&secrets, json!({"metadata": {"name": "s"}})).await;
    let answer = ask.delete(&format!("{secrets}/s")).await;
    assert_eq!(
        (answer.code, &answer.body["status"], &answer.body["details"]["name"]),
        (200, &json!("Success"), &json!("s"))
    );
    assert_eq!(ask.delete(&format!("{secrets}/s")).await.code, 404);
}

#[tokio::test]
async fn a_collection_can_be_deleted() {
    let (ask, secrets) = secrets().await;
    for name in ["a", "b"] {
        ask.post(&secrets, json!({"metadata": {"name": name}})).await;
    }
    assert_eq!(ask.delete(&secrets).await.code, 200);
    assert_eq!(ask.get(&secrets).await.body["items"], json!([]));
}

#[tokio::test]
async fn a_finalizer_holds_an_object() {
    let (ask, secrets) = secrets().await;
    ask.post(&secrets, json!({"metadata": {"name": "s", "finalizers": ["test.test/hold"]}})).await;
    let path = format!("{secrets}/s");
    let held = ask.delete(&path).await;
    assert!(held.body["metadata"]["deletionTimestamp"].is_string(), "{}", held.body);
    assert_eq!(ask.get(&path).await.code, 200);
    ask.merge(&path, json!({"metadata": {"finalizers": null}})).await;
    assert_eq!(ask.get(&path).await.code, 404);
}

#[tokio::test]
async fn a_namespace_carries_its_name_as_a_label() {
    let (ask, _) = secrets().await;
    let namespace = ask.get("/api/v1/namespaces/kube-system").await.body;
    assert_eq!(namespace["metadata"]["labels"]["kubernetes.io/metadata.name"], "kube-system");
    assert!(namespace["metadata"]["uid"].as_str().is_some_and(|uid| uid.len() == 36));
}

#[tokio::test]
async fn a_method_that_makes_no_sense_is_not_allowed() {
    let (ask, secrets) = secrets().await;
    let answer = ask.put(&secrets, json!({})).await;
    assert_eq!((answer.code, &answer.body["reason"]), (405, &json!("MethodNotAllowed")));
}

#[tokio::test]
async fn health_is_plain_text() {
    let (ask, _) = secrets().await;
    let answer = ask.get("/readyz").await;
    assert_eq!((answer.code, &answer.body), (200, &json!("ok")));
}

#[tokio::test]
async fn another_path_is_not_found() {
    let (ask, _) = secrets().await;
    assert_eq!(ask.get("/nothing/here").await.code, 404);
}
