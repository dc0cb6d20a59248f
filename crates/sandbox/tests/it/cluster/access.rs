//! Who gets in, and who may do what.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sandbox::cluster::{Cluster, Rule, User};
use serde_json::{Value, json};

use super::{Answer, Ask, cluster, namespace};

async fn as_user(user: User) -> (Cluster, Ask) {
    let cluster = cluster().await;
    let ask = Ask::user(&cluster, &user);
    (cluster, ask)
}

async fn whoami(ask: &Ask) -> Value {
    let body = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
    ask.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", body).await.body["status"]["userInfo"]
        .clone()
}

#[tokio::test]
async fn a_certificate_names_user_and_group() {
    let (_, ask) = as_user(User::Admin).await;
    let me = whoami(&ask).await;
    assert_eq!(me["username"], "kubernetes-admin");
    assert_eq!(me["groups"], json!(["system:masters", "system:authenticated"]));
}

#[tokio::test]
async fn a_token_names_its_user() {
    let (_, ask) = as_user(User::AdminToken).await;
    assert_eq!(whoami(&ask).await["username"], "token-admin");
    assert_eq!(ask.get("/api/v1/namespaces").await.code, 200);
}

#[tokio::test]
async fn a_certificate_that_ran_out_is_unauthorized() {
    let (_, ask) = as_user(User::Expired).await;
    let answer = ask.get("/api/v1/namespaces").await;
    assert_eq!((answer.refusal(), &answer.body["reason"]), ((401, "Unauthorized"), &json!("Unauthorized")));
}

#[tokio::test]
async fn a_wrong_token_is_unauthorized() {
    let (_, ask) = as_user(User::Token("wrong".to_owned())).await;
    assert_eq!(ask.get("/api/v1/namespaces").await.refusal(), (401, "Unauthorized"));
}

#[tokio::test]
async fn nobody_may_read_the_version_and_little_else() {
    let (_, ask) = as_user(User::Token(String::new())).await;
    assert_eq!(ask.get("/version").await.code, 200);
    let expect = "namespaces is forbidden: User \"system:anonymous\" cannot list resource \"namespaces\" in API group \"\" \
                  at the cluster scope";
    assert_eq!(ask.get("/api/v1/namespaces").await.refusal(), (403, expect));
}

#[tokio::test]
async fn a_user_without_rights_is_told_which_one_is_missing() {
    let (_, ask) = as_user(User::Named("nobody".to_owned())).await;
    let answer = ask.get("/api/v1/namespaces/default/secrets/s").await;
    let expect = "secrets \"s\" is forbidden: User \"nobody\" cannot get resource \"secrets\" in API group \"\" in the \
                  namespace \"default\"";
    assert_eq!(answer.refusal(), (403, expect));
    assert_eq!(answer.body["details"], json!({"name": "s", "kind": "secrets"}));
}

#[tokio::test]
async fn a_rule_in_a_namespace_counts_there_alone() {
    let (cluster, ask) = as_user(User::Named("reader".to_owned())).await;
    let home = namespace(&Ask::admin(&cluster)).await;
    cluster.allow("reader", &[Rule::new("get,list", "", "configmaps").within(&home)]).await.expect("rights");
    let there =
        ask.until(&format!("/api/v1/namespaces/{home}/configmaps"), |answer| answer.code == 200).await;
    assert_eq!((there.code, ask.get("/api/v1/namespaces/default/configmaps").await.code), (200, 403));
    assert_eq!(
        ask.post(&format!("/api/v1/namespaces/{home}/configmaps"), json!({"metadata": {"name": "c"}}))
            .await
            .code,
        403
    );
}

#[tokio::test]
async fn a_rule_about_one_object_counts_for_it_alone() {
    let (cluster, ask) = as_user(User::Named("one".to_owned())).await;
    cluster.allow("one", &[Rule::new("get", "", "namespaces").named("default")]).await.expect("rights");
    ask.until("/api/v1/namespaces/default", |answer| answer.code == 200).await;
    assert_eq!(ask.get("/api/v1/namespaces/kube-system").await.code, 403);
}

