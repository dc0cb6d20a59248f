use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, DigitallySignedStruct, Error as TlsError, OtherError, RootCertStore, SignatureScheme,
};

use crate::certificate::Details;
use crate::problem::{Known, TlsProblem};

/// The shortest RSA key that signatures are accepted of.
const SHORTEST_RSA: usize = 2048;

/// webpki's judgement; besides it, a certificate that is byte for byte a configured one, with its dates, use and names
/// checked.
#[derive(Debug)]
pub(crate) struct Verifier {
    provider: Arc<CryptoProvider>,
    /// None where there is no authority to judge by.
    judge: Option<Arc<dyn ServerCertVerifier>>,
    /// None: the system's authorities count.
    configured: Option<Vec<CertificateDer<'static>>>,
}

impl Verifier {
    pub(crate) fn system(provider: Arc<CryptoProvider>) -> Self {
        let judge = rustls_platform_verifier::Verifier::new(Arc::clone(&provider));
        let judge = judge.ok().map(|judge| Arc::new(judge) as Arc<dyn ServerCertVerifier>);
        Self { provider, judge, configured: None }
    }

    /// A certificate that may not sign others is no trust anchor: webpki does not check that of its anchors. It counts
    /// byte for byte, as the server's own.
    pub(crate) fn only(provider: Arc<CryptoProvider>, configured: Vec<CertificateDer<'static>>) -> Self {
        let mut roots = RootCertStore::empty();
        let anchors = configured.iter().filter(|one| Details::of_der(one).is_some_and(|one| one.may_sign));
        roots.add_parsable_certificates(anchors.cloned());
        let judge = WebPkiServerVerifier::builder_with_provider(roots.into(), Arc::clone(&provider)).build();
        let judge = judge.ok().map(|judge| judge as Arc<dyn ServerCertVerifier>);
        Self { provider, judge, configured: Some(configured) }
    }

    fn is_configured(&self, certificate: &CertificateDer<'_>) -> bool {
        self.configured.iter().flatten().any(|one| one.as_ref() == certificate.as_ref())
    }

