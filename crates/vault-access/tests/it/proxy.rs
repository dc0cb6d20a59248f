use std::sync::{Arc, Mutex};

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
    for no_proxy in ["vault.invalid", ".invalid", "a,invalid", "*"] {
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
