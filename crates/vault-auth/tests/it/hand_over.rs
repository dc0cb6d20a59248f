use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use vault_auth::{Desired, Proof, VaultAuthError, apply, prove};

use crate::world::World;

const ACCOUNT: &str = "/api/v1/namespaces/openshift-gitops/serviceaccounts/vault-token-reviewer";
const SECRET: &str = "/api/v1/namespaces/openshift-gitops/secrets/vault-token-reviewer";
const BINDING: &str =
    "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/vault-token-reviewer-auth-delegator";

/// Each test that needs a Vault begins so.
macro_rules! world {
    ($test:literal) => {
        if sandbox::vault_left_out($test) {
            return;
        } else {
            World::start().await
        }
    };
}
pub(crate) use world;

#[tokio::test]
async fn a_first_run_writes_all_and_proves_it_and_a_second_one_nothing() {
    let world = world!("a_first_run_writes_all_and_proves_it_and_a_second_one_nothing");
    let desired = world.desired();
    let outcome = world.write(&desired).await.unwrap();
    assert!(outcome.changed);
    let config = world.config("kubernetes").await;
    assert_eq!(config["kubernetes_host"], world.api.server());
    assert_eq!(config["kubernetes_ca_cert"].as_str().unwrap().trim(), world.api.ca_pem().trim());
    assert_ne!(config["token_reviewer_jwt_set"], false);
    let proof = prove(&world.cluster, &world.vault, &desired, &outcome, None).await.unwrap();
    let reviewer = "system:serviceaccount:openshift-gitops:vault-token-reviewer".to_owned();
    assert_eq!(proof, Proof { reviewer, unreached: None, login: None });
    assert_eq!(proof.lines(), ["reviewer accepted (seen from this machine)"]);

    let again = Desired { previous_fingerprint: Some(outcome.fingerprint.clone()), ..desired };
    let state = world.look(&again).await;
    let changes = vault_auth::plan(&again, &state).unwrap();
    assert!(changes.is_empty(), "{:?}", changes.describe());
    let (before, none) = (world.object(SECRET).await, CancellationToken::new());
    let second = apply(&world.cluster, &world.vault, &again, &changes, &none, |_| {}, |_| {}).await.unwrap();
    assert_eq!((second.changed, second.fingerprint), (false, outcome.fingerprint.clone()));
    assert_eq!(world.object(SECRET).await, before);
    let known = vault_auth::Outcome::of(&again, &state).unwrap();
    assert_eq!((known.fingerprint, known.authority), (outcome.fingerprint, second.authority));
}

#[tokio::test]
async fn looking_and_planning_write_nothing() {
    let world = world!("looking_and_planning_write_nothing");
    let before = world.api.objects().await.unwrap().len();
    world.plan(&world.desired()).await.unwrap();
    assert_eq!(world.api.objects().await.unwrap().len(), before);
    let asked = world.server.requests();
    let reads = |method: &str, path: &str| method == "GET" || path == "/v1/sys/capabilities-self";
    assert!(asked.iter().all(|request| reads(&request.method, &request.path)), "{asked:?}");
}

#[tokio::test]
async fn the_mount_is_written_once_and_what_else_it_holds_stays() {
    let world = world!("the_mount_is_written_once_and_what_else_it_holds_stays");
    let config = json!({
        "kubernetes_host": world.api.server(), "kubernetes_ca_cert": world.api.ca_pem(), "issuer": "me",
        "token_reviewer_jwt": "old", "disable_iss_validation": false, "disable_local_ca_jwt": true,
    });
    world.server.api("POST", "auth/kubernetes/config", Some(config)).await.unwrap();
    world.write(&world.desired()).await.unwrap();
    let held = world.config("kubernetes").await;
    assert_eq!(
        (&held["issuer"], &held["disable_iss_validation"], &held["disable_local_ca_jwt"]),
        (&json!("me"), &json!(false), &json!(true))
    );
    let writes = world
        .server
        .requests()
        .into_iter()
        .filter(|request| request.path == "/v1/auth/kubernetes/config" && request.method != "GET");
    assert_eq!(writes.count(), 1);
}

#[tokio::test]
async fn a_recreated_cluster_is_carried_on_with() {
    let world = world!("a_recreated_cluster_is_carried_on_with");
    let outcome = world.write(&world.desired()).await.unwrap();
    let mut config = world.config("kubernetes").await;
    config["issuer"] = "https://old".into();
    config["token_reviewer_jwt"] = "old".into();
    world.server.api("POST", "auth/kubernetes/config", Some(config)).await.unwrap();
    let world = world.recreated().await;
    let desired = Desired { previous_fingerprint: Some(outcome.fingerprint), ..world.desired() };
    let changes = world.plan(&desired).await.unwrap();
    assert!(changes.notes()[0].contains("the cluster was recreated"), "{:?}", changes.notes());
    let outcome = world.write(&desired).await.unwrap();
    assert_eq!(world.config("kubernetes").await["issuer"], "");
    prove(&world.cluster, &world.vault, &desired, &outcome, None).await.unwrap();
}

