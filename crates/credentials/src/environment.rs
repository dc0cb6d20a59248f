use cluster_spec::RepoUrl;
use secret::{ExposeSecret as _, SecretString};

use crate::candidate::Candidate;
use crate::login::Parts;
use crate::source::Source;

const USERNAME: &str = "GITOPS_REPO_USERNAME";
const PASSWORD: &str = "GITOPS_REPO_PASSWORD";
const PAT: &str = "GITOPS_REPO_PAT";

/// What the environment holds of a login. An empty value counts as unset.
#[derive(Default, Clone)]
pub struct EnvLogin {
    /// `GITOPS_REPO_USERNAME`.
    pub username: Option<String>,
    /// `GITOPS_REPO_PASSWORD`.
    pub password: Option<SecretString>,
    /// `GITOPS_REPO_PAT`: an alias of the password, which wins where both are set.
    pub pat: Option<SecretString>,
}

/// The environment as a candidate. Its origin names the variables that were used.
pub fn from_environment(env: EnvLogin, url: &RepoUrl) -> Candidate {
    let set = |value: &SecretString| !value.expose_secret().is_empty();
    let username = env.username.filter(|name| !name.is_empty());
    let password = env.password.filter(set);
    let pat = env.pat.filter(set);
    let used: Vec<&str> = [
        username.as_ref().map(|_| USERNAME),
        password.as_ref().map(|_| PASSWORD),
        pat.as_ref().filter(|_| password.is_none()).map(|_| PAT),
    ]
    .into_iter()
    .flatten()
    .collect();
    if used.is_empty() {
        return Candidate::nothing(
            Source::Env,
            Source::Env.title(),
            "neither GITOPS_REPO_PASSWORD nor GITOPS_REPO_PAT is set",
        );
    }
    let origin = format!("environment {}", used.join("/"));
    let parts = Parts { username, password: password.or(pat), ..Parts::default() };
    Candidate::of(Source::Env, origin, parts, url)
}
