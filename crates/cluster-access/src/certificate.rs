//! The little that is read of a certificate: how long it is good, and who signed it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// A certificate, as far as its user meets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Its last moment.
    pub valid_until: Timestamp,
    /// The common name of whoever signed it; empty where it has none.
    pub issuer: String,
}

const SEQUENCE: u8 = 0x30;
const EXPLICIT_VERSION: u8 = 0xa0;
/// The object identifier 2.5.4.3, as it stands in a name.
const COMMON_NAME: &[u8] = &[0x06, 0x03, 0x55, 0x04, 0x03];

impl Certificate {
    /// Reads a DER certificate: Certificate → tbsCertificate → an optional version, serial, algorithm, *issuer*, *validity* …
    /// (RFC 5280, 4.1). None where the bytes are no certificate.
    pub fn of_der(certificate: &[u8]) -> Option<Self> {
        let (_, whole, _) = element(certificate)?;
        let (_, mut fields, _) = element(whole)?;
        if fields.first() == Some(&EXPLICIT_VERSION) {
            fields = element(fields)?.2;
        }
        for _serial_algorithm in 0..2 {
            fields = element(fields)?.2;
        }
        let (_, issuer, fields) = element(fields)?;
        let (tag, validity, _) = element(fields)?;
        let (_, _, after_begin) = element(validity)?;
        let (kind, end, _) = element(after_begin)?;
        let valid_until = (tag == SEQUENCE).then(|| time(kind, end)).flatten()?;
        Some(Self { valid_until, issuer: common_name(issuer).unwrap_or_default() })
    }
}

/// Name → RelativeDistinguishedName (SET) → AttributeTypeAndValue (SEQUENCE) → type, value.
fn common_name(mut name: &[u8]) -> Option<String> {
    while !name.is_empty() {
        let (_, mut set, rest) = element(name)?;
        while !set.is_empty() {
            let (_, attribute, more) = element(set)?;
            if let Some(value) = attribute.strip_prefix(COMMON_NAME) {
                return Some(String::from_utf8_lossy(element(value)?.1).into_owned());
            }
            set = more;
        }
        name = rest;
    }
    None
}

/// Tag, content and what follows.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |number, digit| (number << 8) | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// UTCTime `YYMMDDHHMMSSZ` (1950 to 2049), GeneralizedTime `YYYYMMDDHHMMSSZ`.
fn time(kind: u8, text: &[u8]) -> Option<Timestamp> {
    let digits = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (year, rest) = match kind {
        0x17 => {
            let (year, rest) = digits.split_at_checked(2)?;
            let year: i16 = year.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        0x18 => {
            let (year, rest) = digits.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    let pair = |at: usize| rest.get(at..at + 2)?.parse::<i8>().ok();
    let end = DateTime::new(year, pair(0)?, pair(2)?, pair(4)?, pair(6)?, pair(8)?, 0).ok()?;
    Offset::UTC.to_timestamp(end).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: u8, text: &str, expect: Option<&str>) {
        assert_eq!(time(kind, text.as_bytes()).map(|it| it.to_string()).as_deref(), expect, "{text}");
    }

    #[test]
    fn both_forms_of_time_are_read() {
        check(0x17, "241123193300Z", Some("2024-11-23T19:33:00Z"));
        check(0x17, "500101000000Z", Some("1950-01-01T00:00:00Z"));
        check(0x18, "20510101000000Z", Some("2051-01-01T00:00:00Z"));
    }

    #[test]
    fn nonsense_is_no_time_and_no_certificate() {
        check(0x17, "24112319", None);
        check(0x18, "20241323193300Z", None);
        check(0x02, "241123193300Z", None);
        for bytes in [&b""[..], b"\x30", b"\x30\x84\xff\xff\xff\xff", b"\x30\x03\x30\x01", &[0x30; 64]] {
            assert_eq!(Certificate::of_der(bytes), None);
        }
    }

    #[test]
    fn who_signed_it_is_read_by_the_common_name() {
        let mut signer = rcgen::CertificateParams::default();
        signer.distinguished_name.push(rcgen::DnType::OrganizationalUnitName, "openshift");
        signer.distinguished_name.push(rcgen::DnType::CommonName, "kube-apiserver-lb-signer");
        let issuer = rcgen::Issuer::new(signer, rcgen::KeyPair::generate().unwrap());
        let mut params = rcgen::CertificateParams::new(vec!["api.example.com".to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(2031, 2, 3);
        let key = rcgen::KeyPair::generate().unwrap();
        let made = params.signed_by(&key, &issuer).unwrap();
        let valid_until = "2031-02-03T00:00:00Z".parse().unwrap();
        let expect = Certificate { valid_until, issuer: "kube-apiserver-lb-signer".into() };
        assert_eq!(Certificate::of_der(made.der()), Some(expect));
    }

    #[test]
    fn one_whose_signer_has_no_common_name_is_read_too() {
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.not_after = rcgen::date_time_ymd(2031, 2, 3);
        let made = params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
        assert_eq!(Certificate::of_der(made.der()).unwrap().issuer, "");
    }
}
