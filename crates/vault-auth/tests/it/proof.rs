use advice::Diagnostic as _;
use cluster_access::{AccessError, Kubeconfig, TlsProblem};
use serde_json::json;
use vault_auth::{Authority, Desired, LoginProof, Outcome, ProofProblem, VaultAuthError, prove};

use crate::fixture::OTHER_CA;
use crate::hand_over::world;
use crate::world::World;

const BINDING: &str =
    "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/vault-token-reviewer-auth-delegator";

/// The proof with what was written, without the patience for a write just made.
async fn proved(
    world: &World,
    desired: &Desired,
    outcome: Outcome,
    login: Option<&LoginProof>,
) -> Result<Vec<String>, ProofProblem> {
    let outcome = Outcome { changed: false, ..outcome };
    match prove(&world.cluster, &world.vault, desired, &outcome, login).await {
        Ok(proof) => Ok(proof.lines()),
        Err(VaultAuthError::Proof(problem)) => Err(*problem),
        Err(other) => panic!("{other}"),
    }
}

fn login(role: &str) -> LoginProof {
    LoginProof {
        role: role.to_owned(),
        namespace: "default".to_owned(),
        service_account: "default".to_owned(),
    }
}

#[tokio::test]
async fn a_real_login_is_proved_and_its_token_revoked() {
    let world = world!("a_real_login_is_proved_and_its_token_revoked");
    let desired = world.desired();
    let outcome = world.write(&desired).await.unwrap();
    world.server.kubernetes_role("kubernetes", "demo", ("default", "default"), &["demo"]).await.unwrap();
    world.server.clear_requests();
    let lines = proved(&world, &desired, outcome, Some(&login("demo"))).await.unwrap();
    assert_eq!(
        lines,
        ["reviewer accepted (seen from this machine)", "Vault login accepted, policies default, demo"]
    );
    let asked: Vec<_> =
        world.server.requests().into_iter().map(|it| (it.path, it.with_token, it.status)).collect();
    let expected =
        [("/v1/auth/kubernetes/login", false, Some(200)), ("/v1/auth/token/revoke-self", true, Some(204))];
    assert_eq!(asked, expected.map(|(path, with_token, status)| (path.to_owned(), with_token, status)));
}

#[tokio::test]
async fn each_thing_that_does_not_fit_is_told() {
    let world = world!("each_thing_that_does_not_fit_is_told");
    let desired = world.desired();
    let good = world.write(&desired).await.unwrap();
    let other = sandbox::cluster::Cluster::start(Default::default()).await.unwrap();

    let authority = Authority { pem: other.ca_pem(), origin: "a test".to_owned() };
    let error = proved(&world, &desired, Outcome { authority, ..good.clone() }, None).await.unwrap_err();
    assert!(matches!(error, ProofProblem::Authority { .. }), "{error}");

    let authority = Authority { pem: OTHER_CA.to_owned(), origin: "a test".to_owned() };
    let error = proved(&world, &desired, Outcome { authority, ..good.clone() }, None).await.unwrap_err();
    assert!(matches!(error, ProofProblem::Authority { .. }), "{error}");

    let jwt = secret::SecretString::from("eyJhbGciOiJSUzI1NiJ9.e30.wrong");
    let error = proved(&world, &desired, Outcome { jwt, ..good.clone() }, None).await.unwrap_err();
    assert!(
        matches!(error, ProofProblem::Unauthorized { .. }) && !error.to_string().contains("wrong"),
        "{error}"
    );

    let nowhere = Desired { host: "https://127.0.0.1:1".to_owned(), ..desired.clone() };
    let error = proved(&world, &nowhere, good.clone(), None).await.unwrap_err();
    assert!(matches!(error, ProofProblem::Network { .. }), "{error}");

    world.api.delete(BINDING).await.unwrap();
    let error = proved(&world, &desired, good, None).await.unwrap_err();
    assert!(matches!(error, ProofProblem::Forbidden { .. }), "{error}");
    assert!(error.hint().unwrap().to_string().contains("vault-token-reviewer-auth-delegator"));
}

#[tokio::test]
async fn a_login_that_does_not_work_is_told_apart() {
    let world = world!("a_login_that_does_not_work_is_told_apart");
    let desired = world.desired();
    let good = world.write(&desired).await.unwrap();
    world
        .server
        .kubernetes_role("kubernetes", "demo", ("default", "somebody-else"), &["demo"])
        .await
        .unwrap();
    world.server.kubernetes_role("kubernetes", "fits", ("default", "default"), &["demo"]).await.unwrap();

    let error = proved(&world, &desired, good.clone(), Some(&login("nobody"))).await.unwrap_err();
    assert!(matches!(error, ProofProblem::NoRole { .. }), "{error}");
    let error = proved(&world, &desired, good.clone(), Some(&login("demo"))).await.unwrap_err();
    assert!(matches!(error, ProofProblem::RoleRefuses { .. }), "{error}");
    let account = LoginProof { service_account: "nobody".to_owned(), ..login("fits") };
    let error = proved(&world, &desired, good.clone(), Some(&account)).await.unwrap_err();
    assert!(matches!(error, ProofProblem::Account { .. }), "{error}");

    // Vault itself reviews with another authority than the one that was just shown to be right.
    let config = json!({
        "kubernetes_host": world.api.server(), "kubernetes_ca_cert": OTHER_CA, "token_reviewer_jwt": "x",
    });
    world.server.api("POST", "auth/kubernetes/config", Some(config)).await.unwrap();
    let error = proved(&world, &desired, good, Some(&login("fits"))).await.unwrap_err();
    assert!(matches!(error, ProofProblem::Review { .. }), "{error}");
}

