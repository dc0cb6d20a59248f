use insta::assert_snapshot;
use sandbox::vault::Vault as Server;
use vault_access::{TlsProblem, Vault, VaultError, VaultSettings};

use crate::fixture::{settings, shared, told};

fn over_tls(server: &Server) -> VaultSettings {
    settings(&server.tls_address(), server.root_token())
}

async fn health(settings: VaultSettings) -> Result<(), VaultError> {
    Vault::new(settings).unwrap().health().await.map(drop)
}

#[tokio::test]
async fn the_authority_counts_as_file_as_text_and_as_folder() {
    if sandbox::vault_left_out("the_authority_counts_as_file_as_text_and_as_folder") {
        return;
    }
    let server = shared();
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(folder.path().join("ca.crt"), server.ca_pem()).unwrap();
    fs_err::write(folder.path().join("notes"), "no certificate").unwrap();
    health(VaultSettings { cacert_file: Some(server.ca_file().into()), ..over_tls(server) }).await.unwrap();
    health(VaultSettings { cacert_bytes: Some(server.ca_pem().into()), ..over_tls(server) }).await.unwrap();
    health(VaultSettings { capath: Some(folder.path().into()), ..over_tls(server) }).await.unwrap();
}

#[tokio::test]
async fn a_foreign_authority_is_told() {
    if sandbox::vault_left_out("a_foreign_authority_is_told") {
        return;
    }
    let error = health(over_tls(shared())).await.unwrap_err();
    assert!(matches!(error, VaultError::Tls { problem: TlsProblem::UnknownAuthority, .. }), "{error}");
    let other = rcgen::generate_simple_self_signed(["other".to_owned()]).unwrap().cert.pem();
    let error =
        health(VaultSettings { cacert_bytes: Some(other.into()), ..over_tls(shared()) }).await.unwrap_err();
    assert_snapshot!(told(&error), @"
        Vault at https://127.0.0.1:PORT can't be trusted: its certificate was signed by an authority that is not known here
        => export VAULT_CACERT=FILE with the authority that signed it (PEM)
    ");
}

#[tokio::test]
async fn a_foreign_authority_does_not_matter_to_who_does_not_look() {
    if sandbox::vault_left_out("a_foreign_authority_does_not_matter_to_who_does_not_look") {
        return;
    }
    health(VaultSettings { skip_verify: true, ..over_tls(shared()) }).await.unwrap();
}

#[tokio::test]
async fn the_name_in_the_certificate_can_be_another_one_than_the_addresss() {
    if sandbox::vault_left_out("the_name_in_the_certificate_can_be_another_one_than_the_addresss") {
        return;
    }
    let base = || VaultSettings { cacert_bytes: Some(shared().ca_pem().into()), ..over_tls(shared()) };
    let named = |name: &str| VaultSettings { tls_server_name: Some(name.to_owned()), ..base() };
    health(named("localhost")).await.unwrap();
    let error = health(named("vault.example.com")).await.unwrap_err();
    assert_snapshot!(told(&error), @"
        Vault at https://127.0.0.1:PORT can't be trusted: its certificate is for another name
        => use the name in the certificate in VAULT_ADDR, or give it in VAULT_TLS_SERVER_NAME
    ");
}

#[tokio::test]
async fn tls_spoken_to_who_does_not_speak_it_is_told() {
    if sandbox::vault_left_out("tls_spoken_to_who_does_not_speak_it_is_told") {
        return;
    }
    let address = shared().address().replace("http://", "https://");
    let error = health(settings(&address, "t")).await.unwrap_err();
    assert_snapshot!(told(&error), @"
        Vault at https://127.0.0.1:PORT can't be trusted: it does not speak TLS
        => export VAULT_ADDR=http://127.0.0.1:PORT
    ");
}
