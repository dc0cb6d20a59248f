//! What is asked of Argo CD, and what it may answer.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::cause::Cause;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Where Argo CD and its Applications live.
    pub namespace: &'a str,
    /// The repository.
    pub url: &'a str,
    /// How long an answer is waited for; 0: nothing is asked, only looked.
    pub limit: Duration,
    /// Ends it from outside.
    pub stop: &'a CancellationToken,
}

/// What Argo CD's Applications say about the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// These have compared it with the cluster since they were asked: it is readable.
    Readable {
        /// Their names.
        applications: Vec<String>,
    },
    /// Nothing definite within the limit.
    Silent {
        /// The Applications of this URL; empty where there is none.
        applications: Vec<String>,
        /// The last thing one of them said.
        last: Option<String>,
    },
    /// The cluster has no Applications: Argo CD is not there (yet).
    NoCrd,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Whether it is readable.
    pub access: Access,
    /// What else a person should look at: what was said that decides nothing, and what could not be asked.
    pub warnings: Vec<String>,
}

/// What the wait is at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What is waited for.
    pub waiting_for: String,
    /// The last thing an Application of this URL said.
    pub last: Option<String>,
}

/// That the repository can't be read, in Argo CD's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What usually stands behind those words.
    pub cause: Cause,
    /// `Application umbrella`
    pub reporter: String,
    /// The type of its condition.
    pub condition: String,
    /// Its words.
    pub message: String,
}