/// Whether a pod's login works once a mount that checks the issuer is written for a cluster made anew.
#[tokio::test]
async fn after_a_recreate_a_mount_that_checks_the_issuer_still_lets_pods_in() {
    let world = world!("after_a_recreate_a_mount_that_checks_the_issuer_still_lets_pods_in");
    let outcome = world.write(&world.desired()).await.unwrap();
    let mut config = world.config("kubernetes").await;
    config["issuer"] = "https://oidc.old.example.com".into();
    config["disable_iss_validation"] = false.into();
    config["token_reviewer_jwt"] = "old".into();
    world.server.api("POST", "auth/kubernetes/config", Some(config)).await.unwrap();
    world.server.kubernetes_role("kubernetes", "app", ("default", "default"), &["demo"]).await.unwrap();
    let world = world.recreated().await;
    let desired = Desired { previous_fingerprint: Some(outcome.fingerprint), ..world.desired() };
    let outcome = world.write(&desired).await.unwrap();
    let held = world.config("kubernetes").await;
    assert_eq!(held["disable_iss_validation"], false);
    // Vault takes an empty issuer for `kubernetes/serviceaccount`, of which no pod has a token.
    let issuer = held["issuer"].as_str().unwrap();
    assert!(issuer.starts_with("https://kubernetes.default.svc"), "{issuer}");
    let (namespace, service_account) = ("default".to_owned(), "default".to_owned());
    let login = vault_auth::LoginProof { role: "app".to_owned(), namespace, service_account };
    let proof = prove(&world.cluster, &world.vault, &desired, &outcome, Some(&login)).await.unwrap();
    assert_eq!(proof.login.unwrap().policies, ["default", "demo"], "{held:#}");
}

/// The plan of a first moment, in which the cluster has not published its authority yet.
#[tokio::test]
async fn an_authority_that_comes_after_the_plan_still_tells_a_recreate() {
    let world = world!("an_authority_that_comes_after_the_plan_still_tells_a_recreate");
    let outcome = world.write(&world.desired()).await.unwrap();
    let mut config = world.config("kubernetes").await;
    config["issuer"] = "https://old".into();
    world.server.api("POST", "auth/kubernetes/config", Some(config)).await.unwrap();
    let world = world.recreated().await;
    if !world.api.rest(true) {
        return;
    }
    assert!(world.api.delete("/api/v1/namespaces/default/configmaps/kube-root-ca.crt").await.unwrap());
    let desired = Desired { previous_fingerprint: Some(outcome.fingerprint), ..world.desired() };
    let changes = world.plan(&desired).await.unwrap();
    assert!(changes.notes().is_empty(), "{:?}", changes.notes());
    world.api.rest(false);
    let stop = tokio_util::sync::CancellationToken::new();
    vault_auth::apply(&world.cluster, &world.vault, &desired, &changes, &stop, |_| {}, |_| {}).await.unwrap();
    assert_eq!(world.config("kubernetes").await["issuer"], "");
}

#[tokio::test]
async fn what_the_old_script_applied_is_adopted() {
    let world = world!("what_the_old_script_applied_is_adopted");
    let name = "vault-token-reviewer";
    let meta = json!({"name": name, "namespace": "openshift-gitops"});
    let annotated = json!({
        "name": name, "namespace": "openshift-gitops", "annotations": {"kubernetes.io/service-account.name": name},
    });
    let objects: [Value; 4] = [
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "openshift-gitops"}}),
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}),
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": annotated, "type": "kubernetes.io/service-account-token"}),
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
            "metadata": {"name": "vault-token-reviewer-auth-delegator"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:auth-delegator"},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": "openshift-gitops"}],
        }),
    ];
    for object in &objects {
        world.api.put_as(object, "kubectl-client-side-apply").await.unwrap();
    }
    let uid = |object: Option<Value>| object.unwrap()["metadata"]["uid"].clone();
    let before =
        [uid(world.object(ACCOUNT).await), uid(world.object(SECRET).await), uid(world.object(BINDING).await)];
    let outcome = world.write(&world.desired()).await.unwrap();
    let after =
        [uid(world.object(ACCOUNT).await), uid(world.object(SECRET).await), uid(world.object(BINDING).await)];
    assert_eq!(before, after);
    let again = Desired { previous_fingerprint: Some(outcome.fingerprint), ..world.desired() };
    let changes = world.plan(&again).await.unwrap();
    assert!(changes.is_empty(), "{:?}", changes.describe());
}

