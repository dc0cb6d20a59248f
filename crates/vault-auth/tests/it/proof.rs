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
    assert!(error.hint().unwrap().contains("vault-token-reviewer-auth-delegator"));
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
