//! What can go wrong with the cluster itself, as opposed to a request to it.

use std::path::PathBuf;

/// Why the cluster could not be started or used.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// A certificate could not be made.
    #[error("failed to make a certificate for {subject}")]
    Certificate {
        /// Whose certificate.
        subject: String,
        /// What the certificate library says.
        source: rcgen::Error,
    },
    /// TLS could not be set up.
    #[error("failed to set up TLS for the cluster")]
    Tls(#[from] rustls::Error),
    /// A key could not be made.
    #[error("failed to make the key that signs service account tokens")]
    Key,
    /// A file, a port or a process failed.
    #[error("failed to {what}")]
    Io {
        /// What was being done.
        what: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The cluster refused what a helper asked for.
    #[error("cluster refused {what}: {code} {message}")]
    Refused {
        /// The request.
        what: String,
        /// The HTTP status code.
        code: u16,
        /// The message of the answer.
        message: String,
    },
    /// The cluster did not answer.
    #[error("failed to ask the cluster for {what}")]
    Unreachable {
        /// The request.
        what: String,
        /// What the HTTP client says.
        source: reqwest::Error,
    },
    /// A program of the real control plane is not there.
    #[error("no {program} in {}", folder.display())]
    NoProgram {
        /// The program.
        program: &'static str,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// A program of the real control plane did not come up.
    #[error("{program} did not come up within {seconds} s; its last lines:\n{log}")]
    NotReady {
        /// The program.
        program: &'static str,
        /// How long it was waited for.
        seconds: u64,
        /// The end of its log.
        log: String,
    },
    /// The object names a kind that the cluster does not have, or no name.
    #[error("not an object of a known kind: {what}")]
    UnknownKind {
        /// Its apiVersion and kind.
        what: String,
    },
}

impl ClusterError {
    /// An input or output error while doing `what`.
    pub(super) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}
