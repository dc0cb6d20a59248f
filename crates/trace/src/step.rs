//! One step of a run, and where it stands.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Change;
use crate::clock::{between, to_milliseconds};

/// Where a step stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StepStatus {
    /// Its turn has not come.
    #[default]
    Pending,
    /// It is at work.
    Running,
    /// It wrote something.
    Changed,
    /// Everything was as it should be.
    Unchanged,
    /// It was left out on purpose.
    Skipped,
    /// It failed, or was cut short.
    Failed,
}

impl StepStatus {
    /// The word in the trace.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        }
    }

    /// Whether nothing more will happen to the step.
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Pending | Self::Running)
    }
}

impl fmt::Display for StepStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One step of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// Its name, such as `vault-auth`.
    pub name: String,
    /// Where it stands.
    pub status: StepStatus,
    /// When it began, RFC 3339 in UTC; absent while it is pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub started_at: Option<Timestamp>,
    /// How long it took, in milliseconds; absent until it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// What is worth telling about it, one line each; never a secret.
    #[serde(default)]
    pub detail: Vec<String>,
    /// What it wrote, or would have written.
    #[serde(default)]
    pub changes: Vec<Change>,
}

impl Step {
    /// A step whose turn has not come.
    pub fn pending(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// The step begins `now`. One that ran before (planned, then applied) keeps its first start.
    pub fn begin(&mut self, now: Timestamp) {
        self.status = StepStatus::Running;
        self.started_at.get_or_insert(to_milliseconds(now));
    }

    /// The step is over `now`, with `status`.
    pub fn end(&mut self, status: StepStatus, now: Timestamp) {
        self.status = status;
        self.duration_ms = self.started_at.map(|start| between(start, now));
    }
}
