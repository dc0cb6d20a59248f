use std::sync::Arc;

use rustls::ClientConfig;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::verifier::{Unchecked, Verifier};

/// Which certificates of servers are trusted.
#[derive(Debug, Clone, Default)]
pub enum Trust {
    /// Those that an authority of this machine signed.
    #[default]
    System,
    /// Those that one of these signed, where it may sign (CA:TRUE, keyCertSign), and these themselves.
    Only(Vec<CertificateDer<'static>>),
    /// All of them.
    Unchecked,
}

/// Why PEM text can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, advice::Diagnostic)]
pub enum PemProblem {
    /// The text breaks off, or is no base64.
    #[error("has a section that can't be read as PEM")]
    #[code("TLS-023")]
    #[hint("let it hold PEM text as it was issued, from -----BEGIN to -----END")]
    Unreadable,
    /// The text has no such section.
    #[error("holds no certificate (PEM, -----BEGIN CERTIFICATE-----)")]
    #[code("TLS-024")]
    #[hint("let it hold a certificate in PEM: -----BEGIN CERTIFICATE-----")]
    NoCertificate,
    /// The text has no private key, or one that is encrypted.
    #[error("holds no private key without a passphrase")]
    #[code("TLS-025")]
    #[hint("let it hold a private key in PEM without a passphrase")]
    NoKey,
    /// The private key does not belong to the certificate.
    #[error("has a private key that does not belong to the certificate")]
    #[code("TLS-026")]
    #[hint("take the key that the certificate was issued for")]
    NoPair,
}

/// A client certificate and its key.
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    /// Reads the certificate (and those above it) and the key.
    ///
    /// # Errors
    /// Where one of them is missing or can't be read.
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, PemProblem> {
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| PemProblem::NoKey)?;
        Ok(Self { chain: certificates(certificate)?, key })
    }
}

/// All certificates of a PEM text, at least one.
///
/// # Errors
/// Where there is none, or one that can't be read.
pub fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, PemProblem> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if found.is_empty() => Err(PemProblem::NoCertificate),
        Ok(found) => Ok(found),
        Err(_) => Err(PemProblem::Unreadable),
    }
}

impl Trust {
    /// What judges the certificates.
    pub fn verifier(&self) -> Arc<dyn ServerCertVerifier> {
        let provider = Arc::new(default_provider());
        match self {
            Self::System => Arc::new(Verifier::system(provider)),
            Self::Only(certificates) => Arc::new(Verifier::only(provider, certificates.clone())),
            Self::Unchecked => Arc::new(Unchecked(provider)),
        }
    }

    /// The TLS configuration of an HTTP client.
    ///
    /// # Errors
    /// [`PemProblem::NoPair`].
    pub fn client_config(&self, identity: Option<Identity>) -> Result<ClientConfig, PemProblem> {
        let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider has ciphers of TLS 1.2 and 1.3")
            .dangerous()
            .with_custom_certificate_verifier(self.verifier());
        match identity {
            Some(Identity { chain, key }) => {
                builder.with_client_auth_cert(chain, key).map_err(|_| PemProblem::NoPair)
            }
            None => Ok(builder.with_no_client_auth()),
        }
    }
}
