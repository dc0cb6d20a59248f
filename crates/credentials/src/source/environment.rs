use cluster_spec::RepoUrl;
use secret::{ExposeSecret as _, LoginRule};
use tokio_util::sync::CancellationToken;

use super::about::About;
use crate::candidate::Candidate;
use crate::error::CredentialsError;
use crate::login::Parts;
use crate::query::{Query, Variables};

const USERNAME: &str = "GITOPS_REPO_USERNAME";
const PASSWORD: &str = "GITOPS_REPO_PASSWORD";
/// An alias of the password, which wins where both are set.
const PAT: &str = "GITOPS_REPO_PAT";

pub(super) const ABOUT: About = About {
    name: "env",
    title: "environment",
    variables: &[USERNAME, PASSWORD, PAT],
    rule: LoginRule::Replace,
    needs: "set GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or a token alone as GITOPS_REPO_PAT",
    needs_for_ssh: None,
};

pub(super) async fn ask(query: &Query<'_>, _: &CancellationToken) -> Result<Candidate, CredentialsError> {
    Ok(from_environment(&query.variables, query.repo_url))
}

/// The environment as a candidate. Its origin names the variables that were used.
pub fn from_environment(variables: &Variables, url: &RepoUrl) -> Candidate {
    let set = |name| Some((name, variables.get(name).filter(|value| !value.expose_secret().is_empty())?));
    let (username, password) = (set(USERNAME), set(PASSWORD).or_else(|| set(PAT)));
    let used: Vec<&str> = username.iter().chain(&password).map(|(name, _)| *name).collect();
    if used.is_empty() {
        return Candidate::nothing(ABOUT.title, "neither GITOPS_REPO_PASSWORD nor GITOPS_REPO_PAT is set");
    }
    let parts = Parts {
        username: username.map(|(_, name)| name.expose_secret().to_owned()),
        password: password.map(|(_, password)| password.clone()),
        ..Parts::default()
    };
    Candidate::of(format!("environment {}", used.join("/")), parts, url)
}