/// The way of the kubeconfig of an administrator, its text changed.
fn way(world: &World, change: impl FnOnce(String) -> String) -> Option<Kubeconfig> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kubeconfig");
    let text = world.api.kubeconfig(&sandbox::cluster::User::AdminToken).unwrap();
    fs_err::write(&file, change(text)).unwrap();
    Some(Kubeconfig::read(&file).unwrap())
}

#[tokio::test]
async fn the_reviewer_is_asked_about_the_kubeconfigs_way_where_the_host_is_its_server() {
    let world = world!("the_reviewer_is_asked_about_the_kubeconfigs_way_where_the_host_is_its_server");
    let desired = world.desired();
    let good = world.write(&desired).await.unwrap();
    let server = format!("server: {}", world.api.server());
    let by = |line: &str| way(&world, |text| text.replacen(&server, &format!("{server}\n    {line}"), 1));

    let through_nothing = Desired { way: by("proxy-url: http://127.0.0.1:1"), ..desired.clone() };
    let error = proved(&world, &through_nothing, good.clone(), None).await.unwrap_err();
    assert!(matches!(error, ProofProblem::Network { cause: AccessError::Proxy { .. }, .. }), "{error}");

    let other_name = Desired { way: by("tls-server-name: other.example.com"), ..desired.clone() };
    let error = proved(&world, &other_name, good.clone(), None).await.unwrap_err();
    assert!(
        matches!(
            error,
            ProofProblem::Authority {
                cause: AccessError::Tls { problem: TlsProblem::WrongName { .. }, .. },
                ..
            }
        ),
        "{error}"
    );

    let skips = Desired { way: by("insecure-skip-tls-verify: true"), ..desired.clone() };
    let authority = Authority { pem: OTHER_CA.to_owned(), origin: "a test".to_owned() };
    let error = proved(&world, &skips, Outcome { authority, ..good.clone() }, None).await.unwrap_err();
    assert!(matches!(error, ProofProblem::Authority { .. }), "{error}");
}

#[tokio::test]
async fn a_host_that_only_vault_reaches_is_a_warning_until_a_real_login_proves_it() {
    let world = world!("a_host_that_only_vault_reaches_is_a_warning_until_a_real_login_proves_it");
    let good = world.write(&world.desired()).await.unwrap();
    world.server.kubernetes_role("kubernetes", "demo", ("default", "default"), &["demo"]).await.unwrap();
    let host = "https://127.0.0.1:1".to_owned();
    let desired = Desired { host, way: way(&world, |text| text), ..world.desired() };
    let outcome = Outcome { changed: false, ..good };
    let prove = async |login: Option<&LoginProof>| {
        prove(&world.cluster, &world.vault, &desired, &outcome, login).await.unwrap()
    };
    let proof = prove(None).await;
    let warning = proof.warning().unwrap();
    assert!(warning.contains("https://127.0.0.1:1") && warning.contains("--vault-role ROLE"), "{warning}");
    assert_eq!(proof.reviewer, "system:serviceaccount:openshift-gitops:vault-token-reviewer");
    assert!(!proof.lines()[0].contains("seen from this machine"), "{:?}", proof.lines());
    assert_eq!(prove(Some(&login("demo"))).await.warning(), None);

    // What the API server says of the token is no question of reach.
    let jwt = secret::SecretString::from("eyJhbGciOiJSUzI1NiJ9.e30.wrong");
    let error = proved(&world, &desired, Outcome { jwt, ..outcome.clone() }, None).await.unwrap_err();
    assert!(matches!(error, ProofProblem::Unauthorized { .. }), "{error}");
}

#[tokio::test]
async fn a_reviewers_token_that_is_refused_is_to_be_replaced_and_not_written_again() {
    let world = world!("a_reviewers_token_that_is_refused_is_to_be_replaced_and_not_written_again");
    let desired = world.desired();
    let good = world.write(&desired).await.unwrap();
    let jwt = secret::SecretString::from("eyJhbGciOiJSUzI1NiJ9.e30.wrong");
    let error = proved(&world, &desired, Outcome { jwt, ..good }, None).await.unwrap_err();
    let hint = error.hint().unwrap().to_string();
    let delete = "oc --kubeconfig <kubeconfig> -n openshift-gitops delete secret vault-token-reviewer";
    assert!(hint.contains(delete) && !hint.contains("--force"), "{hint}");
}
