//! The sandbox's own certificate authority: the Vault proxy and the Git host have their certificates from it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::SandboxError;

/// A certificate authority that signs for servers on this machine.
#[derive(Clone)]
pub(crate) struct Authority {
    pem: String,
    issuer: Arc<Issuer<'static, KeyPair>>,
}

impl Authority {
    /// A new one, with a key that never leaves this process.
    pub(crate) fn new() -> Result<Self, SandboxError> {
        Self::make().map_err(|why| SandboxError::failed("make the sandbox's certificate authority", why))
    }

    fn make() -> Result<Self, rcgen::Error> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "sandbox CA");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        for_a_year(&mut params);
        let key = KeyPair::generate()?;
        let pem = params.self_signed(&key)?.pem();
        Ok(Self { pem, issuer: Arc::new(Issuer::new(params, key)) })
    }

    /// Its certificate, as PEM.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    /// TLS for a server on loopback that it vouches for.
    pub(crate) fn server(&self) -> Result<Arc<ServerConfig>, SandboxError> {
        self.serve().map_err(|why| SandboxError::failed("make a server certificate", why))
    }

    fn serve(&self) -> Result<Arc<ServerConfig>, Box<dyn std::error::Error>> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, "sandbox");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        for_a_year(&mut params);
        let certificate = params.signed_by(&key, &self.issuer)?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        Ok(Arc::new(config))
    }
}

/// From yesterday on, for a year: some clients refuse a server's certificate that is good for longer.
fn for_a_year(params: &mut CertificateParams) {
    let (now, day) = (SystemTime::now(), Duration::from_secs(24 * 60 * 60));
    params.not_before = (now - day).into();
    params.not_after = (now + day * 365).into();
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}
