//! Talking with a Git host: over HTTP with a client of our own, over ssh and files with a program that is started for
//! it. gix gets a transport and never sees a login.

mod answer;
mod busy;
mod command;
mod endpoint;
mod http;
mod http_client;
mod http_error;
mod login_end;
mod ssh;
mod ssh_error;
mod told;

use cluster_spec::UrlKind;
use secret::Mask;

pub(crate) use endpoint::Endpoint;
pub(crate) use told::BoxedTransport;

use crate::blocking::CancelHandle;
use crate::words::chain;
use crate::{GitError, Remote};
use told::{Failure, LoginEnd};

/// A connection to a host. The programs and files it needs are gone when this goes out of scope.
pub(crate) struct HostSession {
    shown: String,
    failure: Failure,
    login_end: LoginEnd,
    /// Hides the login in what the other side says.
    mask: Mask,
    program: Option<command::Started>,
}

impl HostSession {
    /// Begins to talk with `endpoint`. Over HTTP nothing is sent yet.
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

    /// When the login ends, as far as the host has said it.
    pub(crate) fn login_ends(&self) -> Option<jiff::Timestamp> {
        self.login_end.heard()
    }

    /// Explains a failure: in the host's own words if there are any, else in those of gix.
    pub(crate) fn explain(&self, error: &gix::Error) -> GitError {
        if let Some(failure) = self.failure.take() {
            return failure;
        }
        let said = in_our_words(self.mask.text(&chain(error)));
        match &self.program {
            Some(program) => program.explain(&self.shown, &said),
            None => GitError::Remote { url: self.shown.clone(), said },
        }
    }
}

/// Messages of libraries about an answer that ends before it is whole.
const CUT: [&str; 4] = [
    "failed to fill whole buffer",
    "unexpected end of file",
    "end of file before message length reached",
    "corrupt deflate stream",
];

/// Our words before those of a library, where they are about an answer that was cut short.
fn in_our_words(said: String) -> String {
    let Some(cut) = CUT.into_iter().find(|words| said.contains(words)) else { return said };
    format!("the host's answer ended too early; a proxy or load balancer on the way may cut it ({cut})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_was_cut_is_told_in_our_words_before_the_librarys() {
        for (said, cut) in [
            ("Transport handshake failed: failed to fill whole buffer", "failed to fill whole buffer"),
            ("end of file before message length reached", "end of file before message length reached"),
        ] {
            let told = in_our_words(said.to_owned());
            assert!(told.starts_with("the host's answer ended too early; a proxy"), "{told}");
            assert!(told.ends_with(&format!("({cut})")), "{told}");
        }
        assert_eq!(in_our_words("not our ref".to_owned()), "not our ref");
    }
}
