use std::time::Duration;

use http::Method;
use transport::Failed;

use crate::AccessError;

/// A request that failed, and how long the server asks to wait.
pub(crate) struct Failure {
    pub error: Box<AccessError>,
    pub wait: Option<Duration>,
}

impl Failure {
    /// The failure as the retry policy judges it. None for an error that no second request cures.
    pub fn failed(&self, method: &Method) -> Option<Failed> {
        let status = match *self.error {
            AccessError::Api { code, .. } | AccessError::Unavailable { code: code @ 503, .. } => Some(code),
            AccessError::Unavailable { .. } | AccessError::Connection { .. } => None,
            _ => return None,
        };
        Some(Failed { status, wait: self.wait, reads: method.is_safe() })
    }
}

impl From<AccessError> for Failure {
    fn from(error: AccessError) -> Self {
        Self { error: Box::new(error), wait: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(error: AccessError) -> Option<Option<u16>> {
        Failure::from(error).failed(&Method::GET).map(|failed| failed.status)
    }

    fn unavailable(code: u16) -> AccessError {
        AccessError::Unavailable { doing: "x".into(), server: "y".into(), code, said: String::new() }
    }

    #[test]
    fn only_a_503_of_what_stands_before_the_server_took_nothing() {
        assert_eq!(status(unavailable(503)), Some(Some(503)));
        assert_eq!(status(unavailable(520)), Some(None));
    }

    #[test]
    fn a_request_without_an_answer_in_time_is_not_sent_again() {
        let late =
            AccessError::Timeout { doing: "x".into(), server: "y".into(), limit: Duration::from_secs(1) };
        assert_eq!(status(late), None);
    }
}
