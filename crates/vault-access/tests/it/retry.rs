use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use advice::Diagnostic as _;
use sandbox::faults::Fault;
use secret::SecretString;
use serde_json::Map;
use vault_access::VaultError;

use crate::fixture::{client, own, root, told};

#[tokio::test]
async fn what_only_reads_is_asked_again_and_what_writes_is_not() {
    if sandbox::vault_left_out("what_only_reads_is_asked_again_and_what_writes_is_not") {
        return;
    }
    let server = own().await;
    let vault = root(&server);
    for fault in [Fault::drop(), Fault::status(502, "<html>"), Fault::status(503, ""), Fault::status(429, "")]
    {
        server.faults().add(fault.clone().times(1));
        server.clear_requests();
        assert!(vault.token().await.unwrap().visible, "{fault:?}");
        assert_eq!(server.requests().len(), 2, "{fault:?}");
    }
    server.faults().add(Fault::drop().method("POST").times(1));
    server.clear_requests();
    let error = vault
        .write_kubernetes_config("kubernetes", &Map::new(), &SecretString::from("jwt"))
        .await
        .unwrap_err();
    assert!(matches!(error, VaultError::Unreachable { .. }), "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_vault_that_stays_busy_is_given_up() {
    if sandbox::vault_left_out("a_vault_that_stays_busy_is_given_up") {
        return;
    }
    let server = own().await;
    server.faults().add(Fault::status(429, ""));
    let error = root(&server).token().await.unwrap_err();
    insta::assert_snapshot!(told(&error), @"
        Vault at http://127.0.0.1:PORT is too busy (HTTP 429)
        => run the same command again in 60 s
    ");
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_page_of_something_else_is_no_vault() {
    if sandbox::vault_left_out("a_page_of_something_else_is_no_vault") {
        return;
    }
    let server = own().await;
    server.faults().add(Fault::status(200, "<html>hello"));
    insta::assert_snapshot!(told(&root(&server).health().await.unwrap_err()), @"
        what answers at http://127.0.0.1:PORT is not Vault's API (HTTP 200)
        => does VAULT_ADDR lead to Vault? Try:
        curl -sSk http://127.0.0.1:PORT/v1/sys/health
    ");
    insta::assert_snapshot!(told(&root(&server).token().await.unwrap_err()), @"
        what answers at http://127.0.0.1:PORT is not Vault's API (HTTP 200)
        => does VAULT_ADDR lead to Vault? Try:
        curl -sSk http://127.0.0.1:PORT/v1/sys/health
    ");
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_not_waited_for_for_ever() {
    if sandbox::vault_left_out("an_answer_that_does_not_come_is_not_waited_for_for_ever") {
        return;
    }
    let server = own().await;
    server.faults().add(Fault::delay(std::time::Duration::from_secs(60)));
    let limit = std::time::Duration::from_millis(300);
    let settings = crate::fixture::settings(&server.address(), server.root_token());
    let vault = vault_access::Vault::new(vault_access::VaultSettings { timeout: limit, ..settings }).unwrap();
    let error = vault.token().await.unwrap_err();
    assert!(matches!(error, VaultError::Timeout { .. }), "{error}");
}

/// A server that always answers with this status and `Retry-After`, and how often it was asked.
async fn busy(status: u16, retry_after: &'static str) -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let app = axum::Router::new().fallback(move || async move {
        count.fetch_add(1, Ordering::Relaxed);
        let status = axum::http::StatusCode::from_u16(status).unwrap();
        (status, [("retry-after", retry_after)], r#"{"errors":["slow down"]}"#)
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, asked)
}

#[tokio::test]
async fn retry_after_is_respected_and_too_long_a_one_ends_the_trying() {
    for (status, retry_after, times) in [(429, "0", 3), (503, "0", 3), (429, "3600", 1), (503, "3600", 1)] {
        let (address, asked) = busy(status, retry_after).await;
        let error = client(&address, "t").token().await.unwrap_err();
        assert!(matches!(error, VaultError::Busy { .. }), "{error}");
        assert_eq!(asked.load(Ordering::Relaxed), times, "{status} {retry_after}");
    }
}

/// A server that answers everything with this status and body; its address.
async fn page(status: u16, kind: &'static str, body: &'static str) -> String {
    let app = axum::Router::new().fallback(move || async move {
        (axum::http::StatusCode::from_u16(status).unwrap(), [("content-type", kind)], body)
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

#[tokio::test]
async fn an_answer_without_a_type_is_no_mount() {
    for body in [r#"{"data":{}}"#, r#"{"data":{"accessor":"a"}}"#] {
        let vault = client(&page(200, "application/json", body).await, "t");
        let error = vault.auth_mount("kubernetes").await.unwrap_err();
        assert!(matches!(error, VaultError::NotVault { .. }), "{body}: {error}");
    }
}

#[tokio::test]
async fn what_a_mesh_or_firewall_says_is_no_judgement_on_the_token() {
    for (status, kind, body, words) in [
        (403, "text/plain", "RBAC: access denied", "(HTTP 403): RBAC: access denied"),
        (403, "text/html; charset=utf-8", "<html><title>Forbidden</title>", "(HTTP 403): Forbidden"),
        (403, "application/json", r#"{"message":"Forbidden"}"#, r#"(HTTP 403): {"message":"Forbidden"}"#),
        (401, "text/html", "<html><title>Sign in</title>", "(HTTP 401): Sign in"),
        (404, "text/plain", "default backend - 404", "(HTTP 404): default backend - 404"),
    ] {
        let vault = client(&page(status, kind, body).await, "t");
        for error in [vault.token().await.unwrap_err(), vault.health().await.unwrap_err()] {
            assert!(matches!(error, VaultError::NotVault { .. }), "{error}");
            assert!(error.to_string().ends_with(words) && error.hint().is_some(), "{error}");
        }
        let error = vault.kubernetes_config("kubernetes").await.unwrap_err();
        assert!(matches!(error, VaultError::NotVault { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_page_of_a_load_balancer_is_a_vault_that_is_not_reachable() {
    for (status, body) in [(502, "<html>"), (503, "no healthy upstream"), (504, "")] {
        let error = client(&page(status, "text/plain", body).await, "t").health().await.unwrap_err();
        assert!(matches!(error, VaultError::Unavailable { .. }) && error.is_unreachable(), "{error}");
    }
}

#[tokio::test]
async fn the_media_type_of_vaults_answer_does_not_matter() {
    let body = r#"{"errors":["permission denied"]}"#;
    for kind in ["application/json; charset=utf-8", "text/plain", "application/octet-stream"] {
        let error = client(&page(403, kind, body).await, "t").token().await.unwrap_err();
        assert!(matches!(error, VaultError::InvalidToken { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_standby_that_does_not_serve_is_asked_again() {
    for status in [472, 473] {
        let (address, asked) = busy(status, "").await;
        client(&address, "t").token().await.unwrap_err();
        assert_eq!(asked.load(Ordering::Relaxed), 3, "{status}");
    }
}
