//! Server-side apply and who owns what.

use serde_json::{Value, json};

use super::{Answer, Ask, cluster, namespace};

struct Scene {
    ask: Ask,
    path: String,
}

impl Scene {
    /// A Secret that `kubectl apply` of old wrote.
    async fn with_secret() -> Self {
        let scene = Self::empty().await;
        let (all, _) = scene.path.rsplit_once('/').expect("a collection");
        let made = scene
            .ask
            .post(
                &format!("{all}?fieldManager=kubectl-client-side-apply"),
                json!({"metadata": {"name": "s"}, "data": {"a": "MQ==", "b": "Mg=="}}),
            )
            .await;
        assert_eq!(made.code, 201, "{}", made.body);
        scene
    }

    async fn empty() -> Self {
        let ask = Ask::admin(&cluster().await);
        let namespace = namespace(&ask).await;
        Self { ask, path: format!("/api/v1/namespaces/{namespace}/secrets/s") }
    }

    async fn apply(&self, query: &str, data: Value) -> Answer {
        let body = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": data});
        self.ask.apply(&self.path, query, body).await
    }
}

fn fields(object: &Value, manager: &str) -> Value {
    let entries = object["metadata"]["managedFields"].as_array().expect("managed fields");
    entries
        .iter()
        .find(|entry| entry["manager"] == manager)
        .map_or(Value::Null, |entry| entry["fieldsV1"].clone())
}

#[tokio::test]
async fn what_is_not_there_is_created() {
    let scene = Scene::empty().await;
    let made = scene.apply("fieldManager=me", json!({"a": "MQ=="})).await;
    assert_eq!((made.code, fields(&made.body, "me")), (201, json!({"f:data": {"f:a": {}}})));
    let entry = &made.body["metadata"]["managedFields"][0];
    assert_eq!((&entry["operation"], &entry["apiVersion"]), (&json!("Apply"), &json!("v1")));
}

#[tokio::test]
async fn a_create_records_what_it_wrote() {
    let scene = Scene::with_secret().await;
    let object = scene.ask.get(&scene.path).await.body;
    let expect = json!({"f:data": {".": {}, "f:a": {}, "f:b": {}}, "f:type": {}});
    assert_eq!(fields(&object, "kubectl-client-side-apply"), expect);
    assert_eq!(object["metadata"]["managedFields"][0]["operation"], "Update");
}

#[tokio::test]
async fn an_update_takes_the_fields_it_changes() {
    let scene = Scene::with_secret().await;
    let changed = scene.ask.merge(&scene.path, json!({"data": {"a": "OQ=="}})).await.body;
    assert_eq!(fields(&changed, "ask"), json!({"f:data": {"f:a": {}}}));
    let theirs = json!({"f:data": {".": {}, "f:b": {}}, "f:type": {}});
    assert_eq!(fields(&changed, "kubectl-client-side-apply"), theirs);
}

#[tokio::test]
async fn a_foreign_field_is_a_conflict() {
    let scene = Scene::with_secret().await;
    let answer = scene.apply("fieldManager=me", json!({"a": "OQ=="})).await;
    let expect =
        r#"Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using v1: .data.a"#;
    assert_eq!(answer.refusal(), (409, expect));
    let cause = json!({
        "reason": "FieldManagerConflict",
        "message": "conflict with \"kubectl-client-side-apply\" using v1", "field": ".data.a",
    });
    assert_eq!(answer.body["details"], json!({"causes": [cause]}));
}

#[tokio::test]
async fn several_conflicts_are_listed() {
    let scene = Scene::with_secret().await;
    let answer = scene.apply("fieldManager=me", json!({"a": "OQ==", "b": "OQ=="})).await;
    let expect = "Apply failed with 2 conflicts: conflicts with \"kubectl-client-side-apply\" using v1:\n- .data.a\n- .data.b";
    assert_eq!(answer.refusal(), (409, expect));
}

