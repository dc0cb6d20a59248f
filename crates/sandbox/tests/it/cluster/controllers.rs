//! What the cluster does by itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::access::claims;
use super::{Ask, cluster, namespace};

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

async fn scene() -> (Ask, String) {
    let ask = Ask::admin(&cluster().await);
    let namespace = namespace(&ask).await;
    (ask, format!("/api/v1/namespaces/{namespace}"))
}

fn token_secret() -> Value {
    json!({
        "metadata": {"name": "t", "annotations": {"kubernetes.io/service-account.name": "robot"}},
        "type": "kubernetes.io/service-account-token",
    })
}

#[tokio::test]
async fn a_namespace_gets_the_ca_and_a_default_account() {
    let (ask, home) = scene().await;
    let bundle = ask.until(&format!("{home}/configmaps/kube-root-ca.crt"), |answer| answer.code == 200).await;
    assert_eq!(bundle.body["data"]["ca.crt"], cluster().await.ca_pem());
    ask.until(&format!("{home}/serviceaccounts/default"), |answer| answer.code == 200).await;
}

#[tokio::test]
async fn a_token_secret_is_filled() {
    let (ask, home) = scene().await;
    ask.post(&format!("{home}/serviceaccounts"), json!({"metadata": {"name": "robot"}})).await;
    let made = ask.post(&format!("{home}/secrets"), token_secret()).await;
    assert_eq!((made.code, &made.body["data"]), (201, &Value::Null));
    let filled =
        ask.until(&format!("{home}/secrets/t"), |answer| answer.body["data"]["token"].is_string()).await.body;
    let decoded = |key: &str| {
        String::from_utf8(STANDARD.decode(filled["data"][key].as_str().expect("a value")).expect("base64"))
            .expect("text")
    };
    assert_eq!(decoded("ca.crt"), cluster().await.ca_pem());
    assert!(home.ends_with(&decoded("namespace")));
    let claims = claims(&decoded("token"));
    assert_eq!(claims["iss"], "kubernetes/serviceaccount");
    assert_eq!(claims["kubernetes.io/serviceaccount/secret.name"], "t");
    let uid = &filled["metadata"]["annotations"]["kubernetes.io/service-account.uid"];
    assert_eq!(claims["kubernetes.io/serviceaccount/service-account.uid"], *uid);
}

#[tokio::test]
async fn a_token_secret_without_an_account_name_is_invalid() {
    let (ask, home) = scene().await;
    let secret = json!({"metadata": {"name": "t"}, "type": "kubernetes.io/service-account-token"});
    let answer = ask.post(&format!("{home}/secrets"), secret).await;
    let expect =
        "Secret \"t\" is invalid: metadata.annotations[kubernetes.io/service-account.name]: Required value";
    assert_eq!(answer.refusal(), (422, expect));
}

#[tokio::test]
async fn a_token_secret_goes_with_its_account() {
    let (ask, home) = scene().await;
    ask.post(&format!("{home}/serviceaccounts"), json!({"metadata": {"name": "robot"}})).await;
    ask.post(&format!("{home}/secrets"), token_secret()).await;
    ask.until(&format!("{home}/secrets/t"), |answer| answer.body["data"]["token"].is_string()).await;
    ask.delete(&format!("{home}/serviceaccounts/robot")).await;
    ask.until(&format!("{home}/secrets/t"), |answer| answer.code == 404).await;
}

#[tokio::test]
async fn a_deleted_namespace_goes_with_its_content() {
    let (ask, home) = scene().await;
    ask.post(&format!("{home}/secrets"), json!({"metadata": {"name": "s"}})).await;
    let answer = ask.delete(&home).await;
    assert_eq!(answer.body["status"]["phase"], "Terminating");
    ask.until(&home, |answer| answer.code == 404).await;
    assert_eq!(ask.get(&format!("{home}/secrets")).await.body["items"], json!([]));
}

