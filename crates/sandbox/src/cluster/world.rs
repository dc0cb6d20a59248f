//! One life of the cluster: its CA, its keys and its store. A recreated cluster is a new world at the same address.

use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig, SignatureScheme};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::cluster::access::certs::Authority;
use crate::cluster::access::tokens::Signer;
use crate::cluster::error::ClusterError;
use crate::cluster::objects::store::Store;
use crate::cluster::random;
use crate::cluster::seed;

/// Everything that ends with a recreate.
pub(super) struct World {
    pub authority: Authority,
    pub tls: Arc<ServerConfig>,
    pub client_verifier: Arc<dyn ClientCertVerifier>,
    pub signer: Signer,
    pub admin_token: String,
    /// Whether the controllers rest.
    pub paused: watch::Sender<bool>,
    /// Ends all that belongs to this world.
    pub stop: CancellationToken,
    store: Mutex<Store>,
}

impl World {
    /// A new world with nothing but its first objects; `stop` ends it.
    pub(super) fn new(stop: CancellationToken) -> Result<Self, ClusterError> {
        let authority = Authority::new("kubernetes-ca")?;
        let client_verifier = client_verifier(&authority)?;
        let tls = Arc::new(server_config(&authority, client_verifier.clone())?);
        let mut store = Store::new();
        seed::seed(&mut store);
        Ok(Self {
            authority,
            tls,
            client_verifier,
            signer: Signer::new()?,
            admin_token: random::token(),
            paused: watch::Sender::new(false),
            stop,
            store: Mutex::new(store),
        })
    }

    /// The store, for as long as the guard lives.
    pub(super) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock()
    }
}

fn client_verifier(authority: &Authority) -> Result<Arc<dyn ClientCertVerifier>, ClusterError> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(authority.der()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier =
        WebPkiClientVerifier::builder_with_provider(roots.into(), provider).allow_unauthenticated().build();
    verifier.map_err(|error| ClusterError::Tls(rustls::Error::General(error.to_string())))
}

fn server_config(
    authority: &Authority,
    verifier: Arc<dyn ClientCertVerifier>,
) -> Result<ServerConfig, ClusterError> {
    let identity = authority.server()?;
    let unreadable =
        |_| ClusterError::Tls(rustls::Error::General("unreadable certificate or key".to_owned()));
    let certificate = CertificateDer::from_pem_slice(identity.certificate.as_bytes()).map_err(unreadable)?;
    let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).map_err(unreadable)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(Arc::new(Lenient(verifier)))
        .with_single_cert(vec![certificate], key)?;
    Ok(config)
}

/// Lets any client certificate through the handshake, as the real server does: one that is foreign or has run out is
/// answered with 401, not with a broken connection.
#[derive(Debug)]
struct Lenient(Arc<dyn ClientCertVerifier>);

impl ClientCertVerifier for Lenient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.0.root_hint_subjects()
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _between: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
