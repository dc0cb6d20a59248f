use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use thiserror::Error;

/// A client certificate past its end.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("use the kubeconfig: its client certificate has expired: it was valid until {valid_until}")]
pub struct Expired {
    /// Its last moment.
    pub valid_until: Timestamp,
}

impl Expired {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        Some("take a fresh kubeconfig (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE; check this machine's clock".into())
    }
}

/// `notAfter` of a DER certificate: Certificate → tbsCertificate → [version] serial algorithm issuer *validity* …
/// (RFC 5280, 4.1). None where the bytes are no certificate.
pub(super) fn not_after(certificate: &[u8]) -> Option<Timestamp> {
    const SEQUENCE: u8 = 0x30;
    const EXPLICIT_VERSION: u8 = 0xa0;
    let (_, whole, _) = element(certificate)?;
    let (_, mut fields, _) = element(whole)?;
    if fields.first() == Some(&EXPLICIT_VERSION) {
        fields = element(fields)?.2;
    }
    for _serial_algorithm_issuer in 0..3 {
        fields = element(fields)?.2;
    }
    let (tag, validity, _) = element(fields)?;
    let (_, _, after_begin) = element(validity)?;
    let (kind, end, _) = element(after_begin)?;
    (tag == SEQUENCE).then(|| time(kind, end)).flatten()
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
            assert_eq!(not_after(bytes), None);
        }
    }
}