    /// Says of a refusal what webpki can't: who signed, and against what it was held.
    fn explained(
        &self,
        error: TlsError,
        shown: &CertificateDer<'_>,
        above: &[CertificateDer<'_>],
    ) -> TlsError {
        let weak = std::iter::once(shown).chain(above).find_map(weak_key);
        match (&error, weak) {
            (TlsError::InvalidCertificate(CertificateError::BadSignature), Some(problem)) => ours(problem),
            (
                TlsError::InvalidCertificate(
                    CertificateError::UnknownIssuer | CertificateError::BadSignature,
                ),
                _,
            ) => self.unknown_authority(shown, above).map_or(error, ours),
            (TlsError::InvalidCertificate(CertificateError::Other(_)), _)
                if TlsProblem::of(&error) == TlsProblem::AuthorityAsServer && self.is_strange(shown) =>
            {
                self.unknown_authority(shown, above).map_or(error, ours)
            }
            _ => error,
        }
    }

    /// Whether a certificate that is its own authority has a name that no configured one has.
    fn is_strange(&self, shown: &CertificateDer<'_>) -> bool {
        let Some(configured) = &self.configured else { return true };
        let all: Vec<Details> = configured.iter().filter_map(|one| Details::of_der(one)).collect();
        Details::of_der(shown).is_some_and(|shown| {
            shown.is_self_issued() && all.iter().all(|one| one.raw_subject != shown.raw_subject)
        })
    }

    fn unknown_authority(
        &self,
        shown: &CertificateDer<'_>,
        above: &[CertificateDer<'_>],
    ) -> Option<TlsProblem> {
        let shown = Details::of_der(shown)?;
        let alone = shown.is_self_issued();
        let top = topmost(shown, above);
        let known = match &self.configured {
            None if self.judge.is_none() => Known::Nothing,
            None => Known::System,
            Some(configured) => known(configured, &top, alone),
        };
        let self_signed = top.is_self_issued();
        Some(TlsProblem::UnknownAuthority { issuer: top.issuer, self_signed, known })
    }
}

/// `alone`: the server's certificate is its own authority.
fn known(configured: &[CertificateDer<'static>], top: &Details, alone: bool) -> Known {
    let all: Vec<Details> = configured.iter().filter_map(|one| Details::of_der(one)).collect();
    namesake(&all, top, alone).unwrap_or_else(|| without_namesake(all))
}

/// What a configured certificate with the signer's name is.
fn namesake(all: &[Details], top: &Details, alone: bool) -> Option<Known> {
    let namesakes: Vec<&Details> = all.iter().filter(|one| one.raw_subject == top.raw_issuer).collect();
    let name = namesakes.first()?.subject.clone();
    if namesakes.iter().any(|one| one.may_sign) {
        return Some(Known::SameName);
    }
    Some(if alone { Known::AnotherServer(name) } else { Known::MayNotSign(name) })
}

fn without_namesake(all: Vec<Details>) -> Known {
    match all.first() {
        Some(first) if all.iter().all(|one| !one.is_authority) => Known::AnotherServer(first.subject.clone()),
        _ => {
            const MOST: usize = 3;
            let more = all.len().saturating_sub(MOST);
            let mut names: Vec<String> = all.into_iter().take(MOST).map(|one| one.subject).collect();
            names.extend((more > 0).then(|| format!("and {more} more")));
            Known::Others(names)
        }
    }
}

/// The last certificate of the chain that begins with `shown`: its issuer is the authority that is missing.
fn topmost(shown: Details, above: &[CertificateDer<'_>]) -> Details {
    let mut rest: Vec<Details> = above.iter().filter_map(|one| Details::of_der(one)).collect();
    let mut top = shown;
    while !top.is_self_issued() {
        let Some(at) = rest.iter().position(|one| one.raw_subject == top.raw_issuer) else { break };
        top = rest.swap_remove(at);
    }
    top
}

fn weak_key(certificate: &CertificateDer<'_>) -> Option<TlsProblem> {
    let bits = Details::of_der(certificate)?.rsa_bits.filter(|bits| *bits < SHORTEST_RSA)?;
    Some(TlsProblem::WeakKey { bits })
}

fn ours(problem: TlsProblem) -> TlsError {
    TlsError::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(problem))))
}

/// The dates, the use and the names of a certificate that is trusted by itself.
fn check_own(
    certificate: &CertificateDer<'_>,
    name: &ServerName<'_>,
    now: UnixTime,
) -> Result<ServerCertVerified, TlsError> {
    let details = Details::of_der(certificate).ok_or(CertificateError::BadEncoding)?;
    let time =
        |seconds: i64| UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds.max(0) as u64));
    let (not_before, not_after) = (time(details.not_before), time(details.not_after));
    if now < not_before {
        return Err(CertificateError::NotValidYetContext { time: now, not_before }.into());
    }
    if now > not_after {
        return Err(CertificateError::ExpiredContext { time: now, not_after }.into());
    }
    if !details.for_servers {
        return Err(CertificateError::InvalidPurpose.into());
    }
    verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
    Ok(ServerCertVerified::assertion())
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        if self.is_configured(end_entity) {
            return check_own(end_entity, server_name, now);
        }
        let judged = match &self.judge {
            Some(judge) => {
                judge.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
            None => Err(without_authority(end_entity)),
        };
        judged.map_err(|error| self.explained(error, end_entity, intermediates))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms).map_err(|error| of_handshake(error, cert))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms).map_err(|error| of_handshake(error, cert))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Where there is no authority to judge by: a certificate that can't be read is told first, as webpki does.
fn without_authority(shown: &CertificateDer<'_>) -> TlsError {
    ParsedCertificate::try_from(shown).err().unwrap_or(CertificateError::UnknownIssuer.into())
}

/// A key that is too short makes every signature of it a bad one.
fn of_handshake(error: TlsError, certificate: &CertificateDer<'_>) -> TlsError {
    weak_key(certificate).map_or(error, ours)
}

/// Lets every certificate pass, as the user asked for.
#[derive(Debug)]
pub(crate) struct Unchecked(pub(crate) Arc<CryptoProvider>);

impl ServerCertVerifier for Unchecked {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
