//! The facts of a connection to a host besides its answers.

use std::sync::Arc;

use gix::protocol::transport::client::blocking_io::Transport;
use parking_lot::Mutex;

use crate::GitError;

/// The transport for gix.
pub(crate) type BoxedTransport = Box<dyn Transport + Send>;

/// The cause of a failure that gix can't pass on.
#[derive(Clone, Default)]
pub(super) struct Failure(Arc<Mutex<Option<GitError>>>);

impl Failure {
    /// Keeps the first failure: it is the cause of the later ones.
    pub(super) fn set(&self, error: GitError) {
        self.0.lock().get_or_insert(error);
    }

    pub(super) fn take(&self) -> Option<GitError> {
        self.0.lock().take()
    }
}

/// The expiry of the credentials, if the host reports it.
#[derive(Clone, Default)]
pub(super) struct LoginEnd(Arc<Mutex<Option<jiff::Timestamp>>>);

impl LoginEnd {
    pub(super) fn hear(&self, end: Option<jiff::Timestamp>) {
        if let Some(end) = end {
            *self.0.lock() = Some(end);
        }
    }

    pub(super) fn heard(&self) -> Option<jiff::Timestamp> {
        *self.0.lock()
    }
}
