use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use secret::SecretString;
use serde_json::Map;

use crate::fixture::{client, told};

type Seen = Arc<Mutex<Vec<String>>>;

/// A server that answers with `status` and `location`, and the tokens it saw.
async fn server(status: u16, location: String) -> (String, Seen) {
    let seen = Seen::default();
    let log = Arc::clone(&seen);
    let app = Router::new().fallback(move |headers: HeaderMap| async move {
        let token = headers.get("x-vault-token").and_then(|token| token.to_str().ok()).unwrap_or("none");
        log.lock().unwrap().push(token.to_owned());
        (StatusCode::from_u16(status).unwrap(), [("location", location)], "")
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, seen)
}

#[tokio::test]
async fn no_token_ever_follows_a_redirect() {
    let (elsewhere, seen) = server(200, String::new()).await;
    for status in [301, 302, 303, 307, 308] {
        let (address, _) = server(status, format!("{elsewhere}/v1/x?token=1")).await;
        let vault = client(&address, "secret-token");
        let error = vault.token().await.unwrap_err().to_string();
        assert!(error.contains(&format!("redirects to {elsewhere},")), "{error}");
        let written =
            vault.write_kubernetes_config("kubernetes", &Map::new(), &SecretString::from("jwt")).await;
        assert!(written.unwrap_err().to_string().contains("redirects"), "{status}");
    }
    assert!(seen.lock().unwrap().is_empty(), "the other server was asked");
}

#[tokio::test]
async fn a_redirect_within_the_same_server_is_not_followed_either() {
    let (address, seen) = server(307, "/v1/elsewhere".to_owned()).await;
    let error = client(&address, "secret-token").health().await.unwrap_err();
    insta::assert_snapshot!(told(&error), @"
        Vault at http://127.0.0.1:PORT redirects to http://127.0.0.1:PORT, and no token goes to another place than the one named
        => if that is the Vault you mean: export VAULT_ADDR=http://127.0.0.1:PORT
    ");
    assert_eq!(*seen.lock().unwrap(), ["none"]);
}
