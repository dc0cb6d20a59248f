//! The certificate that the API server shows: read in a handshake of its own, in which nothing is believed and nothing
//! is sent.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::net::TcpStream;
use transport::{Certificate, Network};
use url::{Host, Url};

use crate::{AccessError, Kubeconfig};

/// Certificate of the API server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerCertificate {
    /// This certificate.
    Certificate(Certificate),
    /// None: it is not asked for one (no TLS, or a proxy stands between), for this reason.
    NotSeen(String),
}

const DOING: &str = "look at the certificate of the API server";

/// Asks the kubeconfig's server for its certificate.
///
/// # Errors
/// Nothing listens there, or it does not talk TLS.
pub async fn server_certificate(
    kubeconfig: &Kubeconfig,
    network: &Network,
    limit: Duration,
) -> Result<ServerCertificate, AccessError> {
    let server = kubeconfig.server();
    if let Some(proxy) = kubeconfig.proxy(network) {
        return Ok(ServerCertificate::NotSeen(format!("{server} is reached through the proxy {proxy}")));
    }
    let broken =
        |detail: String| AccessError::Connection { doing: DOING.into(), server: server.into(), detail };
    let url = Url::parse(server).map_err(|error| broken(error.to_string()))?;
    if url.scheme() != "https" {
        return Ok(ServerCertificate::NotSeen(format!("{server} is not encrypted")));
    }
    let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
        return Err(broken("its URL names no host".into()));
    };
    let shown = tokio::time::timeout(limit, handshake(kubeconfig, host, port)).await;
    let shown =
        shown.map_err(|_| AccessError::Timeout { doing: DOING.into(), server: server.into(), limit })?;
    let shown = shown.map_err(|error| broken(error.to_string()))?;
    Certificate::of_der(&shown)
        .map(ServerCertificate::Certificate)
        .ok_or_else(|| broken("it shows no certificate".into()))
}

async fn handshake(kubeconfig: &Kubeconfig, host: Host<&str>, port: u16) -> std::io::Result<Vec<u8>> {
    let host = match host {
        Host::Domain(name) => name.to_owned(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    };
    let name = kubeconfig.tls_server_name().unwrap_or(&host).to_owned();
    let name = ServerName::try_from(name).map_err(std::io::Error::other)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let witness = Arc::new(Witness { provider: provider.clone(), shown: Mutex::default() });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(std::io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(witness.clone())
        .with_no_client_auth();
    let stream = TcpStream::connect((host.as_str(), port)).await?;
    let shaken = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    let shown = witness.shown.lock().take();
    // A server that wants a certificate of ours has shown its own before it says so.
    match (shown, shaken) {
        (Some(shown), _) => Ok(shown),
        (None, Err(error)) => Err(error),
        (None, Ok(_)) => Ok(Vec::new()),
    }
}

/// Keeps the certificate that it is shown, and lets it pass.
#[derive(Debug)]
struct Witness {
    provider: Arc<CryptoProvider>,
    shown: Mutex<Option<Vec<u8>>>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        *self.shown.lock() = Some(end_entity.to_vec());
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
