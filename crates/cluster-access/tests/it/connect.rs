use std::time::Duration;

use advice::Diagnostic as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cluster_access::{AccessError, Network, TlsProblem, connect, identify};
use tokio::time::Instant;
use transport::{Known, ProxyProblem};

use crate::kubeconfig::{Folder, kubeconfig};
use crate::server::{Pki, nothing, self_signed, serve, silent, socks};

const UNAUTHORIZED: &str = "HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\ncontent-length: 86\r\n\r\n\
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
    let error = match connect(&kubeconfig, network, limit, &[]).await {
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
    // The number and the clock are the system's own.
    let blanked = blanked.split(" (os error").next().unwrap_or_default();
    let blanked = blanked.split(", and this machine's clock says").next().unwrap_or_default().to_owned();
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
    insta::assert_snapshot!(said(&trusting(port, &pki)).await, @"ask for the server's version: no secure connection to https://127.0.0.1:PORT: its certificate has expired: it was valid until 2020-01-01T00:00:00Z");
}

#[tokio::test]
async fn a_foreign_authority_is_said() {
    let (pki, other) = (Pki::new("ca"), Pki::new("other"));
    let port = serve(Some(pki.server("127.0.0.1", 2099)), PAGE).await;
    insta::assert_snapshot!(said(&trusting(port, &other)).await, @"ask for the server's version: no secure connection to https://127.0.0.1:PORT: its certificate is signed by an unknown authority (CN=ca); the configured authorities are: CN=other");
    let (error, _) = error(&trusting(port, &other), "token: t", &Network::default()).await;
    assert!(error.hint().unwrap().to_string().contains("certificate-authority-data"));
}

#[tokio::test]
async fn an_authority_of_the_same_name_is_foreign_too() {
    let (pki, other) = (Pki::new("ca"), Pki::new("ca"));
    let port = serve(Some(pki.server("127.0.0.1", 2099)), PAGE).await;
    let (error, _) = error(&trusting(port, &other), "token: t", &Network::default()).await;
    let AccessError::Tls { problem, .. } = error else { panic!("{error}") };
    assert!(matches!(problem, TlsProblem::UnknownAuthority { known: Known::SameName, .. }), "{problem}");
}

#[tokio::test]
async fn the_servers_own_certificate_may_stand_in_the_authoritys_place() {
    let pki = Pki::new("ca");
    let (tls, pem) = pki.pinned("127.0.0.1", 2099);
    let (port, other) = (serve(Some(tls), UNAUTHORIZED).await, pki.pinned("127.0.0.1", 2099).1);
    let with = |pem: &str| format!("{}\ncertificate-authority-data: {}", at(port), STANDARD.encode(pem));
    let refused = error(&with(&pem), "token: t", &Network::default()).await.0;
    assert!(matches!(refused, AccessError::Unauthorized { .. }), "{refused}");
    let (error, _) = error(&with(&other), "token: t", &Network::default()).await;
    assert!(error.to_string().contains("the configured certificate is that of a server"), "{error}");
    assert!(error.hint().unwrap().to_string().contains("the server has a new certificate"), "{error}");
}

#[tokio::test]
async fn a_self_signed_certificate_may_be_its_own_authority() {
    let (tls, pem) = self_signed("127.0.0.1");
    let port = serve(Some(tls), UNAUTHORIZED).await;
    let cluster = format!("{}\ncertificate-authority-data: {}", at(port), STANDARD.encode(pem));
    let (error, _) = error(&cluster, "token: t", &Network::default()).await;
    assert!(matches!(error, AccessError::Unauthorized { .. }), "{error}");
}