#[tokio::test]
async fn the_token_of_an_account_made_anew_is_made_anew() {
    let world = world!("the_token_of_an_account_made_anew_is_made_anew");
    let desired = world.desired();
    let first = world.write(&desired).await.unwrap();
    let old = world.object(SECRET).await.unwrap();
    world.api.delete(ACCOUNT).await.unwrap();
    if world.object(SECRET).await.is_none() {
        // The cluster took the Secret along. Whether it does so in time is not ours to count on.
        world.api.put(&without_server_fields(old)).await.unwrap();
    }
    let again = Desired { previous_fingerprint: Some(first.fingerprint.clone()), ..desired };
    let second = world.write(&again).await.unwrap();
    assert_ne!(second.fingerprint, first.fingerprint);
    prove(&world.cluster, &world.vault, &again, &second, None).await.unwrap();
}

fn without_server_fields(mut object: Value) -> Value {
    for field in ["uid", "resourceVersion", "creationTimestamp", "managedFields"] {
        object["metadata"].as_object_mut().unwrap().remove(field);
    }
    object
}

#[tokio::test]
async fn a_token_that_may_only_update_is_enough() {
    let world = world!("a_token_that_may_only_update_is_enough");
    let policy = "path \"auth/kubernetes/config\" { capabilities = [\"update\"] }";
    let token = world.server.create_token(policy).await.unwrap();
    let world = World { vault: crate::world::vault(&world.server, &token), ..world };
    let changes = world.plan(&world.desired()).await.unwrap();
    assert!(changes.warnings()[0].contains("may not read"), "{:?}", changes.warnings());
    let outcome = world.write(&world.desired()).await.unwrap();
    let again = Desired { previous_fingerprint: Some(outcome.fingerprint), ..world.desired() };
    assert!(world.plan(&again).await.unwrap().is_empty());
    assert_eq!(world.config("kubernetes").await["kubernetes_host"], world.api.server());
    let elsewhere = Desired { host: "https://127.0.0.1:1".to_owned(), ..again };
    world.write(&elsewhere).await.unwrap();
    assert_eq!(world.config("kubernetes").await["kubernetes_host"], "https://127.0.0.1:1");
}

#[tokio::test]
async fn another_api_servers_mount_is_refused_until_told_otherwise() {
    let world = world!("another_api_servers_mount_is_refused_until_told_otherwise");
    let other = sandbox::cluster::Cluster::start(Default::default()).await.unwrap();
    let answering = json!({"kubernetes_host": other.server(), "kubernetes_ca_cert": other.ca_pem()});
    world.server.api("POST", "auth/kubernetes/config", Some(answering)).await.unwrap();
    let said = world.plan(&world.desired()).await.unwrap_err().to_string();
    assert!(said.contains(&format!("{} (which still answers)", other.server())), "{said}");
    let silent = json!({"kubernetes_host": "https://127.0.0.1:1", "kubernetes_ca_cert": other.ca_pem()});
    world.server.api("POST", "auth/kubernetes/config", Some(silent)).await.unwrap();
    let said = world.plan(&world.desired()).await.unwrap_err().to_string();
    assert!(said.contains("https://127.0.0.1:1 (which does not answer from here)"), "{said}");
    let replacing = Desired { replace_host: true, ..world.desired() };
    world.write(&replacing).await.unwrap();
    assert_eq!(world.config("kubernetes").await["kubernetes_host"], world.api.server());
}

#[tokio::test]
async fn the_reviewers_names_and_the_mount_can_be_others() {
    let world = world!("the_reviewers_names_and_the_mount_can_be_others");
    world.server.enable_kubernetes("kubernetes-demo").await.unwrap();
    let reviewer = vault_auth::Reviewer {
        namespace: "vault".to_owned(),
        service_account: "reviewer".to_owned(),
        secret: "reviewer-token".to_owned(),
        binding: "reviewer-may".to_owned(),
    };
    let desired = Desired { reviewer, mount: "kubernetes-demo".to_owned(), ..world.desired() };
    let outcome = world.write(&desired).await.unwrap();
    let proof = prove(&world.cluster, &world.vault, &desired, &outcome, None).await.unwrap();
    assert_eq!(proof.reviewer, "system:serviceaccount:vault:reviewer");
}

#[tokio::test]
async fn a_stop_ends_it_before_vault_is_written() {
    let world = world!("a_stop_ends_it_before_vault_is_written");
    let desired = world.desired();
    let changes = world.plan(&desired).await.unwrap();
    let stop = CancellationToken::new();
    stop.cancel();
    let ended = apply(&world.cluster, &world.vault, &desired, &changes, &stop, |_| {}, |_| {}).await;
    assert!(matches!(ended, Err(VaultAuthError::Stopped { .. })), "{ended:?}");
    assert!(world.object(ACCOUNT).await.is_none());
}
