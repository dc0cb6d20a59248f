//! The cluster's own certificate authority and the certificates it gives out.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose, SanType,
};

use crate::cluster::error::ClusterError;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const YEARS: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// The names a server certificate is good for, as a real cluster's are.
const SERVER_NAMES: [&str; 4] =
    ["localhost", "kubernetes", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"];

/// A certificate authority with its key.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A certificate and its private key.
#[derive(Clone)]
pub(crate) struct Identity {
    /// The certificate in PEM.
    pub certificate: String,
    /// The key in PEM (PKCS #8).
    pub key: String,
}

/// From when until when a certificate counts.
pub(crate) enum Validity {
    /// For the next years.
    Years,
    /// For ten more days.
    TenDays,
    /// It ran out yesterday.
    OverSinceYesterday,
}

impl Authority {
    /// A new authority called `name`.
    pub(crate) fn new(name: &str) -> Result<Self, ClusterError> {
        let failed = |source| ClusterError::Certificate { subject: name.to_owned(), source };
        let key = KeyPair::generate().map_err(failed)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = distinguished(name, None);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages =
            vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
        set_validity(&mut params, &Validity::Years);
        let issuer = CertifiedIssuer::self_signed(params, key).map_err(failed)?;
        Ok(Self { issuer })
    }

    /// The authority's own certificate in PEM.
    pub(crate) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// The authority's own certificate in DER.
    pub(crate) fn der(&self) -> Vec<u8> {
        self.issuer.der().to_vec()
    }

    /// The authority's private key in PEM.
    pub(crate) fn key_pem(&self) -> String {
        self.issuer.key().serialize_pem()
    }

    /// A certificate for a server on this machine.
    pub(crate) fn server(&self) -> Result<Identity, ClusterError> {
        let mut params = leaf("kube-apiserver", None, &Validity::Years);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.subject_alt_names =
            SERVER_NAMES.iter().filter_map(|name| Some(SanType::DnsName((*name).try_into().ok()?))).collect();
        for address in [Ipv4Addr::LOCALHOST, Ipv4Addr::new(10, 0, 0, 1)] {
            params.subject_alt_names.push(SanType::IpAddress(IpAddr::V4(address)));
        }
        self.sign(params, "kube-apiserver")
    }

    /// A client certificate: the common name is the user, the organization is the group.
    pub(crate) fn client(
        &self,
        user: &str,
        group: Option<&str>,
        validity: &Validity,
    ) -> Result<Identity, ClusterError> {
        let mut params = leaf(user, group, validity);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(params, user)
    }

    fn sign(&self, params: CertificateParams, subject: &str) -> Result<Identity, ClusterError> {
        let failed = |source| ClusterError::Certificate { subject: subject.to_owned(), source };
        let key = KeyPair::generate().map_err(failed)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(failed)?;
        Ok(Identity { certificate: certificate.pem(), key: key.serialize_pem() })
    }
}

fn leaf(name: &str, organization: Option<&str>, validity: &Validity) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = distinguished(name, organization);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    set_validity(&mut params, validity);
    params
}

fn distinguished(name: &str, organization: Option<&str>) -> DistinguishedName {
    let mut subject = DistinguishedName::new();
    if let Some(organization) = organization {
        subject.push(DnType::OrganizationName, organization);
    }
    subject.push(DnType::CommonName, name);
    subject
}

fn set_validity(params: &mut CertificateParams, validity: &Validity) {
    let now = SystemTime::now();
    let (from, until) = match validity {
        Validity::Years => (now - DAY, now + YEARS),
        Validity::TenDays => (now - DAY, now + DAY * 10),
        Validity::OverSinceYesterday => (now - DAY * 30, now - DAY),
    };
    params.not_before = from.into();
    params.not_after = until.into();
}
