use std::time::Duration;

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// How long a busy server asks to wait (`Retry-After`, RFC 9110): seconds, or a date. A date is held against the
/// server's own clock (`Date`), where it tells it.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let asked = text(RETRY_AFTER)?;
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let time = |text: &str| Some(jiff::fmt::rfc2822::parse(text).ok()?.timestamp());
    let until = time(asked)?;
    let now = text(DATE).and_then(time).unwrap_or_else(jiff::Timestamp::now);
    Some(until.duration_since(now).try_into().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn check(headers: &[(HeaderName, &'static str)], expect: Option<u64>) {
        let value =
            |(name, text): &(HeaderName, &'static str)| (name.clone(), HeaderValue::from_static(text));
        let headers: HeaderMap = headers.iter().map(value).collect();
        assert_eq!(retry_after(&headers), expect.map(Duration::from_secs), "{headers:?}");
    }

    #[test]
    fn a_wait_is_read_in_seconds() {
        check(&[(RETRY_AFTER, " 7 ")], Some(7));
    }

    #[test]
    fn a_date_is_held_against_the_servers_clock() {
        let now = (DATE, "Sun, 06 Nov 1994 08:49:37 GMT");
        check(&[(RETRY_AFTER, "Sun, 06 Nov 1994 08:50:07 GMT"), now.clone()], Some(30));
        check(&[(RETRY_AFTER, "Sun, 06 Nov 1994 08:00:00 GMT"), now], Some(0));
    }

    #[test]
    fn without_the_servers_clock_ours_counts() {
        check(&[(RETRY_AFTER, "Sun, 06 Nov 1994 08:50:07 GMT")], Some(0));
    }

    #[test]
    fn what_is_neither_asks_for_nothing() {
        check(&[(RETRY_AFTER, "soon")], None);
        check(&[], None);
    }
}
