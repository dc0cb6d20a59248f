use std::sync::{Arc, Mutex};

use advice::Diagnostic as _;
use axum::Router;
use axum::http::Request;
use vault_access::{Vault, VaultError, VaultSettings};

use crate::fixture::settings;

type Seen = Arc<Mutex<Vec<String>>>;

/// A server that is healthy whatever it is asked, and what it was asked.
async fn healthy() -> (String, Seen) {
    let seen = Seen::default();
    let log = Arc::clone(&seen);
    let app = Router::new().fallback(move |request: Request<axum::body::Body>| async move {
        log.lock().unwrap().push(request.uri().to_string());
        r#"{"initialized":true,"sealed":false,"version":"1.0.0"}"#
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, seen)
}

async fn health(settings: VaultSettings) -> Result<(), VaultError> {
    Vault::new(settings).unwrap().health().await.map(drop)
}

fn elsewhere() -> VaultSettings {
    settings("http://vault.invalid:8200", "t")
}

#[tokio::test]
async fn the_proxy_of_the_addresss_scheme_is_used() {
    let (proxy, seen) = healthy().await;
    let bare = proxy.replace("http://", "");
    health(VaultSettings { http_proxy: Some(bare), ..elsewhere() }).await.unwrap();
    assert!(seen.lock().unwrap()[0].starts_with("http://vault.invalid:8200/v1/sys/health"), "{seen:?}");
    health(VaultSettings { https_proxy: Some(proxy), ..elsewhere() }).await.unwrap_err();
    assert_eq!(seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn no_proxy_exempts_by_name_and_by_domain() {
    let (proxy, seen) = healthy().await;
    for no_proxy in ["vault.invalid", ".invalid", "*.invalid", "vault.invalid:8200", "a, INVALID", "*"] {
        let (http_proxy, no_proxy) = (Some(proxy.clone()), Some(no_proxy.to_owned()));
        let error = health(VaultSettings { http_proxy, no_proxy, ..elsewhere() }).await.unwrap_err();
        assert!(matches!(error, VaultError::Dns { .. }), "{error}");
    }
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn vaults_own_proxy_is_used_whatever_no_proxy_says() {
    let (proxy, seen) = healthy().await;
    let (proxy, no_proxy) = (Some(proxy), Some("*".to_owned()));
    health(VaultSettings { proxy, no_proxy, ..elsewhere() }).await.unwrap();
    assert_eq!(seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn loopback_is_reached_without_a_proxy() {
    let (address, _) = healthy().await;
    let http_proxy = Some("http://127.0.0.1:1".to_owned());
    health(VaultSettings { http_proxy, ..settings(&address, "t") }).await.unwrap();
}

#[tokio::test]
async fn a_path_in_the_address_stands_before_that_of_the_api() {
    let (address, seen) = healthy().await;
    health(settings(&format!("{address}/team/vault/"), "t")).await.unwrap();
    assert!(seen.lock().unwrap()[0].starts_with("/team/vault/v1/sys/health?"), "{seen:?}");
}

#[tokio::test]
async fn a_proxy_that_wants_a_login_is_told_and_not_taken_for_vault() {
    let app =
        Router::new().fallback(|| async { (axum::http::StatusCode::PROXY_AUTHENTICATION_REQUIRED, "login") });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let http_proxy = Some(listener.local_addr().unwrap().to_string());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let error = health(VaultSettings { http_proxy, ..elsewhere() }).await.unwrap_err();
    assert!(matches!(error, VaultError::Proxy { .. }), "{error}");
    assert!(error.hint().unwrap().to_string().contains("put user and password into HTTP_PROXY"));
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_not_taken_for_vault() {
    for scheme in ["http", "socks5", "socks5h"] {
        let http_proxy = Some(format!("{scheme}://127.0.0.1:1"));
        let error = health(VaultSettings { http_proxy, ..elsewhere() }).await.unwrap_err();
        assert!(matches!(error, VaultError::Proxy { .. }) && error.is_unreachable(), "{scheme}: {error}");
    }
}

/// A SOCKS 5 proxy that is healthy in the place of every server; the names it was asked for.
async fn socks() -> (String, Seen) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, seen) = (listener.local_addr().unwrap().to_string(), Seen::default());
    let log = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            client.read_exact(&mut [0; 3]).await.unwrap();
            client.write_all(&[5, 0]).await.unwrap();
            let mut head = [0; 5];
            client.read_exact(&mut head).await.unwrap();
            let mut rest = vec![0; usize::from(head[4]) + 2];
            client.read_exact(&mut rest).await.unwrap();
            log.lock().unwrap().push(String::from_utf8_lossy(&rest[..rest.len() - 2]).into_owned());
            client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).await.unwrap();
            let _asked = client.read(&mut [0; 4096]).await.unwrap();
            let body = r#"{"initialized":true,"sealed":false,"version":"1"}"#;
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            client.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (address, seen)
}

#[tokio::test]
async fn a_socks_proxy_resolves_vaults_name() {
    for scheme in ["socks5", "socks5h"] {
        let (address, seen) = socks().await;
        let http_proxy = Some(format!("{scheme}://{address}"));
        health(VaultSettings { http_proxy, ..elsewhere() }).await.unwrap();
        assert_eq!(seen.lock().unwrap().as_slice(), ["vault.invalid"], "{scheme}");
    }
}
