//! The fields of a certificate that a decision or a message needs.

use jiff::Timestamp;
use secret::one_line;
use x509_parser::prelude::{FromDer as _, X509Certificate, X509Name};
use x509_parser::public_key::PublicKey;

/// How much of a foreign name a message repeats.
const LONGEST_NAME: usize = 120;

/// A certificate, as far as its user meets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Its last moment.
    pub valid_until: Timestamp,
    /// The common name of whoever signed it; empty where it has none.
    pub issuer: String,
}

impl Certificate {
    /// Reads a DER certificate. None where the bytes are no certificate.
    pub fn of_der(der: &[u8]) -> Option<Self> {
        let certificate = parse(der)?;
        let issuer = certificate.issuer().iter_common_name().next().and_then(|name| name.as_str().ok());
        let valid_until = Timestamp::from_second(certificate.validity().not_after.timestamp()).ok()?;
        Some(Self { valid_until, issuer: issuer.unwrap_or_default().to_owned() })
    }
}

/// What the verifier and its messages need.
pub(crate) struct Details {
    pub(crate) not_before: i64,
    pub(crate) not_after: i64,
    pub(crate) subject: String,
    pub(crate) issuer: String,
    pub(crate) raw_subject: Vec<u8>,
    pub(crate) raw_issuer: Vec<u8>,
    pub(crate) is_authority: bool,
    /// Whether it may sign other certificates: CA:TRUE, and no keyUsage that lacks keyCertSign.
    pub(crate) may_sign: bool,
    /// Whether a server may use it: no extendedKeyUsage that lacks serverAuth.
    pub(crate) for_servers: bool,
    /// The length of an RSA key, in bits.
    pub(crate) rsa_bits: Option<usize>,
}

impl Details {
    pub(crate) fn of_der(der: &[u8]) -> Option<Self> {
        let certificate = parse(der)?;
        let rsa_bits = match certificate.public_key().parsed() {
            Ok(PublicKey::RSA(key)) => Some(key.key_size()),
            _ => None,
        };
        Some(Self {
            not_before: certificate.validity().not_before.timestamp(),
            not_after: certificate.validity().not_after.timestamp(),
            subject: shown(certificate.subject()),
            issuer: shown(certificate.issuer()),
            raw_subject: certificate.subject().as_raw().to_vec(),
            raw_issuer: certificate.issuer().as_raw().to_vec(),
            is_authority: certificate.is_ca(),
            may_sign: certificate.is_ca() && key_may_sign(&certificate),
            for_servers: is_for_servers(&certificate),
            rsa_bits,
        })
    }

    pub(crate) fn is_self_issued(&self) -> bool {
        self.raw_subject == self.raw_issuer
    }
}

fn parse(der: &[u8]) -> Option<X509Certificate<'_>> {
    X509Certificate::from_der(der).ok().map(|(_, certificate)| certificate)
}

/// A keyUsage that can't be read allows nothing.
fn key_may_sign(certificate: &X509Certificate<'_>) -> bool {
    certificate.key_usage().is_ok_and(|usage| usage.is_none_or(|usage| usage.value.key_cert_sign()))
}

/// An extendedKeyUsage that can't be read allows nothing.
fn is_for_servers(certificate: &X509Certificate<'_>) -> bool {
    let usage = certificate.extended_key_usage();
    usage.is_ok_and(|usage| usage.is_none_or(|usage| usage.value.server_auth || usage.value.any))
}

/// A name on one line. Whoever made the certificate chose it.
fn shown(name: &X509Name<'_>) -> String {
    let text = one_line(&name.to_string());
    match text.trim() {
        "" => "an authority without a name".to_owned(),
        text => text.chars().take(LONGEST_NAME).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed_by(signer: &str, year: i32) -> Vec<u8> {
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::OrganizationalUnitName, "openshift");
        if !signer.is_empty() {
            params.distinguished_name.push(rcgen::DnType::CommonName, signer);
        }
        let issuer = rcgen::Issuer::new(params, rcgen::KeyPair::generate().unwrap());
        let mut params = rcgen::CertificateParams::new(vec!["api.example.com".to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(year, 2, 3);
        params.signed_by(&rcgen::KeyPair::generate().unwrap(), &issuer).unwrap().der().to_vec()
    }

    #[test]
    fn both_forms_of_time_are_read() {
        for (year, end) in [(2031, "2031-02-03T00:00:00Z"), (2051, "2051-02-03T00:00:00Z")] {
            let read = Certificate::of_der(&signed_by("signer", year)).unwrap();
            assert_eq!(read.valid_until, end.parse().unwrap());
        }
    }

    #[test]
    fn nonsense_is_no_certificate() {
        for bytes in [&b""[..], b"\x30", b"\x30\x84\xff\xff\xff\xff", b"\x30\x03\x30\x01", &[0x30; 64]] {
            assert_eq!(Certificate::of_der(bytes), None);
        }
    }

    #[test]
    fn the_issuer_is_read_by_its_common_name_and_may_have_none() {
        let read = |signer| Certificate::of_der(&signed_by(signer, 2031)).unwrap().issuer;
        assert_eq!(read("kube-apiserver-lb-signer"), "kube-apiserver-lb-signer");
        assert_eq!(read(""), "");
    }
}
