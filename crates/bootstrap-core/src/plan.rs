//! What a run will do, step by step. Made before the first write; `plan` prints it, `run` follows it.

use schemars::JsonSchema;
use serde::Serialize;
use trace::Change;

/// The steps, in the order of the run.
pub mod step {
    /// Kubeconfig, Namespace, Lease.
    pub const PREFLIGHT: &str = "preflight";
    /// The working copy of the GitOps repository.
    pub const GITOPS_SRC: &str = "gitops-src";
    /// The GitOps operator.
    pub const OPERATOR: &str = "operator";
    /// Vault trusts this cluster.
    pub const VAULT_AUTH: &str = "vault-auth";
    /// Argo CD has the repository login.
    pub const REPO_CREDS: &str = "repo-creds";
    /// The reviewer's objects, where they are given up.
    pub const REVIEWER: &str = "reviewer";
    /// The record in the cluster.
    pub const RECORD: &str = "record";
    /// The repository's own script.
    pub const SCRIPT: &str = "script";
    /// The ApplicationSet controller of Argo CD.
    pub const ARGOCD: &str = "argocd";
    /// Argo CD reads the repository.
    pub const REPO_ACCESS: &str = "repo-access";

    /// The steps of `run`.
    pub const RUN: &[&str] =
        &[PREFLIGHT, GITOPS_SRC, OPERATOR, VAULT_AUTH, REPO_CREDS, RECORD, SCRIPT, ARGOCD, REPO_ACCESS];
    /// The steps of `vault-auth`.
    pub const VAULT_AUTH_ALONE: &[&str] = &[PREFLIGHT, VAULT_AUTH, RECORD];
    /// The steps of `repo-creds`.
    pub const REPO_CREDS_ALONE: &[&str] = &[PREFLIGHT, REPO_CREDS];
    /// The steps of `release`: Vault first, the record of it last.
    pub const RELEASE: &[&str] = &[PREFLIGHT, VAULT_AUTH, REVIEWER, ARGOCD, REPO_CREDS, RECORD];
}

/// What one step will do.
#[derive(Debug, Clone, Serialize, JsonSchema, PartialEq, Eq)]
pub struct StepPlan {
    /// The step.
    pub name: &'static str,
    /// Its part of the plan.
    #[serde(flatten)]
    pub intent: Intent,
}

/// What a step is about to do.
#[derive(Debug, Clone, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase", tag = "intent")]
pub enum Intent {
    /// Writes these.
    Change {
        /// In order.
        changes: Vec<Change>,
    },
    /// Everything is as it should be.
    Unchanged,
    /// Has no business here.
    Skip {
        /// Why.
        reason: String,
    },
    /// Runs the script: that is no change to be counted.
    Run {
        /// The program and its environment of note.
        what: String,
    },
    /// Looks, and waits for others to act.
    Watch {
        /// What for.
        what: String,
    },
}

impl Intent {
    /// Changes, or nothing to do.
    pub fn of(changes: Vec<Change>) -> Self {
        if changes.is_empty() { Self::Unchanged } else { Self::Change { changes } }
    }
}

/// What a run will do.
#[derive(Debug, Clone, Serialize, JsonSchema, PartialEq, Eq, Default)]
pub struct RunPlan {
    /// In order.
    pub steps: Vec<StepPlan>,
}

impl RunPlan {
    /// Whether something is to be written; that the script will run is no change.
    pub fn pending(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.intent, Intent::Change { .. }))
    }

    /// Whether a run would do anything: write, or run the script, which may change what it likes.
    pub fn does_something(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.intent, Intent::Change { .. } | Intent::Run { .. }))
    }

    /// The part of one step.
    pub fn intent(&self, name: &str) -> Option<&Intent> {
        self.steps.iter().find(|step| step.name == name).map(|step| &step.intent)
    }

    /// Adds a step.
    pub fn push(&mut self, name: &'static str, intent: Intent) {
        self.steps.push(StepPlan { name, intent });
    }
}
