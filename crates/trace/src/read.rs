//! Reads traces: those of this program, and what the script it replaced left.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{Kubernetes, LastSuccess, ReadError, RunStatus, Trace};

/// No trace is longer; what is, is not read.
const LONGEST: u64 = 16 * 1024 * 1024;

/// A trace as it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Record {
    /// Of this program, in a version of the format that this code knows.
    New(Box<Trace>),
    /// Only the seven keys that every version has: of the old script, or of a newer program than this.
    Old(OldTrace),
}

/// The seven keys that every version of the format has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldTrace {
    /// The cluster's name.
    pub cluster: String,
    /// `gitops.env`.
    pub env: String,
    /// `apps.<name>.<dns.base_domain>`.
    #[serde(rename = "base_domain")]
    pub apps_domain: String,
    /// `gitops.repo_url`.
    pub repo_url: String,
    /// `gitops.repo_ref`.
    pub repo_ref: String,
    /// The commit.
    pub git_sha: String,
    /// When, RFC 3339.
    pub timestamp: String,
    /// How the run ended. The old script wrote its trace only after a success, without this key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

impl Record {
    /// The newest success this record tells of.
    pub fn last_success(&self) -> Option<LastSuccess> {
        match self {
            Self::New(trace) => trace.newest_success(),
            Self::Old(old) => old.as_success(),
        }
    }

    /// The cluster's name.
    pub fn cluster(&self) -> &str {
        match self {
            Self::New(trace) => &trace.cluster,
            Self::Old(old) => &old.cluster,
        }
    }

    /// The commit; empty where none was known.
    pub fn git_sha(&self) -> &str {
        match self {
            Self::New(trace) => &trace.git_sha,
            Self::Old(old) => &old.git_sha,
        }
    }

    /// The cluster id, where the trace has one.
    pub fn cluster_id(&self) -> Option<&str> {
        match self {
            Self::New(trace) => {
                let cluster = trace.kubernetes.as_ref()?;
                Some(cluster.cluster_id.as_str()).filter(|id| !id.is_empty())
            }
            Self::Old(_) => None,
        }
    }

    /// The cluster as it answered, where the trace says it.
    pub fn kubernetes(&self) -> Option<&Kubernetes> {
        match self {
            Self::New(trace) => trace.kubernetes.as_ref(),
            Self::Old(_) => None,
        }
    }
}

impl OldTrace {
    fn as_success(&self) -> Option<LastSuccess> {
        let succeeded = self.status.as_deref().is_none_or(|status| status == RunStatus::Succeeded.as_str());
        let (git_sha, timestamp) = (self.git_sha.clone(), self.timestamp.clone());
        (succeeded && !git_sha.is_empty()).then_some(LastSuccess { run_id: None, git_sha, timestamp })
    }
}

/// Understands the text of a trace.
///
/// # Errors
/// `serde_json`'s, where it is no JSON or lacks one of the seven keys.
pub fn parse(text: &str) -> Result<Record, serde_json::Error> {
    match serde_json::from_str::<Trace>(text) {
        Ok(trace) => Ok(Record::New(Box::new(trace))),
        Err(_) => serde_json::from_str(text).map(Record::Old),
    }
}

/// Reads the trace at `path`.
///
/// # Errors
/// [`ReadError`] when the file can't be read, is far too long, or is no trace.
pub fn read(path: &Path) -> Result<Record, ReadError> {
    let found = fs_err::metadata(path).map_err(ReadError::Io)?;
    // To read a pipe would wait for whoever writes into it.
    if !found.is_file() {
        return Err(ReadError::NotAFile { path: path.to_owned() });
    }
    let length = found.len();
    if length > LONGEST {
        return Err(ReadError::TooLong { path: path.to_owned(), length });
    }
    let text = fs_err::read_to_string(path).map_err(ReadError::Io)?;
    parse(&text).map_err(|source| ReadError::NotATrace { path: path.to_owned(), source })
}

/// Reads the trace at `path`, where there is one.
///
/// # Errors
/// Those of [`read`], but a missing file is none.
pub fn read_optional(path: &Path) -> Result<Option<Record>, ReadError> {
    match read(path) {
        Ok(record) => Ok(Some(record)),
        Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
