//! Tokens of service accounts: asked for, held against the cluster, and outlived.

use sandbox::cluster::{Cluster, Rule, User};
use serde_json::{Value, json};

use super::access::claims;
use super::{Ask, cluster, namespace};

struct Scene {
    cluster: Cluster,
    ask: Ask,
    namespace: String,
}

impl Scene {
    async fn with_account() -> Self {
        let cluster = cluster().await;
        let ask = Ask::admin(&cluster);
        let namespace = namespace(&ask).await;
        let account = json!({"metadata": {"name": "robot"}});
        let made = ask.post(&format!("/api/v1/namespaces/{namespace}/serviceaccounts"), account).await;
        assert_eq!(made.code, 201, "{}", made.body);
        Self { cluster, ask, namespace }
    }

    fn account(&self) -> String {
        format!("/api/v1/namespaces/{}/serviceaccounts/robot", self.namespace)
    }

    async fn token(&self, spec: Value) -> String {
        let body = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec});
        let answer = self.ask.post(&format!("{}/token", self.account()), body).await;
        assert_eq!(answer.code, 201, "{}", answer.body);
        answer.body["status"]["token"].as_str().expect("a token").to_owned()
    }

    async fn review(&self, ask: &Ask, token: &str) -> Value {
        let body = json!({
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token},
        });
        ask.post("/apis/authentication.k8s.io/v1/tokenreviews", body).await.body["status"].clone()
    }
}

#[tokio::test]
async fn a_requested_token_logs_in() {
    let scene = Scene::with_account().await;
    let token = scene.token(json!({})).await;
    let me = Ask::user(&scene.cluster, &User::Token(token));
    let refused = me.get("/api/v1/nodes").await;
    let user = format!("User \"system:serviceaccount:{}:robot\"", scene.namespace);
    assert!(refused.refusal().1.contains(&user), "{:?}", refused.refusal());
}

#[tokio::test]
async fn a_requested_token_says_whose_it_is() {
    let scene = Scene::with_account().await;
    let claims = claims(&scene.token(json!({"audiences": ["a", "b"], "expirationSeconds": 1200})).await);
    assert_eq!(claims["sub"], format!("system:serviceaccount:{}:robot", scene.namespace));
    assert_eq!(claims["aud"], json!(["a", "b"]));
    assert_eq!(claims["kubernetes.io"]["serviceaccount"]["name"], "robot");
    let lasts = claims["exp"].as_i64().expect("an end") - claims["iat"].as_i64().expect("a beginning");
    assert_eq!(lasts, 1200);
}

#[tokio::test]
async fn a_review_says_whose_token_it_is() {
    let scene = Scene::with_account().await;
    let status = scene.review(&scene.ask, &scene.token(json!({})).await).await;
    assert_eq!(status["authenticated"], true);
    assert_eq!(status["user"]["username"], format!("system:serviceaccount:{}:robot", scene.namespace));
    let groups = json!([
        "system:serviceaccounts",
        format!("system:serviceaccounts:{}", scene.namespace),
        "system:authenticated"
    ]);
    assert_eq!(status["user"]["groups"], groups);
}

#[tokio::test]
async fn a_review_of_a_token_for_others_says_no() {
    let scene = Scene::with_account().await;
    let status = scene.review(&scene.ask, &scene.token(json!({"audiences": ["vault"]})).await).await;
    assert_eq!(status["authenticated"], Value::Null);
    assert!(status["error"].is_string(), "{status}");
}

#[tokio::test]
async fn a_review_of_a_forged_token_says_no() {
    let scene = Scene::with_account().await;
    let token = scene.token(json!({})).await;
    let (signed, _) = token.rsplit_once('.').expect("three parts");
    let status = scene.review(&scene.ask, &format!("{signed}.AAAA")).await;
    assert_eq!((&status["authenticated"], status["error"].is_string()), (&Value::Null, true));
}

#[tokio::test]
async fn a_token_dies_with_its_account() {
    let scene = Scene::with_account().await;
    let token = scene.token(json!({})).await;
    scene.ask.delete(&scene.account()).await;
    let again = json!({"metadata": {"name": "robot"}});
    scene.ask.post(&format!("/api/v1/namespaces/{}/serviceaccounts", scene.namespace), again).await;
    let mut status = scene.review(&scene.ask, &token).await;
    for _ in 0..200 {
        if status["authenticated"] != true {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        status = scene.review(&scene.ask, &token).await;
    }
    assert_eq!(status["authenticated"], Value::Null);
}

#[tokio::test]
async fn a_review_needs_a_right_of_its_own() {
    let scene = Scene::with_account().await;
    let token = scene.token(json!({})).await;
    let me = Ask::user(&scene.cluster, &User::Token(token.clone()));
    let body =
        json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}});
    assert_eq!(me.post("/apis/authentication.k8s.io/v1/tokenreviews", body).await.code, 403);
    let user = format!("system:serviceaccount:{}:robot", scene.namespace);
    scene
        .cluster
        .allow(&user, &[Rule::new("create", "authentication.k8s.io", "tokenreviews")])
        .await
        .expect("rights");
    let mut status = Value::Null;
    for _ in 0..100 {
        status = scene.review(&me, &token).await;
        if !status.is_null() && status["authenticated"] == true {
            break;
        }
    }
    assert_eq!(status["authenticated"], true);
}

#[tokio::test]
async fn a_token_for_an_account_that_is_not_there_is_not_found() {
    let scene = Scene::with_account().await;
    let path = format!("/api/v1/namespaces/{}/serviceaccounts/none/token", scene.namespace);
    let answer = scene.ask.post(&path, json!({"spec": {}})).await;
    assert_eq!(answer.refusal(), (404, "serviceaccounts \"none\" not found"));
}

#[tokio::test]
async fn a_subject_access_review_asks_about_somebody_else() {
    let scene = Scene::with_account().await;
    scene.cluster.allow("somebody", &[Rule::new("get", "", "nodes")]).await.expect("rights");
    let mut status = Value::Null;
    for _ in 0..100 {
        let body = json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
            "spec": {"user": "somebody", "resourceAttributes": {"verb": "get", "resource": "nodes"}},
        });
        status =
            scene.ask.post("/apis/authorization.k8s.io/v1/subjectaccessreviews", body).await.body["status"]
                .clone();
        if status["allowed"] == true {
            break;
        }
    }
    assert_eq!(status["allowed"], true);
}
