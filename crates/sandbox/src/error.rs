//! What can keep the sandbox from working.

use std::fmt::Display;
use std::io;

use crate::cluster::ClusterError;

/// Why a part of the sandbox could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// A program that the sandbox needs is not on this machine.
    #[error("{program} was not found (looked in {looked_in})")]
    NoProgram {
        /// Its name.
        program: String,
        /// Where it was looked for.
        looked_in: String,
    },
    /// The operating system refused something.
    #[error("failed to {what}")]
    Io {
        /// What was attempted.
        what: String,
        /// Why it was refused.
        #[source]
        source: io::Error,
    },
    /// The cluster API could not be had.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// A program or a server of the sandbox did not do its part.
    #[error("failed to {what}: {why}")]
    Failed {
        /// What was attempted.
        what: String,
        /// What it said instead.
        why: String,
    },
}

impl SandboxError {
    pub(crate) fn failed(what: impl Into<String>, why: impl Display) -> Self {
        Self::Failed { what: what.into(), why: why.to_string() }
    }

    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoProgram { program, .. } if program == "bao" => Some(
                "run `make tools`, put `bao` or `vault` on PATH, or leave Vault out with VAULT=none"
                    .to_owned(),
            ),
            Self::NoProgram { program, .. } => Some(format!("install {program}")),
            Self::Io { .. } | Self::Cluster(_) | Self::Failed { .. } => None,
        }
    }
}

/// Says what was attempted when the operating system refuses it.
pub(crate) trait Attempt<T> {
    fn attempt(self, what: impl Into<String>) -> Result<T, SandboxError>;
}

impl<T> Attempt<T> for Result<T, io::Error> {
    fn attempt(self, what: impl Into<String>) -> Result<T, SandboxError> {
        self.map_err(|source| SandboxError::Io { what: what.into(), source })
    }
}
