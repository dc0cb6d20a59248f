use std::time::Duration;

use cluster_access::{Kubeconfig, Network, ServerCertificate, server_certificate};

use crate::server::{Pki, nothing, serve};

async fn shown(server: &str, network: &Network) -> Result<ServerCertificate, String> {
    let seen = server_certificate(&Kubeconfig::nobody(server), network, Duration::from_secs(10)).await;
    seen.map_err(|error| error.to_string())
}

#[tokio::test]
async fn the_certificate_of_the_server_is_read_also_where_it_is_not_believed() {
    let pki = Pki::new("kube-apiserver-lb-signer");
    let port = serve(Some(pki.server("elsewhere.example.com", 2011)), "").await;
    let seen = shown(&format!("https://127.0.0.1:{port}"), &Network::default()).await;
    let Ok(ServerCertificate::Certificate(certificate)) = seen else { panic!("{seen:?}") };
    assert_eq!(certificate.issuer, "kube-apiserver-lb-signer");
    assert_eq!(certificate.valid_until.to_string(), "2011-01-01T00:00:00Z");
}

#[tokio::test]
async fn a_server_that_wants_a_certificate_of_ours_has_shown_its_own() {
    let pki = Pki::new("strict");
    let port = serve(Some(pki.strict_server(&pki)), "").await;
    let seen = shown(&format!("https://127.0.0.1:{port}"), &Network::default()).await;
    assert!(matches!(&seen, Ok(ServerCertificate::Certificate(it)) if it.issuer == "strict"), "{seen:?}");
}

#[tokio::test]
async fn behind_a_proxy_or_without_tls_it_is_said_why_none_is_seen() {
    let network = Network { https_proxy: Some("http://proxy:3128".into()), ..Network::default() };
    let seen = shown("https://api.example.com:6443", &network).await;
    let why = "https://api.example.com:6443 is reached through the proxy http://proxy:3128 (HTTPS_PROXY)";
    assert_eq!(seen, Ok(ServerCertificate::NotSeen(why.into())));
    let seen = shown("http://127.0.0.1:1", &Network::default()).await;
    assert_eq!(seen, Ok(ServerCertificate::NotSeen("http://127.0.0.1:1 is not encrypted".into())));
}

#[tokio::test]
async fn where_nothing_listens_there_is_no_certificate() {
    let server = format!("https://127.0.0.1:{}", nothing().await);
    let error = shown(&server, &Network::default()).await.unwrap_err();
    assert!(error.starts_with("look at the certificate of the API server: the connection to"), "{error}");
}

#[tokio::test]
async fn a_server_without_tls_at_an_https_address_is_no_certificate() {
    let server = format!("https://127.0.0.1:{}", serve(None, "HTTP/1.1 400 Bad Request\r\n\r\n").await);
    assert!(shown(&server, &Network::default()).await.is_err());
}
