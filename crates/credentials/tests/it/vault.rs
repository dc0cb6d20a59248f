//! Vault as a source: a real server where one is needed (left out by name under VAULT=none).

use std::io::Write as _;

use advice::Diagnostic as _;
use credentials::{CredentialsError, Found, Query, Source, Variables, VaultPath, find};
use insta::assert_snapshot;
use sandbox::programs::Programs;
use sandbox::vault::Vault as Server;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use vault_access::{Vault, VaultSettings};

use crate::{HTTPS, url};

/// A running server, or nothing where there shall be none.
async fn server(test: &str) -> Option<Server> {
    #[expect(
        clippy::disallowed_methods,
        reason = "who runs the tests says by this that there is no Vault to be had"
    )]
    if std::env::var_os("BITIQ_SANDBOX_VAULT").is_some_and(|wish| wish == "none") {
        // Past the capture of the test's output: what is left out is seen.
        writeln!(std::io::stderr(), "left out, needs a Vault: {test}").unwrap();
        return None;
    }
    Some(Server::start(&Programs::default()).await.unwrap())
}

fn client(address: &str, token: &str) -> Vault {
    rustls::crypto::ring::default_provider().install_default().ok();
    Vault::new(VaultSettings::new(address, token.into())).unwrap()
}

async fn ask(
    vault: &Vault,
    path: &str,
    only: Option<Source>,
    may_fail: bool,
) -> Result<Found, CredentialsError> {
    let repo_url = url(HTTPS);
    let vault = Some(VaultPath { vault, path, may_fail });
    let query = Query { repo_url: &repo_url, variables: Variables::new(), vault, cluster: None, git: None };
    find(query, only, &CancellationToken::new()).await
}

/// What Vault said, by the list of what was tried.
async fn said(vault: &Vault, path: &str) -> String {
    ask(vault, path, None, false).await.unwrap().tried[1].outcome.clone()
}

async fn put(server: &Server, path: &str, body: Value) {
    server.api("POST", path, Some(body)).await.unwrap();
}

#[tokio::test]
async fn a_login_in_either_version_is_found() {
    let Some(server) = server("a_login_in_either_version_is_found").await else { return };
    let login = json!({"username": "ada", "password": "pass-word"});
    put(&server, "gitops/data/github/gitops-repo", json!({ "data": login })).await;
    put(&server, "kv1/repo", login).await;
    let vault = client(&server.address(), server.root_token());

    let found = ask(&vault, "gitops/github/gitops-repo", None, false).await.unwrap();
    assert_eq!(
        (found.source, found.origin.as_str()),
        (Source::Vault, "Vault KV gitops/github/gitops-repo (version 2)")
    );
    assert_eq!(found.login.unwrap().username(), Some("ada"));
    assert_eq!(found.tried.len(), 2);
    assert_eq!(ask(&vault, "kv1/repo", None, false).await.unwrap().origin, "Vault KV kv1/repo (version 1)");
}

#[tokio::test]
async fn what_is_missing_or_forbidden_gives_none_and_is_named() {
    let Some(server) = server("what_is_missing_or_forbidden_gives_none_and_is_named").await else { return };
    put(&server, "gitops/data/gone", json!({"data": {"password": "pass-word"}})).await;
    server.api("DELETE", "gitops/data/gone", None).await.unwrap();
    put(&server, "gitops/data/half", json!({"data": {"username": "ada"}})).await;
    let vault = client(&server.address(), server.root_token());

    assert_snapshot!(said(&vault, "gitops/nothing").await, @"Vault KV gitops/nothing: nothing there (404)");
    assert_snapshot!(said(&vault, "gitops/gone").await, @"Vault KV gitops/gone: its newest version is deleted (404)");
    assert_snapshot!(said(&vault, "gitops/half").await, @"Vault KV gitops/half (version 2): a user name without a password or token (keys there: username)");

    let poor = server.api("POST", "auth/token/create", Some(json!({"policies": ["default"]}))).await.unwrap();
    let poor = client(&server.address(), poor["auth"]["client_token"].as_str().unwrap());
    assert!(said(&poor, "gitops/half").await.ends_with("(403)"), "{}", said(&poor, "gitops/half").await);
}

#[tokio::test]
async fn picked_by_hand_the_same_is_an_error() {
    let Some(server) = server("picked_by_hand_the_same_is_an_error").await else { return };
    let vault = client(&server.address(), server.root_token());
    let error = ask(&vault, "gitops/nothing", Some(Source::Vault), true).await.unwrap_err();
    assert_snapshot!(error, @"get the repository login from Vault: Vault KV gitops/nothing: nothing there (404)");
}

/// Nobody listens on the port of discard on loopback.
const NOBODY: &str = "http://127.0.0.1:9";

#[tokio::test]
async fn a_vault_that_can_not_be_asked_is_an_error() {
    let error = ask(&client(NOBODY, "token-1"), "gitops/repo", None, false).await.unwrap_err();
    assert_snapshot!(error, @"look the repository login up at gitops/repo in Vault");
    assert!(error.hint().is_some());
}

#[tokio::test]
async fn where_it_may_fail_that_is_a_warning_and_the_rest_is_asked() {
    let found = ask(&client(NOBODY, "token-1"), "gitops/repo", None, true).await.unwrap();
    assert_eq!(found.tried.len(), Source::ORDER.len());
    assert!(
        found.warnings[0].starts_with("Vault was not asked for a login at gitops/repo: "),
        "{:?}",
        found.warnings
    );
}

#[tokio::test]
async fn picked_by_hand_it_may_not_fail() {
    let error = ask(&client(NOBODY, "token-1"), "gitops/repo", Some(Source::Vault), true).await.unwrap_err();
    assert!(matches!(error, CredentialsError::Vault { .. }));
}
