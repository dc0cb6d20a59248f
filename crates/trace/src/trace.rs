//! The record of one run, as it is written to disk.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::{between, to_milliseconds, to_seconds};
use crate::{Cause, RunId, Step, StepStatus, TraceContext};

/// The version of the format that this code writes. Raised when a key changes its meaning or goes; a new key alone
/// does not raise it.
pub const SCHEMA_VERSION: u32 = 1;

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RunStatus {
    /// It is at work, or died without a word: see [`Trace::shown_status`].
    Running,
    /// Every step ended well.
    Succeeded,
    /// A step failed, or something the run needs was refused.
    Failed,
    /// A signal ended it.
    Interrupted,
}

impl RunStatus {
    /// The word in the trace.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

impl fmt::Display for RunStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The record of one run.
///
/// The first seven keys are those of the script this program replaced. They are always there and always strings:
/// what is not known (yet) is an empty one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Trace {
    /// The cluster's name, `name` in cluster.yaml.
    pub cluster: String,
    /// `gitops.env`.
    pub env: String,
    /// `apps.<name>.<dns.base_domain>`.
    #[serde(rename = "base_domain")]
    pub apps_domain: String,
    /// `gitops.repo_url`, as written.
    pub repo_url: String,
    /// `gitops.repo_ref`, as written.
    pub repo_ref: String,
    /// The commit the ref stood at; empty until that is known.
    pub git_sha: String,
    /// When the run began, RFC 3339 in UTC, to the second.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub timestamp: Timestamp,

    /// The version of this format: 1.
    pub schema_version: u32,
    /// The name of the run, and of its folder under `.work/runs/`.
    pub run_id: RunId,
    /// Where the run stands.
    pub status: RunStatus,
    /// When it began, RFC 3339 in UTC, to the millisecond: what `duration_ms` counts from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub started_at: Option<Timestamp>,
    /// When it ended, RFC 3339 in UTC; null while it runs.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub finished_at: Option<Timestamp>,
    /// How long it took, in milliseconds; null while it runs.
    #[serde(default)]
    pub duration_ms: Option<u64>,
    /// The program that ran.
    #[serde(default)]
    pub tool: Tool,
    /// Who started it, and where.
    #[serde(default)]
    pub started_by: StartedBy,
    /// The cluster as it answered; null until it did.
    #[serde(default)]
    pub kubernetes: Option<Kubernetes>,
    /// Where the repository login came from; null until one was chosen.
    #[serde(default)]
    pub credentials: Option<Credentials>,
    /// The Vault that was configured; null where none was.
    #[serde(default)]
    pub vault: Option<VaultRecord>,
    /// The steps, in their order.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// What did not stop the run but should be looked at.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Where to look in a browser, such as the console and Argo CD; only those that are known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// What ended the run; null where nothing did.
    #[serde(default)]
    pub error: Option<ErrorRecord>,
    /// The exit code of the program; null while it runs.
    #[serde(default)]
    pub exit_code: Option<i32>,
    /// The newest run that succeeded (this one, once it did); null where none ever did.
    #[serde(default)]
    pub last_success: Option<LastSuccess>,
    /// The distributed trace that whoever started the run is in (W3C Trace Context); absent where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_context: Option<TraceContext>,
}

/// The program that ran.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `bitiq-bootstrap`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The command, such as `run` or `vault-auth`; no arguments.
    #[serde(default)]
    pub command: String,
}

/// Who started a run, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StartedBy {
    /// The user on that machine; empty where unknown.
    pub user: String,
    /// The machine's name; empty where unknown.
    pub host: String,
    /// The process there.
    pub pid: u32,
}

/// The cluster as it answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Kubernetes {
    /// The address of its API server.
    pub server: String,
    /// Its version, such as `v1.33.4`.
    pub version: String,
    /// `ClusterVersion/version` `.spec.clusterID`, else the UID of Namespace `kube-system`.
    pub cluster_id: String,
    /// The installer's `infraID`, where there is one.
    #[serde(default)]
    pub infra_id: Option<String>,
    /// The cluster that bore this name before; only where this one was made anew since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recreated_from: Option<RecreatedFrom>,
}

/// The cluster that bore this name before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecreatedFrom {
    /// Its cluster id; null where nothing remembers it.
    #[serde(default)]
    pub cluster_id: Option<String>,
    /// Its `infraID`; null where it had none, or nothing remembers it.
    #[serde(default)]
    pub infra_id: Option<String>,
    /// What knew of it: `trace` (that of an earlier run), `infraID` (the file in `.work/`), or `mount` (Vault's auth
    /// mount held this API server's address with another CA).
    pub seen_in: String,
}

/// Where the repository login came from. Never the login.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Credentials {
    /// The name of the source, as `--credentials-from` takes it.
    pub source: String,
    /// Where in that source: variable names, a path in Vault, a Secret.
    #[serde(default)]
    pub path: Option<String>,
}

