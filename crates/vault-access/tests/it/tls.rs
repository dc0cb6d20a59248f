use advice::Diagnostic as _;
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
    assert!(matches!(error, VaultError::Tls { problem: TlsProblem::UnknownAuthority { .. }, .. }), "{error}");
    let other = rcgen::generate_simple_self_signed(["other".to_owned()]).unwrap().cert.pem();
    let error =
        health(VaultSettings { cacert_bytes: Some(other.into()), ..over_tls(shared()) }).await.unwrap_err();
    assert_snapshot!(told(&error), @"
        no secure connection to Vault at https://127.0.0.1:PORT: its certificate is signed by an unknown authority (CN=sandbox CA); the configured certificate is that of a server (CN=rcgen self signed cert), and the server shows another one
        => the server has a new certificate; name the authority that signs it rather than the certificate: trust the authority that signed it, a PEM file:
        export VAULT_CACERT=FILE
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
        no secure connection to Vault at https://127.0.0.1:PORT: its certificate is not valid for the name vault.example.com (it is valid for localhost, 127.0.0.1)
        => use a name that the certificate has in VAULT_ADDR, or give it in VAULT_TLS_SERVER_NAME
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
        no secure connection to Vault at https://127.0.0.1:PORT: it does not speak TLS: a plain HTTP server or another service answers there
        => export VAULT_ADDR=http://127.0.0.1:PORT
    ");
}

/// A server that is healthy, with this certificate; its address.
async fn with_certificate(der: rustls::pki_types::CertificateDer<'static>, key: &rcgen::KeyPair) -> String {
    rustls::crypto::ring::default_provider().install_default().ok();
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![der], key.serialize_der().try_into().unwrap())
        .unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://127.0.0.1:{}", listener.local_addr().unwrap().port());
    tokio::spawn(serve(listener, config));
    address
}

fn named(hosts: &[&str]) -> rcgen::CertificateParams {
    rcgen::CertificateParams::new(hosts.iter().map(|host| (*host).to_owned()).collect::<Vec<_>>()).unwrap()
}

fn authority() -> rcgen::CertifiedIssuer<'static, rcgen::KeyPair> {
    let mut params = named(&[]);
    params.distinguished_name.push(rcgen::DnType::CommonName, "ca");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    rcgen::CertifiedIssuer::self_signed(params, rcgen::KeyPair::generate().unwrap()).unwrap()
}

#[tokio::test]
async fn a_self_signed_certificate_may_be_its_own_authority() {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = named(&["127.0.0.1"]);
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let made = params.self_signed(&key).unwrap();
    let address = with_certificate(made.der().clone(), &key).await;
    health(VaultSettings { cacert_bytes: Some(made.pem().into()), ..settings(&address, "t") }).await.unwrap();
    let error = health(settings(&address, "t")).await.unwrap_err();
    assert!(error.hint().unwrap().to_string().contains("export VAULT_CACERT=FILE"), "{error}");
}

#[tokio::test]
async fn vaults_own_certificate_may_stand_in_the_authoritys_place() {
    let (ca, key) = (authority(), rcgen::KeyPair::generate().unwrap());
    let made = named(&["127.0.0.1"]).signed_by(&key, &ca).unwrap();
    let address = with_certificate(made.der().clone(), &key).await;
    let with = |pem: String| VaultSettings { cacert_bytes: Some(pem.into()), ..settings(&address, "t") };
    health(with(made.pem())).await.unwrap();
    let other = named(&["127.0.0.1"]).signed_by(&rcgen::KeyPair::generate().unwrap(), &ca).unwrap();
    let error = health(with(other.pem())).await.unwrap_err();
    assert!(error.to_string().contains("the configured certificate is that of a server"), "{error}");
}

#[tokio::test]
async fn the_names_of_vaults_own_certificate_still_count() {
    let (ca, key) = (authority(), rcgen::KeyPair::generate().unwrap());
    let made = named(&["vault.example.com"]).signed_by(&key, &ca).unwrap();
    let address = with_certificate(made.der().clone(), &key).await;
    let with = VaultSettings { cacert_bytes: Some(made.pem().into()), ..settings(&address, "t") };
    let error = health(with).await.unwrap_err();
    assert!(error.to_string().ends_with("127.0.0.1 (it is valid for vault.example.com)"), "{error}");
}

/// A server that is healthy for whoever shows a certificate of the authority; its address, and the files a client needs.
async fn picky() -> (String, tempfile::TempDir) {
    let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let key = rcgen::KeyPair::generate().unwrap();
    let authority = rcgen::CertifiedIssuer::self_signed(authority, key).unwrap();
    let signed = |name: &str| {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new([name.to_owned()]).unwrap();
        (params.signed_by(&key, &authority).unwrap(), key)
    };
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| fs_err::write(folder.path().join(name), text).unwrap();
    let (client, client_key) = signed("client");
    write("ca.pem", authority.pem());
    write("client.pem", client.pem());
    write("client.key", client_key.serialize_pem());
    let (server, server_key) = signed("localhost");
    let mut roots = rustls::RootCertStore::empty();
    roots.add(authority.der().clone()).unwrap();
    rustls::crypto::ring::default_provider().install_default().ok();
    let verifier = rustls::server::WebPkiClientVerifier::builder(roots.into()).build().unwrap();
    let config = rustls::ServerConfig::builder()
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![server.der().clone()], server_key.serialize_der().try_into().unwrap())
        .unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(serve(listener, config));
    (address, folder)
}

async fn serve(listener: tokio::net::TcpListener, config: rustls::ServerConfig) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    while let Ok((stream, _)) = listener.accept().await {
        let Ok(mut stream) = acceptor.accept(stream).await else { continue };
        let body = r#"{"initialized":true,"sealed":false,"version":"1"}"#;
        let answer =
            format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream.write_all(answer.as_bytes()).await;
        let _ = stream.shutdown().await;
    }
}

#[tokio::test]
async fn a_client_certificate_is_shown_where_it_is_asked_for() {
    let (address, folder) = picky().await;
    let file = |name: &str| Some(folder.path().join(name));
    let base = VaultSettings { cacert_file: file("ca.pem"), ..settings(&address, "t") };
    let with =
        VaultSettings { client_cert: file("client.pem"), client_key: file("client.key"), ..base.clone() };
    health(with).await.unwrap();
    let error = health(base).await.unwrap_err();
    let VaultError::Tls { problem, .. } = &error else { panic!("{error}") };
    assert_eq!(problem, &TlsProblem::ClientCertificateRequired);
    assert!(error.hint().unwrap().to_string().contains("VAULT_CLIENT_CERT"));
}
