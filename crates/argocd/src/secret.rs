//! The repository Secret: the login that Argo CD reads the repository with.

mod apply;
mod body;
mod neighbours;
mod observe;
mod plan;

use ::secret::RepoLogin;
use cluster_access::{ObjectRef, Right};
use cluster_spec::RepoUrl;

use crate::Owner;

pub use ::secret::LoginRule;
pub use apply::apply;
pub(crate) use body::text;
pub(crate) use observe::SECRET_TYPE;
pub use observe::{State, observe};
pub use plan::{SecretChanges, plan};

/// What the Secret should be.
#[derive(Debug, Clone)]
pub struct Desired<'a> {
    /// `ARGOCD_NAMESPACE`
    pub namespace: &'a str,
    /// `GITOPS_REPO_SECRET_NAME`
    pub name: &'a str,
    /// `gitops.repo_url`
    pub url: &'a RepoUrl,
    /// None: the repository answers without one, or ssh uses the user's own key.
    pub login: Option<&'a RepoLogin>,
    /// Where the login came from, in words for the plan: "Vault gitops/github/gitops-repo".
    pub origin: &'a str,
    /// What the login may do to one that is there.
    pub rule: LoginRule,
    /// The mark to write.
    pub owner: &'a Owner,
    /// `--force-conflicts`: also over other managers' fields.
    pub force: bool,
}

impl Desired<'_> {
    /// The Secret.
    pub fn object(&self) -> ObjectRef {
        ObjectRef::secret(self.namespace, self.name)
    }
}

/// What must be allowed for this part.
pub fn required_rights(namespace: &str, name: &str) -> Vec<Right> {
    let secret = ObjectRef::secret(namespace, name);
    ["get", "list", "create", "patch"].map(|verb| Right::on(verb, &secret)).into()
}