/// The Vault that was configured.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VaultRecord {
    /// Its address.
    pub address: String,
    /// Its namespace, where one is used.
    #[serde(default)]
    pub namespace: Option<String>,
    /// The auth mount.
    pub mount: String,
    /// What was proven, such as `reviewer accepted (seen from this machine)`; null until it was.
    #[serde(default)]
    pub proof: Option<String>,
}

/// A place to look at in a browser.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// What is there, such as `console` or `Argo CD`.
    pub name: String,
    /// Its address, `https://` or `http://`.
    pub url: String,
}

impl Link {
    /// The same with each of its texts changed.
    #[must_use]
    pub fn map(self, change: impl Fn(&str) -> String) -> Self {
        Self { name: change(&self.name), url: change(&self.url) }
    }
}

/// What ended a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorRecord {
    /// The code of the error, such as `VAULT-007`; null in traces of version 1.0.
    #[serde(default)]
    pub id: Option<String>,
    /// The step it happened in.
    pub step: String,
    /// What went wrong, one sentence without full stop.
    pub message: String,
    /// Its causes, the nearest first.
    #[serde(default)]
    pub causes: Vec<Cause>,
    /// What to do next.
    #[serde(default)]
    pub hint: Option<String>,
    /// The other failures found at the same time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<ErrorRecord>,
}

/// The newest run that succeeded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LastSuccess {
    /// Its name; null where the script this program replaced did it.
    #[serde(default)]
    pub run_id: Option<RunId>,
    /// The commit it stood at.
    pub git_sha: String,
    /// When it began, RFC 3339.
    pub timestamp: String,
}

impl Trace {
    /// The trace of a run that begins `now`, with its steps pending; carries `last_success`, that of the
    /// trace found in `.work/`, forward. The caller fills in what it knows of cluster, repository and itself.
    pub fn begin(run_id: RunId, now: Timestamp, steps: &[&str], last_success: Option<LastSuccess>) -> Self {
        Self {
            cluster: String::new(),
            env: String::new(),
            apps_domain: String::new(),
            repo_url: String::new(),
            repo_ref: String::new(),
            git_sha: String::new(),
            timestamp: to_seconds(now),
            schema_version: SCHEMA_VERSION,
            run_id,
            status: RunStatus::Running,
            started_at: Some(to_milliseconds(now)),
            finished_at: None,
            duration_ms: None,
            tool: Tool::default(),
            started_by: StartedBy::default(),
            kubernetes: None,
            credentials: None,
            vault: None,
            steps: steps.iter().map(|name| Step::pending(*name)).collect(),
            warnings: Vec::new(),
            links: Vec::new(),
            error: None,
            exit_code: None,
            last_success,
            trace_context: None,
        }
    }

    /// The step of that name.
    pub fn step(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.name == name)
    }

    /// The step of that name, added at the end where there is none.
    pub fn step_mut(&mut self, name: &str) -> &mut Step {
        let index = self.steps.iter().position(|step| step.name == name).unwrap_or_else(|| {
            self.steps.push(Step::pending(name));
            self.steps.len() - 1
        });
        &mut self.steps[index]
    }

    /// Closes the trace: the run ended `now` with `status` and `exit_code`. A step still at work was cut short and
    /// counts as failed; a success becomes the `last_success`.
    pub fn finish(&mut self, status: RunStatus, exit_code: i32, now: Timestamp) {
        for step in self.steps.iter_mut().filter(|step| step.status == StepStatus::Running) {
            step.end(StepStatus::Failed, now);
        }
        self.status = status;
        self.exit_code = Some(exit_code);
        self.finished_at = Some(to_milliseconds(now));
        self.duration_ms = Some(between(self.began(), now));
        if status == RunStatus::Succeeded {
            self.last_success = Some(self.as_success());
        }
    }

    /// What to show for `status`: a running trace whose lock is free died without a word, so it was interrupted.
    pub fn shown_status(&self, lock_is_free: bool) -> RunStatus {
        match self.status {
            RunStatus::Running if lock_is_free => RunStatus::Interrupted,
            status => status,
        }
    }

    /// Where it stands, with `at_work` the run that holds the lock now.
    pub fn stands(&self, at_work: Option<&str>) -> RunStatus {
        self.shown_status(at_work != Some(self.run_id.as_str()))
    }

    /// When it began, as exactly as is known.
    pub fn began(&self) -> Timestamp {
        self.started_at.unwrap_or(self.timestamp)
    }

    /// The newest success known here: this run where it succeeded, else the one carried forward.
    pub fn newest_success(&self) -> Option<LastSuccess> {
        match self.status {
            RunStatus::Succeeded => Some(self.as_success()),
            _ => self.last_success.clone(),
        }
    }

    fn as_success(&self) -> LastSuccess {
        LastSuccess {
            run_id: Some(self.run_id.clone()),
            git_sha: self.git_sha.clone(),
            timestamp: self.timestamp.to_string(),
        }
    }
}