#[tokio::test]
async fn an_object_goes_with_its_owner() {
    let (ask, home) = scene().await;
    let maps = format!("{home}/configmaps");
    let owner = ask.post(&maps, json!({"metadata": {"name": "owner"}})).await.body;
    let reference =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner["metadata"]["uid"]});
    ask.post(&maps, json!({"metadata": {"name": "owned", "ownerReferences": [reference]}})).await;
    ask.delete(&format!("{maps}/owner")).await;
    ask.until(&format!("{maps}/owned"), |answer| answer.code == 404).await;
}

fn definition(group: &str) -> Value {
    let size = json!({"type": "integer", "minimum": 1});
    let part = json!({"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "v": {"type": "string"}}});
    let parts = json!({
        "type": "array", "items": part, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
    });
    let schema = json!({"type": "object", "properties": {
        "spec": {"type": "object", "properties": {"size": size, "parts": parts}},
        "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
    }});
    let version = json!({
        "name": "v1alpha1", "served": true, "storage": true,
        "subresources": {"status": {}}, "schema": {"openAPIV3Schema": schema},
    });
    json!({
        "metadata": {"name": format!("widgets.{group}")},
        "spec": {
            "group": group, "scope": "Namespaced", "versions": [version],
            "names": {"plural": "widgets", "singular": "widget", "kind": "Widget", "shortNames": ["wi"]},
        },
    })
}

/// A group with Widgets, established; and the collection of them in a fresh namespace.
async fn widgets(group: &str) -> (Ask, String) {
    let (ask, home) = scene().await;
    let made = ask.post(DEFINITIONS, definition(group)).await;
    assert_eq!(made.code, 201, "{}", made.body);
    let established = |definition: &Value| {
        let conditions = definition["status"]["conditions"].as_array().cloned().unwrap_or_default();
        conditions.iter().any(|one| one["type"] == "Established" && one["status"] == "True")
    };
    ask.until(&format!("{DEFINITIONS}/widgets.{group}"), |answer| established(&answer.body)).await;
    let all =
        format!("/apis/{group}/v1alpha1/namespaces/{}/widgets", home.rsplit('/').next().expect("a name"));
    ask.until(&all, |answer| answer.code == 200).await;
    (ask, all)
}

#[tokio::test]
async fn a_definition_makes_a_kind() {
    let (ask, all) = widgets("made.sandbox.test").await;
    let made = ask.post(&all, json!({
        "apiVersion": "made.sandbox.test/v1alpha1", "kind": "Widget", "metadata": {"name": "w"}, "spec": {"size": 1},
    }));
    let made = made.await;
    assert_eq!((made.code, &made.body["metadata"]["generation"]), (201, &json!(1)));
    let found = ask.get("/apis/made.sandbox.test/v1alpha1").await.body;
    assert_eq!(
        (&found["resources"][0]["name"], &found["resources"][0]["shortNames"]),
        (&json!("widgets"), &json!(["wi"]))
    );
    let listed = ask.get(&all).await.body;
    assert_eq!((&listed["kind"], &listed["items"][0]["kind"]), (&json!("WidgetList"), &json!("Widget")));
}

#[tokio::test]
async fn a_status_is_written_apart() {
    let (ask, all) = widgets("status.sandbox.test").await;
    let widget = json!({
        "apiVersion": "status.sandbox.test/v1alpha1", "kind": "Widget", "metadata": {"name": "w"},
        "spec": {"size": 1}, "status": {"early": true},
    });
    let made = ask.post(&all, widget).await.body;
    assert_eq!(made["status"], Value::Null);
    let one = format!("{all}/w");
    let both = json!({"spec": {"size": 2}, "status": {"ready": true}});
    let status = ask.merge(&format!("{one}/status"), both.clone()).await.body;
    assert_eq!((&status["spec"]["size"], &status["status"]["ready"]), (&json!(1), &json!(true)));
    assert_eq!(status["metadata"]["generation"], 1);
    let spec = ask.merge(&one, json!({"spec": {"size": 2}, "status": {"ready": false}})).await.body;
    assert_eq!((&spec["spec"]["size"], &spec["status"]["ready"]), (&json!(2), &json!(true)));
    assert_eq!(spec["metadata"]["generation"], 2);
    let entries = spec["metadata"]["managedFields"].as_array().expect("entries").clone();
    assert!(entries.iter().any(|entry| entry["subresource"] == "status"), "{entries:?}");
}

#[tokio::test]
async fn a_wrong_value_is_refused_by_the_schema() {
    let (ask, all) = widgets("schema.sandbox.test").await;
    let widget = |spec: Value| json!({"apiVersion": "schema.sandbox.test/v1alpha1", "kind": "Widget", "metadata": {"name": "w"}, "spec": spec});
    let answer = ask.post(&all, widget(json!({"size": 0}))).await;
    let expect = "Widget.schema.sandbox.test \"w\" is invalid: spec.size: Invalid value: 0: spec.size in body should be \
                  greater than or equal to 1";
    assert_eq!(answer.refusal(), (422, expect));
    let pruned = ask.post(&all, widget(json!({"size": 1, "unknown": true}))).await;
    assert_eq!((pruned.code, &pruned.body["spec"]), (201, &json!({"size": 1})));
    let mut unknown = widget(json!({"unknown": true}));
    unknown["metadata"]["name"] = json!("v");
    let applied = ask.apply(&format!("{all}/v"), "fieldManager=me", unknown).await;
    let expect = "failed to create typed patch object (/v; schema.sandbox.test/v1alpha1, Kind=Widget): .spec.unknown: field \
                  not declared in schema";
    assert_eq!(applied.refusal(), (500, expect));
}

#[tokio::test]
async fn items_of_a_keyed_list_have_owners_of_their_own() {
    let (ask, all) = widgets("keyed.sandbox.test").await;
    let path = format!("{all}/w");
    let widget = |parts: Value| json!({"apiVersion": "keyed.sandbox.test/v1alpha1", "kind": "Widget", "metadata": {"name": "w"}, "spec": {"parts": parts}});
    ask.apply(&path, "fieldManager=me", widget(json!([{"name": "a", "v": "1"}]))).await;
    let both = ask.apply(&path, "fieldManager=you", widget(json!([{"name": "b", "v": "2"}]))).await;
    assert_eq!(both.body["spec"]["parts"], json!([{"name": "a", "v": "1"}, {"name": "b", "v": "2"}]));
    let foreign = ask.apply(&path, "fieldManager=you", widget(json!([{"name": "a", "v": "2"}]))).await;
    let expect = r#"Apply failed with 1 conflict: conflict with "me": .spec.parts[name="a"].v"#;
    assert_eq!(foreign.refusal(), (409, expect));
    let gone = ask.apply(&path, "fieldManager=me", widget(json!([]))).await;
    assert_eq!(gone.body["spec"]["parts"], json!([{"name": "b", "v": "2"}]));
}

#[tokio::test]
async fn a_strategic_patch_of_a_custom_kind_is_refused() {
    let (ask, all) = widgets("strategic.sandbox.test").await;
    ask.post(
        &all,
        json!({"apiVersion": "strategic.sandbox.test/v1alpha1", "kind": "Widget", "metadata": {"name": "w"}}),
    )
    .await;
    let kind = "application/strategic-merge-patch+json";
    let answer = ask.ask(reqwest::Method::PATCH, &format!("{all}/w"), kind, Some(&json!({}))).await;
    assert_eq!(answer.code, 415);
}

#[tokio::test]
async fn a_kind_goes_with_its_definition() {
    let (ask, all) = widgets("gone.sandbox.test").await;
    ask.delete(&format!("{DEFINITIONS}/widgets.gone.sandbox.test")).await;
    ask.until(&all, |answer| answer.code == 404).await;
}
