use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cluster_access::{AccessError, Network, connect, identify};
use tokio::time::Instant;

use crate::kubeconfig::{Folder, kubeconfig};
use crate::server::{Pki, nothing, serve, silent};

const UNAUTHORIZED: &str = "HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\ncontent-length: 81\r\n\r\n\
    {\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"no\",\"reason\":\"Unauthorized\",\"code\":401}";
const PAGE: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 13\r\n\r\n<html></html>";
const ELSEWHERE: &str =
    "HTTP/1.1 302 Found\r\nlocation: https://console.example.com/\r\ncontent-length: 0\r\n\r\n";

const LIMIT: Duration = Duration::from_secs(20);

/// What identifying the cluster of this kubeconfig ends in, ports blanked.
async fn error(cluster: &str, user: &str, network: &Network) -> (AccessError, String) {
    error_within(cluster, user, network, LIMIT).await
}

async fn error_within(
    cluster: &str,
    user: &str,
    network: &Network,
    limit: Duration,
) -> (AccessError, String) {
    rustls::crypto::ring::default_provider().install_default().ok();
    let kubeconfig = Folder::with(kubeconfig(cluster, user)).read();
    let error = match connect(&kubeconfig, network, limit).await {
        Ok(cluster) => identify(&cluster).await.unwrap_err(),
        Err(error) => error,
    };
    let said = error.to_string();
    let mut blanked = String::new();
    let mut parts = said.split("127.0.0.1:");
    blanked.push_str(parts.next().unwrap_or_default());
    for part in parts {
        blanked.push_str("127.0.0.1:PORT");
        blanked.push_str(part.trim_start_matches(|it: char| it.is_ascii_digit()));
    }
    // The number is the system's own.
    let blanked = blanked.split(" (os error").next().unwrap_or_default().to_owned();
    (error, blanked)
}

fn at(port: u16) -> String {
    format!("server: https://127.0.0.1:{port}")
}

fn trusting(port: u16, pki: &Pki) -> String {
    format!("{}\ncertificate-authority-data: {}", at(port), STANDARD.encode(pki.pem()))
}

async fn said(cluster: &str) -> String {
    error(cluster, "token: hunter22", &Network::default()).await.1
}

#[tokio::test]
async fn a_dead_cluster_refuses() {
    insta::assert_snapshot!(said(&at(nothing().await)).await, @"ask for the server's version: https://127.0.0.1:PORT refused the connection");
}

