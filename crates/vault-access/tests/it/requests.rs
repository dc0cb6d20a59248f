use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{Method, Uri};
use secret::SecretString;

use crate::fixture::client;

/// A server behind a path that answers everything with `body`, and the requests it saw.
async fn server(body: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let log = Arc::clone(&seen);
    let app = Router::new().fallback(move |method: Method, uri: Uri| async move {
        log.lock().unwrap().push(format!("{method} {uri}"));
        body
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/behind/this/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, seen)
}

/// vaultrs writes some paths with a slash, one with a tab before it.
#[tokio::test]
async fn every_path_is_behind_that_of_the_address() {
    let (address, seen) = server(r#"{"data":{},"auth":{"client_token":"t"}}"#).await;
    let vault = client(&address, "t");
    vault.token().await.unwrap();
    vault.kubernetes_config("k8s").await.unwrap();
    vault.kubernetes_login("k8s", "role", &SecretString::from("jwt")).await.unwrap();
    vault.disable_auth_mount("k8s").await.unwrap();
    let expect = [
        "GET /behind/this/v1/auth/token/lookup-self",
        "GET /behind/this/v1/auth/k8s/config",
        "POST /behind/this/v1/auth/k8s/login",
        "POST /behind/this/v1/auth/token/revoke-self",
        "DELETE /behind/this/v1/sys/auth/k8s",
    ];
    assert_eq!(*seen.lock().unwrap(), expect);
}

/// As Vault's own client does it: not every proxy lets LIST pass.
#[tokio::test]
async fn a_list_is_asked_for_with_get() {
    let (address, seen) = server(r#"{"data":{"keys":["a"]}}"#).await;
    client(&address, "t").kubernetes_roles("k8s").await.unwrap();
    assert_eq!(*seen.lock().unwrap(), ["GET /behind/this/v1/auth/k8s/role?list=true"]);
}

#[tokio::test]
async fn a_path_that_fits_into_no_url_is_refused() {
    let error = client("http://127.0.0.1:1", "t").kv_read(&"x/".repeat(40_000)).await.unwrap_err();
    assert!(error.to_string().ends_with("it does not fit into a URL"), "{error}");
}