#[tokio::test]
async fn a_conflict_with_another_applier_names_no_version() {
    let scene = Scene::empty().await;
    scene.apply("fieldManager=helm", json!({"a": "MQ=="})).await;
    let answer = scene.apply("fieldManager=me", json!({"a": "OQ=="})).await;
    assert_eq!(answer.refusal(), (409, r#"Apply failed with 1 conflict: conflict with "helm": .data.a"#));
}

#[tokio::test]
async fn force_takes_over() {
    let scene = Scene::with_secret().await;
    let answer = scene.apply("fieldManager=me&force=true", json!({"a": "OQ=="})).await;
    assert_eq!((answer.code, &answer.body["data"]), (200, &json!({"a": "OQ==", "b": "Mg=="})));
    assert_eq!(fields(&answer.body, "me"), json!({"f:data": {"f:a": {}}}));
    let theirs = json!({"f:data": {".": {}, "f:b": {}}, "f:type": {}});
    assert_eq!(fields(&answer.body, "kubectl-client-side-apply"), theirs);
}

#[tokio::test]
async fn the_same_again_keeps_the_revision() {
    let scene = Scene::empty().await;
    let first = scene.apply("fieldManager=me", json!({"a": "MQ=="})).await.body;
    let second = scene.apply("fieldManager=me", json!({"a": "MQ=="})).await.body;
    assert_eq!(first, second);
}

#[tokio::test]
async fn what_is_no_longer_applied_goes() {
    let scene = Scene::empty().await;
    scene.apply("fieldManager=me", json!({"a": "MQ==", "b": "Mg=="})).await;
    let second = scene.apply("fieldManager=me", json!({"a": "MQ=="})).await;
    assert_eq!(second.body["data"], json!({"a": "MQ=="}));
}

#[tokio::test]
async fn what_others_share_stays() {
    let scene = Scene::empty().await;
    scene.apply("fieldManager=me", json!({"a": "MQ==", "b": "Mg=="})).await;
    scene.apply("fieldManager=other", json!({"b": "Mg=="})).await;
    let second = scene.apply("fieldManager=me", json!({"a": "MQ=="})).await;
    assert_eq!(second.body["data"], json!({"a": "MQ==", "b": "Mg=="}));
}

#[tokio::test]
async fn a_dry_run_shows_and_keeps_nothing() {
    let scene = Scene::with_secret().await;
    let answer = scene.apply("fieldManager=me&force=true&dryRun=All", json!({"a": "OQ=="})).await;
    assert_eq!((answer.code, &answer.body["data"]["a"]), (200, &json!("OQ==")));
    assert_eq!(scene.ask.get(&scene.path).await.body["data"]["a"], "MQ==");
}

#[tokio::test]
async fn a_manager_has_to_be_named() {
    let scene = Scene::empty().await;
    let answer = scene.apply("force=true", json!({})).await;
    let expect =
        "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch";
    assert_eq!(answer.refusal(), (422, expect));
}

#[tokio::test]
async fn labels_and_annotations_are_owned_one_by_one() {
    let scene = Scene::empty().await;
    let body = json!({
        "apiVersion": "v1", "kind": "Secret",
        "metadata": {"name": "s", "labels": {"x": "1"}, "annotations": {"y/z": "2"}}, "type": "Opaque",
    });
    let made = scene.ask.apply(&scene.path, "fieldManager=me", body).await;
    let expect =
        json!({"f:metadata": {"f:labels": {"f:x": {}}, "f:annotations": {"f:y/z": {}}}, "f:type": {}});
    assert_eq!(fields(&made.body, "me"), expect);
}

#[tokio::test]
async fn applying_string_data_owns_string_data() {
    let scene = Scene::empty().await;
    let body =
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"a": "x"}});
    let made = scene.ask.apply(&scene.path, "fieldManager=me", body).await;
    assert_eq!(made.body["data"], json!({"a": "eA=="}));
    assert_eq!(fields(&made.body, "me"), json!({"f:stringData": {"f:a": {}}}));
}