#[tokio::test]
async fn may_i_is_answered_by_the_rules() {
    let (cluster, ask) = as_user(User::Named("asker".to_owned())).await;
    let rule = Rule::new("create", "rbac.authorization.k8s.io", "clusterrolebindings");
    cluster.allow("asker", &[rule]).await.expect("rights");
    let review = |verb: &str| {
        json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": {"resourceAttributes": {
            "verb": verb, "group": "rbac.authorization.k8s.io", "resource": "clusterrolebindings"}}})
    };
    let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let mut yes = Answer { code: 0, body: Value::Null };
    for _ in 0..100 {
        yes = ask.post(path, review("create")).await;
        if yes.body["status"]["allowed"] == true {
            break;
        }
    }
    let no = ask.post(path, review("delete")).await;
    assert_eq!((yes.code, &yes.body["status"]["allowed"]), (201, &json!(true)));
    assert_eq!(no.body["status"]["allowed"], false);
    assert!(
        yes.body["status"]["reason"].as_str().is_some_and(|reason| reason.starts_with("RBAC: allowed by "))
    );
}

async fn bind(user: &str, rules: &[Rule]) -> Answer {
    let (cluster, ask) = as_user(User::Named(user.to_owned())).await;
    cluster.allow(user, rules).await.expect("rights");
    let path = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
        "metadata": {"name": format!("test-{user}")},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:auth-delegator"},
    });
    let mut answer = ask.post(path, binding.clone()).await;
    for _ in 0..100 {
        if !answer.refusal().1.contains("cannot create") {
            break;
        }
        answer = ask.post(path, binding.clone()).await;
    }
    answer
}

fn may_create_bindings() -> Rule {
    Rule::new("create,get", "rbac.authorization.k8s.io", "clusterrolebindings")
}

#[tokio::test]
async fn nobody_gives_away_what_they_do_not_have() {
    let answer = bind("giver", &[may_create_bindings()]).await;
    let expect = "clusterrolebindings.rbac.authorization.k8s.io \"test-giver\" is forbidden: user \"giver\" \
                  (groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n\
                  {APIGroups:[\"authentication.k8s.io\"], Resources:[\"tokenreviews\"], Verbs:[\"create\"]}\n\
                  {APIGroups:[\"authorization.k8s.io\"], Resources:[\"subjectaccessreviews\"], Verbs:[\"create\"]}";
    assert_eq!(answer.refusal(), (403, expect));
}

#[tokio::test]
async fn the_right_to_bind_a_role_is_enough() {
    let bind_it =
        Rule::new("bind", "rbac.authorization.k8s.io", "clusterroles").named("system:auth-delegator");
    assert_eq!(bind("binder", &[may_create_bindings(), bind_it]).await.code, 201);
}

#[tokio::test]
async fn holding_the_roles_rights_is_enough() {
    let held = [
        may_create_bindings(),
        Rule::new("create", "authentication.k8s.io", "tokenreviews"),
        Rule::new("create", "authorization.k8s.io", "subjectaccessreviews"),
    ];
    assert_eq!(bind("holder", &held).await.code, 201);
}

#[tokio::test]
async fn applying_what_is_not_there_needs_the_right_to_create() {
    let (cluster, ask) = as_user(User::Named("patcher".to_owned())).await;
    let home = namespace(&Ask::admin(&cluster)).await;
    cluster.allow("patcher", &[Rule::new("get,patch", "", "secrets").within(&home)]).await.expect("rights");
    let path = format!("/api/v1/namespaces/{home}/secrets/s");
    ask.until(&path, |answer| answer.code == 404).await;
    let body = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}});
    let answer = ask.apply(&path, "fieldManager=me", body).await;
    let expect = format!(
        "secrets \"s\" is forbidden: User \"patcher\" cannot create resource \"secrets\" in API group \"\" in the \
         namespace \"{home}\""
    );
    assert_eq!(answer.refusal(), (403, expect.as_str()));
}

/// The claims of a token, unchecked.
pub fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).expect("three parts").replace('-', "+").replace('_', "/");
    let padded = format!("{part}{}", "=".repeat((4 - part.len() % 4) % 4));
    serde_json::from_slice(&STANDARD.decode(padded).expect("base64")).expect("claims")
}
