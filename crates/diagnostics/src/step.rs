use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

/// The repository's own script, from the root of the repository.
pub const SCRIPT: &str = "scripts/bootstrap.sh";

/// A step of a run or a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Writes the kubeconfig, the Namespace and the Lease.
    Preflight,
    /// Brings the working copy of the GitOps repository to the commit.
    GitopsSrc,
    /// Installs the GitOps operator.
    Operator,
    /// Makes Vault trust the cluster.
    VaultAuth,
    /// Gives Argo CD the login to the repository.
    RepoCreds,
    /// Removes the objects of the token reviewer.
    Reviewer,
    /// Writes the record of the hand-over into the cluster.
    Record,
    /// Runs the repository's own script.
    Script,
    /// Enables the ApplicationSet controller of Argo CD.
    Argocd,
    /// Waits until Argo CD reads the repository.
    RepoAccess,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 10] = [
        Self::Preflight,
        Self::GitopsSrc,
        Self::Operator,
        Self::VaultAuth,
        Self::RepoCreds,
        Self::Reviewer,
        Self::Record,
        Self::Script,
        Self::Argocd,
        Self::RepoAccess,
    ];
    /// The steps of `run`, in order.
    pub const RUN: &[Self] = &[
        Self::Preflight,
        Self::GitopsSrc,
        Self::Operator,
        Self::VaultAuth,
        Self::RepoCreds,
        Self::Record,
        Self::Script,
        Self::Argocd,
        Self::RepoAccess,
    ];
    /// The steps of `vault-auth`.
    pub const VAULT_AUTH_ALONE: &[Self] = &[Self::Preflight, Self::VaultAuth, Self::Record];
    /// The steps of `repo-creds`.
    pub const REPO_CREDS_ALONE: &[Self] = &[Self::Preflight, Self::RepoCreds];
    /// The steps of `release`: Vault first, the record of it last.
    pub const RELEASE: &[Self] =
        &[Self::Preflight, Self::VaultAuth, Self::Reviewer, Self::Argocd, Self::RepoCreds, Self::Record];

    /// The name in traces and on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Preflight => "preflight",
            Self::GitopsSrc => "gitops-src",
            Self::Operator => "operator",
            Self::VaultAuth => "vault-auth",
            Self::RepoCreds => "repo-creds",
            Self::Reviewer => "reviewer",
            Self::Record => "record",
            Self::Script => "script",
            Self::Argocd => "argocd",
            Self::RepoAccess => "repo-access",
        }
    }

    /// The step of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }

    /// The names of `steps`.
    pub fn names(steps: &[Self]) -> Vec<&'static str> {
        steps.iter().map(|step| step.name()).collect()
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl PartialEq<Step> for String {
    fn eq(&self, step: &Step) -> bool {
        self == step.name()
    }
}

impl From<Step> for String {
    fn from(step: Step) -> Self {
        step.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_called_the_same_in_a_document_and_on_the_screen() {
        for step in Step::ALL {
            assert_eq!(serde_json::to_value(step).unwrap(), step.name());
            assert_eq!(Step::named(step.name()), Some(step));
        }
    }

    #[test]
    fn a_step_is_written_and_compared_by_its_name() {
        assert_eq!(format!("{:<11}|{}", Step::Record, Step::Script), "record     |script");
        assert_eq!(Step::names(Step::VAULT_AUTH_ALONE), ["preflight", "vault-auth", "record"]);
        let name = String::from(Step::Record);
        assert!(name == Step::Record && name != Step::Script);
    }
}
