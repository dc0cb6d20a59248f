use insta::assert_snapshot;
use vault_access::VaultError;

use crate::fixture::{client, own, root, shared, told};

#[tokio::test]
async fn a_vault_that_serves_is_healthy_and_says_its_version() {
    if sandbox::vault_left_out("a_vault_that_serves_is_healthy_and_says_its_version") {
        return;
    }
    let health = root(shared()).health().await.unwrap();
    assert!(health.initialized && !health.sealed, "{health:?}");
    assert!(health.version.starts_with(|c: char| c.is_ascii_digit()), "{health:?}");
}

#[tokio::test]
async fn how_it_is_is_asked_without_the_token() {
    if sandbox::vault_left_out("how_it_is_is_asked_without_the_token") {
        return;
    }
    let server = own().await;
    root(&server).health().await.unwrap();
    assert!(server.requests().iter().all(|request| !request.with_token), "{:?}", server.requests());
}

#[tokio::test]
async fn a_sealed_vault_says_so_and_whatever_is_asked_of_it_too() {
    if sandbox::vault_left_out("a_sealed_vault_says_so_and_whatever_is_asked_of_it_too") {
        return;
    }
    let server = own().await;
    let vault = root(&server);
    server.seal().await.unwrap();
    assert!(vault.health().await.unwrap().sealed);
    assert_snapshot!(told(&vault.ready().await.unwrap_err()), @"
        Vault at http://127.0.0.1:PORT is sealed
        => vault operator unseal -address=http://127.0.0.1:PORT
    ");
    server.clear_requests();
    let error = vault.token().await.unwrap_err();
    assert!(matches!(error, VaultError::Sealed { .. }), "{error}");
    assert_eq!(server.requests().len(), 1, "a sealed Vault is not asked again");
}

#[tokio::test]
async fn nobody_at_the_address_is_told() {
    let error = client("http://127.0.0.1:1", "t").health().await.unwrap_err();
    assert!(error.is_unreachable());
    assert_snapshot!(told(&error), @"
        Vault at http://127.0.0.1:PORT can't be reached: it refused the connection
        => is VAULT_ADDR right, is a proxy or VPN needed? Try:
        curl -sSk http://127.0.0.1:PORT/v1/sys/health
    ");
}

#[tokio::test]
async fn a_name_without_an_address_is_told() {
    let error = client("http://vault.invalid:8200", "t").health().await.unwrap_err();
    assert!(matches!(error, VaultError::Dns { .. }), "{error}");
}
