//! The expiry of the credentials, from a header of the host.

use ::http::HeaderMap;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// GitHub's header: `2031-02-03 04:05:06 UTC`, or with the offset from UTC (`-0800`). Credentials without an expiry
/// have no header.
const GITHUB: &str = "github-authentication-token-expiration";

/// Returns the expiry of the credentials, if the header is understood.
pub(super) fn of(headers: &HeaderMap) -> Option<Timestamp> {
    read(headers.get(GITHUB)?.to_str().ok()?.trim())
}

fn read(text: &str) -> Option<Timestamp> {
    let (time, zone) = text.rsplit_once(' ')?;
    let time = DateTime::strptime("%Y-%m-%d %H:%M:%S", time).ok()?;
    distance(zone)?.to_timestamp(time).ok()
}

fn distance(zone: &str) -> Option<Offset> {
    if matches!(zone, "UTC" | "Z" | "GMT") {
        return Some(Offset::UTC);
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_at_checked(2)?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.trim_start_matches(':').parse().ok()?);
    // A host can send any number, so the range is checked before the arithmetic.
    let is_time = (0..100).contains(&hours) && (0..60).contains(&minutes);
    is_time.then(|| Offset::from_seconds(sign * (hours * 60 + minutes) * 60).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<&str>) {
        assert_eq!(read(text).map(|it| it.to_string()).as_deref(), expect, "{text}");
    }

    #[test]
    fn each_notation_of_the_zone_is_understood() {
        check("2031-02-03 04:05:06 UTC", Some("2031-02-03T04:05:06Z"));
        check("2031-02-03 04:05:06 -0800", Some("2031-02-03T12:05:06Z"));
        check("2031-02-03 04:05:06 +05:30", Some("2031-02-02T22:35:06Z"));
    }

    #[test]
    fn what_is_no_time_is_nothing() {
        for text in [
            "",
            "never",
            "2031-02-03",
            "2031-02-03 04:05:06 noon",
            "2031-13-03 04:05:06 UTC",
            "2031-02-03 04:05:06 +99:2147483647",
            "2031-02-03 04:05:06 +00:-2147483648",
        ] {
            check(text, None);
        }
    }
}
