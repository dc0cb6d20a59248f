//! The connection to a Git host: an HTTP client, or a started program for ssh and files. gix gets a transport without
//! credentials.

mod answer;
mod busy;
mod command;
mod endpoint;
mod http;
mod http_client;
mod http_error;
mod login_end;
mod session_facts;
mod ssh;
mod ssh_error;

use cluster_spec::UrlKind;
use secret::Mask;

pub(crate) use endpoint::Endpoint;
pub(crate) use session_facts::BoxedTransport;

use crate::blocking::CancelHandle;
use crate::words::chain;
use crate::{GitError, Remote};
use session_facts::{Failure, LoginEnd};

/// A connection to a host. Its programs and files are removed when the value goes out of scope.
pub(crate) struct HostSession {
    shown: String,
    failure: Failure,
    login_end: LoginEnd,
    /// The mask that hides the credentials in messages of the host.
    mask: Mask,
    program: Option<command::Started>,
}

impl HostSession {
    /// Opens a connection to `endpoint`. Over HTTP no request is sent yet.
    pub(crate) fn begin(
        remote: &Remote,
        endpoint: &Endpoint,
        cancel: &CancelHandle,
    ) -> Result<(Self, BoxedTransport), GitError> {
        let (failure, login_end) = (Failure::default(), LoginEnd::default());
        let shown = endpoint.shown().to_owned();
        let mask = Mask::new();
        if let Some(login) = endpoint.login() {
            mask.add(login.secret());
        }
        match endpoint.kind() {
            UrlKind::Http | UrlKind::Https => {
                let transport =
                    http::transport(remote, endpoint, cancel, (failure.clone(), login_end.clone()))?;
                Ok((Self { shown, failure, login_end, mask, program: None }, transport))
            }
            UrlKind::Ssh | UrlKind::File => {
                let (program, transport) = command::transport(remote, endpoint, cancel)?;
                Ok((Self { shown, failure, login_end, mask, program: Some(program) }, transport))
            }
        }
    }

    /// Returns the expiry of the credentials, if the host reports it.
    pub(crate) fn login_ends(&self) -> Option<jiff::Timestamp> {
        self.login_end.heard()
    }

    /// Explains a failure with the host's own message, else with the message of gix.
    pub(crate) fn explain(&self, error: &gix::Error) -> GitError {
        if let Some(failure) = self.failure.take() {
            return failure;
        }
        let detail = reworded(self.mask.text(&chain(error)));
        match &self.program {
            Some(program) => program.explain(&self.shown, &detail),
            None => GitError::Remote { url: self.shown.clone(), detail },
        }
    }
}

/// Messages of libraries about an incomplete answer.
const CUT: [&str; 4] = [
    "failed to fill whole buffer",
    "unexpected end of file",
    "end of file before message length reached",
    "corrupt deflate stream",
];

/// Adds the usual cause to a library's message about an incomplete answer.
fn reworded(detail: String) -> String {
    let Some(cut) = CUT.into_iter().find(|words| detail.contains(words)) else { return detail };
    format!("the host's answer is incomplete; a proxy or load balancer in between can cut it off ({cut})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incomplete_answer_is_reported_with_its_cause_before_the_librarys_message() {
        for (detail, cut) in [
            ("Transport handshake failed: failed to fill whole buffer", "failed to fill whole buffer"),
            ("end of file before message length reached", "end of file before message length reached"),
        ] {
            let text = reworded(detail.to_owned());
            assert!(text.starts_with("the host's answer is incomplete; a proxy"), "{text}");
            assert!(text.ends_with(&format!("({cut})")), "{text}");
        }
        assert_eq!(reworded("not our ref".to_owned()), "not our ref");
    }
}
