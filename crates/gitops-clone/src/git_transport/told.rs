//! Facts that a connection to a host learns besides its answers.

use std::sync::Arc;

use gix::protocol::transport::client::blocking_io::Transport;
use parking_lot::Mutex;

use crate::GitError;

/// The transport that gix talks through.
pub(crate) type BoxedTransport = Box<dyn Transport + Send>;

/// Cause of a failure that gix can't pass on, in the words of whoever was asked.
#[derive(Clone, Default)]
pub(super) struct Failure(Arc<Mutex<Option<GitError>>>);

impl Failure {
    /// The first failure is the cause of those after it.
    pub(super) fn set(&self, error: GitError) {
        self.0.lock().get_or_insert(error);
    }

    pub(super) fn take(&self) -> Option<GitError> {
        self.0.lock().take()
    }
}

/// When the login ends, as far as the host has said it.
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