#[tokio::test]
async fn the_dates_and_names_of_the_servers_own_certificate_still_count() {
    let pki = Pki::new("ca");
    for (name, year, said) in
        [("127.0.0.1", 2020, "has expired"), ("127.0.0.2", 2099, "is not valid for the name")]
    {
        let (tls, pem) = pki.pinned(name, year);
        let port = serve(Some(tls), UNAUTHORIZED).await;
        let cluster = format!("{}\ncertificate-authority-data: {}", at(port), STANDARD.encode(pem));
        let (error, _) = error(&cluster, "token: t", &Network::default()).await;
        assert!(
            matches!(&error, AccessError::Tls { problem, .. } if problem.to_string().contains(said)),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_socks_proxy_resolves_the_name_of_the_server() {
    let pki = Pki::new("ca");
    let port = serve(Some(pki.server("api.demo.invalid", 2099)), UNAUTHORIZED).await;
    for scheme in ["socks5", "socks5h"] {
        let (proxy, asked) = socks(port).await;
        let network =
            Network { https_proxy: Some(format!("{scheme}://127.0.0.1:{proxy}")), ..Network::default() };
        let ca = STANDARD.encode(pki.pem());
        let cluster = format!("server: https://api.demo.invalid:6443\ncertificate-authority-data: {ca}");
        let (error, _) = error(&cluster, "token: t", &network).await;
        assert!(matches!(error, AccessError::Unauthorized { .. }), "{scheme}: {error}");
        assert_eq!(asked.lock().unwrap().as_slice(), ["api.demo.invalid:6443"]);
    }
}

#[tokio::test]
async fn a_proxy_that_wants_a_login_is_told() {
    let answer = "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
    let proxy = serve(None, answer).await;
    let network = Network { https_proxy: Some(format!("http://127.0.0.1:{proxy}")), ..Network::default() };
    let (error, _) = error("server: https://api.example.com:6443", "token: t", &network).await;
    assert!(matches!(error, AccessError::Proxy { problem: ProxyProblem::WantsLogin, .. }), "{error}");
    assert!(error.hint().unwrap().to_string().contains("put user and password into HTTPS_PROXY"));
}

#[tokio::test]
async fn a_proxy_of_an_unknown_scheme_is_told_without_its_login() {
    let cluster = "server: https://api.example.com:6443\nproxy-url: ftp://me:hunter22@host";
    insta::assert_snapshot!(said(cluster).await, @"connect to the cluster: the proxy ftp://host (proxy-url of the kubeconfig) on the way to https://api.example.com:6443 failed: its scheme ftp is not supported, only http, https, socks5 and socks5h");
}

/// What comes of an answer that is none of an API server.
async fn page(answer: &'static str) -> AccessError {
    let port = serve(None, answer).await;
    error_within(&format!("server: http://127.0.0.1:{port}"), "token: t", &Network::default(), LIMIT).await.0
}

#[tokio::test]
async fn a_page_in_the_api_servers_place_is_no_judgement_of_it() {
    for (answer, words) in [
        (
            "HTTP/1.1 403 Forbidden\r\ncontent-length: 19\r\n\r\nRBAC: access denied",
            "it answers 403 with words of its own: RBAC: access denied",
        ),
        (
            "HTTP/1.1 401 Unauthorized\r\ncontent-length: 35\r\n\r\n<html><title>Sign in</title></html>",
            "it answers 401 with words of its own: Sign in",
        ),
        (
            "HTTP/1.1 404 Not Found\r\ncontent-length: 21\r\n\r\ndefault backend - 404",
            "it answers 404 with words of its own: default backend - 404",
        ),
    ] {
        let error = page(answer).await;
        assert!(matches!(error, AccessError::NotKubernetes { .. }), "{error}");
        assert!(error.to_string().ends_with(words), "{error}");
    }
}

#[tokio::test]
async fn a_page_of_a_load_balancer_is_a_server_that_is_not_reachable() {
    for (answer, words) in [
        (
            "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 52\r\n\r\n<html><title>Application is not available</title>...",
            "answers 503: Application is not available",
        ),
        ("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n", "answers 502"),
    ] {
        let error = page(answer).await;
        assert!(matches!(error, AccessError::Unavailable { .. }) && !error.is_lasting(), "{error}");
        assert!(error.to_string().ends_with(words) && error.hint().is_some(), "{error}");
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_said() {
    let pki = Pki::new("ca");
    let port = serve(Some(pki.server("kubernetes.default.svc", 2099)), PAGE).await;
    insta::assert_snapshot!(said(&trusting(port, &pki)).await, @"ask for the server's version: no secure connection to https://127.0.0.1:PORT: its certificate is not valid for the name 127.0.0.1 (it is valid for kubernetes.default.svc)");
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
    insta::assert_snapshot!(said_by_a_strict_server(&clients, &clients, 2020).await, @"ask for the server's version: https://127.0.0.1:PORT refused the client certificate of the kubeconfig: it has expired (valid until 2020-01-01T00:00:00Z)");
    insta::assert_snapshot!(said_by_a_strict_server(&clients, &others, 2099).await, @"ask for the server's version: https://127.0.0.1:PORT refused the client certificate of the kubeconfig: its authority is unknown to the server (valid until 2099-01-01T00:00:00Z)");
}

#[tokio::test]
async fn what_is_no_kubernetes_is_said() {
    let pki = Pki::new("ca");
    let plain = serve(None, PAGE).await;
    insta::assert_snapshot!(said(&at(plain)).await, @"ask for the server's version: no secure connection to https://127.0.0.1:PORT: it does not speak TLS: a plain HTTP server or another service answers there");
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
    insta::assert_snapshot!(said(&cluster).await, @"ask for the server's version: the proxy http://127.0.0.1:PORT (proxy-url of the kubeconfig) on the way to https://api.example.com:6443 failed: it refused the connection");
}

#[tokio::test]
async fn a_proxy_that_says_no_is_not_taken_for_the_server() {
    let proxy = serve(None, "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await;
    let network = Network { https_proxy: Some(format!("http://127.0.0.1:{proxy}")), ..Network::default() };
    let (_, said) = error("server: https://api.example.com:6443", "token: t", &network).await;
    insta::assert_snapshot!(said, @"ask for the server's version: the proxy http://127.0.0.1:PORT (HTTPS_PROXY) on the way to https://api.example.com:6443 failed: it did not connect to the server");
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
