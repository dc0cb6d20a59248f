use std::path::PathBuf;

use insta::assert_snapshot;
use vault_access::{Vault, VaultSettings};

use crate::fixture::{settings, told};

fn refused(settings: VaultSettings) -> String {
    told(&Vault::new(settings).expect_err("these settings are refused"))
}

fn address(address: &str) -> String {
    let told = refused(settings(address, "secret-token"));
    told.lines().next().unwrap_or_default().to_owned()
}

fn accepted(address: &str) -> String {
    Vault::new(settings(address, "secret-token")).unwrap().address().to_owned()
}

#[test]
fn an_address_is_taken_as_written_without_the_slash_behind_it() {
    assert_eq!(accepted("https://vault.example.com:8200"), "https://vault.example.com:8200");
    assert_eq!(accepted(" http://[::1]:8200/vault/ "), "http://[::1]:8200/vault");
}

#[test]
fn an_address_without_a_scheme_is_none() {
    assert_snapshot!(address("vault.example.com:8200"), @r#"VAULT_ADDR "vault.example.com:8200" is not an address of a Vault: it has to begin with https:// or http://"#);
}

#[test]
fn an_address_of_another_scheme_is_none() {
    assert_snapshot!(address("unix:///run/vault.sock"), @r#"VAULT_ADDR "unix:///run/vault.sock" is not an address of a Vault: it has to begin with https:// or http://"#);
}

#[test]
fn an_address_without_a_host_is_none() {
    assert_snapshot!(address("https://"), @r#"VAULT_ADDR "https://" is not an address of a Vault: empty host"#);
}

#[test]
fn an_address_with_a_bad_port_is_none() {
    assert_snapshot!(address("https://vault:port"), @r#"VAULT_ADDR "https://vault:port" is not an address of a Vault: invalid port number"#);
}

#[test]
fn an_address_with_a_line_break_is_none() {
    assert_snapshot!(address("https://vault\n.example.com"), @r#"VAULT_ADDR "https://vault…" is not an address of a Vault: it has a line break or a space in it"#);
}

#[test]
fn an_empty_address_is_none() {
    assert_snapshot!(address("  "), @r#"VAULT_ADDR "" is not an address of a Vault: it is empty"#);
}

#[test]
fn a_login_in_the_address_is_refused_and_not_repeated() {
    assert_snapshot!(address("https://me:hunter22@vault.example.com"), @r#"VAULT_ADDR "https://…@vault.example.com" is not an address of a Vault: a login has no place in it"#);
}

#[test]
fn a_query_in_the_address_is_refused() {
    assert_snapshot!(address("https://vault.example.com?x=1"), @r#"VAULT_ADDR "https://vault.example.com…" is not an address of a Vault: it may have a path, but nothing behind a ? or #"#);
}

#[test]
fn a_line_break_in_the_token_is_told_and_the_token_is_not() {
    let told = refused(settings("http://127.0.0.1:1", "secret-\ntoken"));
    assert_snapshot!(told, @r#"
        the Vault token (VAULT_TOKEN) has a line break in it
        => unset VAULT_TOKEN; export VAULT_TOKEN="$(vault print token)"
    "#);
    assert!(!told.contains("secret-"), "{told}");
}

#[test]
fn an_empty_token_is_refused() {
    assert_snapshot!(refused(settings("http://127.0.0.1:1", " ")), @r#"
        the Vault token (VAULT_TOKEN) is empty
        => unset VAULT_TOKEN; export VAULT_TOKEN="$(vault print token)"
    "#);
}

#[test]
fn a_token_beyond_ascii_is_refused() {
    assert_snapshot!(refused(settings("http://127.0.0.1:1", "tökén-tökén")), @r#"
        the Vault token (VAULT_TOKEN) has characters in it that can't be sent
        => unset VAULT_TOKEN; export VAULT_TOKEN="$(vault print token)"
    "#);
}

#[test]
fn a_line_break_in_the_namespace_is_told() {
    let namespace = Some("team\r\nproject".to_owned());
    assert_snapshot!(refused(VaultSettings { namespace, ..settings("http://127.0.0.1:1", "t") }), @"
        the Vault namespace (VAULT_NAMESPACE) has a line break in it
        => export VAULT_NAMESPACE=team/project, without a line break
    ");
}

#[test]
fn spaces_and_line_ends_around_address_token_and_namespace_are_nobodys_intention() {
    for around in [" ", "\n", "\r\n", "\t"] {
        let namespace = Some(format!("{around}team{around}"));
        let settings = settings(&format!("http://127.0.0.1:1{around}"), &format!("t{around}"));
        let vault = Vault::new(VaultSettings { namespace, ..settings }).unwrap();
        assert_eq!((vault.address(), vault.namespace()), ("http://127.0.0.1:1", Some("team")));
    }
}

#[test]
fn an_authority_file_that_is_not_there_is_an_error() {
    let cacert_file = Some(PathBuf::from("/nowhere/ca.pem"));
    assert_snapshot!(refused(VaultSettings { cacert_file, ..settings("https://127.0.0.1:1", "t") }), @"
        VAULT_CACERT can't be read: failed to open file `/nowhere/ca.pem`: No such file or directory (os error 2)
        => set VAULT_CACERT right, or unset it
    ");
}

#[test]
fn an_authority_text_without_a_certificate_is_an_error() {
    let cacert_bytes = Some(b"no certificate".to_vec());
    assert_snapshot!(refused(VaultSettings { cacert_bytes, ..settings("https://127.0.0.1:1", "t") }), @"
        VAULT_CACERT_BYTES can't be used: the text holds no certificate (PEM, -----BEGIN CERTIFICATE-----)
        => set VAULT_CACERT_BYTES right, or unset it
    ");
}

#[test]
fn an_authority_folder_without_a_certificate_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(folder.path().join("readme"), "nothing").unwrap();
    let capath = Some(folder.path().to_path_buf());
    let told = refused(VaultSettings { capath, ..settings("https://127.0.0.1:1", "t") });
    let told = told.replace(&*folder.path().to_string_lossy(), "FOLDER");
    assert_snapshot!(told, @"
        VAULT_CAPATH can't be used: no file in FOLDER holds a certificate
        => set VAULT_CAPATH right, or unset it
    ");
}

#[test]
fn a_client_certificate_needs_its_key() {
    let client_cert = Some(PathBuf::from("/some/cert.pem"));
    assert_snapshot!(refused(VaultSettings { client_cert, ..settings("https://127.0.0.1:1", "t") }), @"
        VAULT_CLIENT_CERT can't be used: it needs VAULT_CLIENT_KEY beside it
        => set VAULT_CLIENT_CERT right, or unset it
    ");
}

#[test]
fn a_server_name_can_not_be_told_through_a_proxy() {
    let base = settings("https://vault.example.com", "t");
    let tls_server_name = Some("inner".to_owned());
    let told =
        refused(VaultSettings { tls_server_name, proxy: Some("http://proxy:3128".to_owned()), ..base });
    assert_snapshot!(told, @"
        VAULT_TLS_SERVER_NAME can't be used: it can't be used together with a proxy
        => set VAULT_TLS_SERVER_NAME right, or unset it
    ");
}

#[test]
fn a_proxy_that_is_none_is_an_error_that_does_not_repeat_it() {
    let https_proxy = Some("ftp://me:hunter22@proxy".to_owned());
    assert_snapshot!(refused(VaultSettings { https_proxy, ..settings("https://vault.example.com", "t") }), @"
        the proxy ftp://proxy (HTTPS_PROXY) on the way to Vault at https://vault.example.com failed: its scheme ftp is not supported, only http, https, socks5 and socks5h
        => set HTTPS_PROXY to a proxy's URL, such as http://proxy.example:3128, or unset it
    ");
}

#[test]
fn debug_shows_neither_token_nor_proxy_login() {
    let proxy = Some("http://me:hunter22@proxy:3128".to_owned());
    let settings = VaultSettings { proxy, ..settings("https://vault.example.com", "secret-token") };
    let shown = format!("{settings:?} {:?}", Vault::new(settings.clone()).unwrap());
    assert!(!shown.contains("secret-token") && !shown.contains("hunter22"), "{shown}");
}
