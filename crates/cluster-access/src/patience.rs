use std::time::Duration;

use http::Method;

use crate::AccessError;

/// The pauses before a request is sent once more.
pub(crate) const PAUSES: [Duration; 3] =
    [Duration::from_millis(250), Duration::from_secs(1), Duration::from_secs(2)];

/// A request that failed, and how long the server asks to wait.
pub(crate) struct No {
    pub error: Box<AccessError>,
    pub wait: Option<Duration>,
}

impl From<AccessError> for No {
    fn from(error: AccessError) -> Self {
        Self { error: Box::new(error), wait: None }
    }
}

/// Whether sending the request again may help and can do no harm: what was read is read again; a write is sent again
/// only where the server says that it did not take it.
pub(crate) fn may_pass(method: &Method, error: &AccessError) -> bool {
    match error {
        AccessError::Api { code: 429 | 503, .. } | AccessError::Unavailable { code: 503, .. } => true,
        AccessError::Api { code: 500 | 502 | 504, .. }
        | AccessError::Unavailable { .. }
        | AccessError::Connection { .. } => method.is_safe(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: Method, code: u16, expect: bool) {
        let error =
            AccessError::Api { doing: "x".into(), code, reason: String::new(), message: String::new() };
        assert_eq!(may_pass(&method, &error), expect, "{method} {code}");
    }

    #[test]
    fn a_server_that_is_busy_or_starting_took_nothing() {
        check(Method::GET, 429, true);
        check(Method::POST, 429, true);
        check(Method::PATCH, 503, true);
    }

    #[test]
    fn a_server_that_failed_may_have_taken_a_write() {
        check(Method::GET, 500, true);
        check(Method::PATCH, 500, false);
        check(Method::POST, 504, false);
    }

    #[test]
    fn what_the_server_means_is_not_asked_again() {
        check(Method::GET, 422, false);
        check(Method::GET, 410, false);
    }
}