#[tokio::test]
async fn a_name_without_an_address_is_said() {
    insta::assert_snapshot!(said("server: https://api.demo.invalid:6443").await, @"ask for the server's version: the host name of https://api.demo.invalid:6443 has no address");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up_on() {
    let begun = Instant::now();
    let cluster = at(silent().await);
    let (_, said) = error_within(&cluster, "token: t", &Network::default(), Duration::from_millis(300)).await;
    insta::assert_snapshot!(said, @"ask for the server's version: https://127.0.0.1:PORT did not answer within 0.3 s");
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[tokio::test]
async fn an_expired_server_certificate_is_said() {
    let pki = Pki::new("ca");
    let port = serve(Some(pki.server("127.0.0.1", 2020)), PAGE).await;
    insta::assert_snapshot!(said(&trusting(port, &pki)).await, @"ask for the server's version: the certificate of https://127.0.0.1:PORT has expired (valid until 2020-01-01T00:00:00Z)");
}

#[tokio::test]
async fn a_foreign_authority_is_said() {
    let (pki, other) = (Pki::new("ca"), Pki::new("other"));
    let port = serve(Some(pki.server("127.0.0.1", 2099)), PAGE).await;
    insta::assert_snapshot!(said(&trusting(port, &other)).await, @"ask for the server's version: the certificate of https://127.0.0.1:PORT is signed by an unknown authority");
    let (error, _) = error(&trusting(port, &other), "token: t", &Network::default()).await;
    assert!(error.hint().unwrap().contains("certificate-authority is not this server's"));
}

#[tokio::test]
async fn an_authority_of_the_same_name_is_foreign_too() {
    let (pki, other) = (Pki::new("ca"), Pki::new("ca"));
    let port = serve(Some(pki.server("127.0.0.1", 2099)), PAGE).await;
    let (error, _) = error(&trusting(port, &other), "token: t", &Network::default()).await;
    assert!(matches!(error, AccessError::UnknownAuthority { .. }), "{error}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_said() {
    let pki = Pki::new("ca");
    let port = serve(Some(pki.server("kubernetes.default.svc", 2099)), PAGE).await;
    insta::assert_snapshot!(said(&trusting(port, &pki)).await, @"ask for the server's version: the certificate of https://127.0.0.1:PORT is not valid for that name (it is valid for kubernetes.default.svc)");
}

#[tokio::test]
async fn tls_server_name_is_the_name_that_counts() {
    let pki = Pki::new("ca");
    let port = serve(Some(pki.server("kubernetes.default.svc", 2099)), UNAUTHORIZED).await;
    let cluster = format!("{}\ntls-server-name: kubernetes.default.svc", trusting(port, &pki));
    insta::assert_snapshot!(said(&cluster).await, @"ask for the server's version: https://127.0.0.1:PORT does not accept the login of the kubeconfig (401): a token");
}

#[tokio::test]
async fn skipping_verification_skips_it() {
    let pki = Pki::new("ca");
    let port = serve(Some(pki.server("elsewhere", 2020)), UNAUTHORIZED).await;
    let (error, _) =
        error(&format!("{}\ninsecure-skip-tls-verify: true", at(port)), "token: t", &Network::default())
            .await;
    assert!(matches!(error, AccessError::Unauthorized { .. }), "{error}");
}

/// What a server that wants client certificates says to one that ended with the first moment of `year`.
async fn said_by_a_strict_server(clients: &Pki, issuer: &Pki, year: i32) -> String {
    let pki = Pki::new("ca");
    let port = serve(Some(pki.strict_server(clients)), PAGE).await;
    let (certificate, key) = issuer.client_until("admin", year);
    let user = format!(
        "client-certificate-data: {}\nclient-key-data: {}",
        STANDARD.encode(certificate),
        STANDARD.encode(key)
    );
    error(&trusting(port, &pki), &user, &Network::default()).await.1
}

#[tokio::test]
async fn a_client_certificate_refused_in_the_handshake_is_told_from_the_servers_own() {
    let (clients, others) = (Pki::new("clients"), Pki::new("others"));
    insta::assert_snapshot!(said_by_a_strict_server(&clients, &clients, 2020).await, @"ask for the server's version: https://127.0.0.1:PORT refused the client certificate of the kubeconfig: CertificateExpired (valid until 2020-01-01T00:00:00Z)");
    insta::assert_snapshot!(said_by_a_strict_server(&clients, &others, 2099).await, @"ask for the server's version: https://127.0.0.1:PORT refused the client certificate of the kubeconfig: UnknownCA (valid until 2099-01-01T00:00:00Z)");
}

#[tokio::test]
async fn what_is_no_kubernetes_is_said() {
    let pki = Pki::new("ca");
    let plain = serve(None, PAGE).await;
    insta::assert_snapshot!(said(&at(plain)).await, @"ask for the server's version: what answers at https://127.0.0.1:PORT is no Kubernetes API: it does not speak TLS");
    let page = serve(Some(pki.server("127.0.0.1", 2099)), PAGE).await;
    insta::assert_snapshot!(said(&trusting(page, &pki)).await, @"ask for the server's version: what answers at https://127.0.0.1:PORT is no Kubernetes API: its answer is not the JSON expected (Syntax error)");
    let elsewhere = serve(Some(pki.server("127.0.0.1", 2099)), ELSEWHERE).await;
    insta::assert_snapshot!(said(&trusting(elsewhere, &pki)).await, @"ask for the server's version: what answers at https://127.0.0.1:PORT is no Kubernetes API: it redirects elsewhere (302)");
}

#[tokio::test]
async fn a_proxy_that_is_down_is_not_taken_for_the_server() {
    let proxy = nothing().await;
    let cluster =
        format!("server: https://api.example.com:6443\nproxy-url: http://me:hunter22@127.0.0.1:{proxy}");
    insta::assert_snapshot!(said(&cluster).await, @"ask for the server's version: the proxy http://127.0.0.1:PORT (proxy-url of the kubeconfig) on the way to https://api.example.com:6443 failed: Connection refused");
}

#[tokio::test]
async fn a_proxy_that_says_no_is_not_taken_for_the_server() {
    let proxy = serve(None, "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await;
    let network = Network { https_proxy: Some(format!("http://127.0.0.1:{proxy}")), ..Network::default() };
    let (_, said) = error("server: https://api.example.com:6443", "token: t", &network).await;
    insta::assert_snapshot!(said, @"ask for the server's version: the proxy http://127.0.0.1:PORT (HTTPS_PROXY) on the way to https://api.example.com:6443 failed: tunnel error: unsuccessful");
}

#[tokio::test]
async fn no_proxy_goes_past_the_proxy() {
    let proxy = nothing().await;
    let network = Network {
        https_proxy: Some(format!("http://127.0.0.1:{proxy}")),
        no_proxy: Some(".invalid".into()),
        ..Network::default()
    };
    let (error, _) = error("server: https://api.demo.invalid:6443", "token: t", &network).await;
    assert!(matches!(error, AccessError::Dns { .. }), "{error}");
}

#[tokio::test]
async fn a_token_that_no_header_may_have_is_an_error_and_not_shown() {
    let cluster = at(nothing().await);
    let (_, said) = error(&cluster, "token: \"hunter22\\nhunter23\"", &Network::default()).await;
    insta::assert_snapshot!(said, @"connect to the cluster: the kubeconfig can't be used: its token has a line break or another character in it that no HTTP header may have");
}

#[tokio::test]
async fn a_missing_token_file_is_said() {
    let (error, _) = error(&at(nothing().await), "tokenFile: no/token", &Network::default()).await;
    assert!(matches!(&error, AccessError::TokenFile { file, .. } if file.ends_with("no/token")), "{error}");
}
