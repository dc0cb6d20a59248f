//! The login to the repository, and the way to its Git host.

use crate::error::PreflightError;
use advice::{CommandLine, Diagnostic as _};
use diagnostics::{CheckId, Checks, Failure, FailureKind, Subject};
use std::ffi::OsStr;
use std::time::Duration;

use child_process::find_on_path;
use credentials::{ClusterSecrets, Found, GitHelper, Mistake, Query, Source, VaultPath};
use gitops_clone::{GitConfig, GitError, Remote, Tip};
use secret::AddOutcome;
use serde_json::Value;
use vault_access::Vault;

use crate::inputs::RepositoryInputs;
use crate::session::Session;
use crate::state::ClusterState;

/// Time limit of the git credential helper.
const HELPER_LIMIT: Duration = Duration::from_secs(20);

/// The login, with its checks. `secrets` are those that Argo CD takes logins from, where the cluster is known.
pub async fn observe(
    inputs: &RepositoryInputs<'_>,
    session: &Session,
    secrets: Option<&[Value]>,
    vault: Option<&Vault>,
    checks: &mut Checks,
) -> Result<Found, Failure> {
    let settings = inputs.settings;
    let query = Query {
        repo_url: &inputs.spec.repo_url,
        variables: settings.login.clone(),
        vault: vault.map(|vault| VaultPath {
            vault,
            path: &settings.vault_path,
            may_fail: inputs.vault_may_fail,
        }),
        cluster: secrets.map(|secrets| ClusterSecrets {
            namespace: &inputs.cluster.argocd_namespace,
            secret_name: &settings.secret_name,
            secrets,
        }),
        git: find_on_path("git", inputs.path).map(|git| GitHelper {
            git,
            env: helper_environment(inputs),
            limit: HELPER_LIMIT,
        }),
    };
    let found = credentials::find(query, settings.from, &session.stop.token).await;
    let found = found.map_err(|error| login_failed(&error))?;
    let is_short = found.login.as_ref().is_some_and(|login| {
        // A short one of the environment has a check already.
        session.mask.add(login.secret()) == AddOutcome::TooShort && found.source != Source::Env
    });
    checks.warn_if_any(CheckId::RepositoryLoginContent, &found.warnings);
    let short = "the repository login has fewer than 8 characters: it can't be masked in the script's output";
    let short = is_short.then(|| short.to_owned());
    checks.warn_if_any(CheckId::SecretLength, short.as_slice());
    Ok(found)
}

/// The helper is the user's own and gets the user's environment, but no login that is not its own.
fn helper_environment(
    inputs: &RepositoryInputs<'_>,
) -> std::collections::BTreeMap<std::ffi::OsString, std::ffi::OsString> {
    let withheld = |name: &OsStr| name.to_str().is_some_and(settings::variables::withheld);
    let mut environment = inputs.environment.clone();
    environment.retain(|name, _| !withheld(name));
    environment
}

/// The way to the Git host, with the checks of Git's own configuration.
pub fn remote(
    inputs: &RepositoryInputs<'_>,
    session: &Session,
    found: &Found,
    checks: &mut Checks,
) -> Result<Remote, Failure> {
    let (environment, copy) = (helper_environment(inputs), inputs.folder.gitops_src());
    let config = GitConfig::read(&environment, &copy, &inputs.spec.repo_url).map_err(|error| git(&error))?;
    checks.warn_if_any(CheckId::GitConfiguration, &config.warnings());
    for secret in config.secrets() {
        session.mask.add(&secret);
    }
    let mut remote = Remote::new(inputs.spec.repo_url.clone(), config, inputs.temporary);
    remote.login.clone_from(&found.login);
    remote.limit = inputs.settings.fetch_timeout;
    remote.allow_insecure_http = inputs.settings.allow_insecure_http;
    Ok(remote)
}

/// Resolves the ref, for a command that searches the commit.
pub async fn tip(
    inputs: &RepositoryInputs<'_>,
    session: &Session,
    found: &Found,
    remote: &Remote,
    checks: &mut Checks,
) -> Result<Tip, Failure> {
    let tip = gitops_clone::look_up(remote, &inputs.spec.repo_ref, &session.stop.token)
        .await
        .map_err(|error| look_up_failed(inputs, found, &error))?;
    checks.warn_if_any(CheckId::RepositoryRefContent, &tip.warnings);
    at_commit(inputs, &tip)?;
    Ok(tip)
}

/// The failure of a look-up, with the origin of the login.
pub fn look_up_failed(inputs: &RepositoryInputs<'_>, found: &Found, error: &GitError) -> Failure {
    match error {
        GitError::NoLogin { elsewhere, .. } => {
            let none = credentials::none_found(found, &inputs.spec.repo_url);
            let mut failure = login_failed(&none);
            if !elsewhere.is_empty() {
                let places = elsewhere.join(", ");
                let cause = format!("Git would also look here, Argo CD and this program do not: {places}");
                failure.causes.push(cause.into());
            }
            failure
        }
        GitError::LoginRefused { .. } => {
            let mut failure = git(error);
            failure.message.push_str(&format!(" (the login came from: {})", found.origin));
            failure
        }
        GitError::SshRefused { .. } | GitError::NotFound { .. } => match found.unusable_key() {
            Some(key) => unusable_key(key, error),
            None => git(error),
        },
        other => git(other),
    }
}

/// The key that is stored can't be used, and the user's own ssh does not do without it.
fn unusable_key(key: &Mistake, error: &GitError) -> Failure {
    let Mistake { origin, why } = key;
    let hint = why.hint().unwrap_or_default();
    let (origin, why) = (origin.clone(), why.to_string());
    let mut failure = PreflightError::UnusableKey { origin, why, hint }.refused(Subject::Repository);
    let cause = format!("without it this user's own ssh was asked: {}", git(error).message);
    failure.causes.push(cause.into());
    failure
}

/// With the policy to paste, where Vault did not let the token read.
fn login_failed(error: &credentials::CredentialsError) -> Failure {
    let failure = Failure::of(FailureKind::Refused, Subject::RepositoryLogin, error);
    match error.denied() {
        denied if denied.is_empty() => failure,
        denied => failure.command(policy_to_read(denied)),
    }
}

/// `--commit SHA`.
pub(super) fn at_commit(inputs: &RepositoryInputs<'_>, tip: &Tip) -> Result<(), Failure> {
    match &inputs.settings.commit {
        Some(wanted) if !wanted.eq_ignore_ascii_case(&tip.commit) => {
            let (reference, commit) = (inputs.spec.repo_ref.as_str().to_owned(), tip.commit.clone());
            let error = PreflightError::OtherCommit { reference, commit, wanted: wanted.clone() };
            Err(error.refused(Subject::Repository))
        }
        _ => Ok(()),
    }
}

/// Argo CD's Secret: what has to be done to it.
pub fn plan_secret(
    inputs: &RepositoryInputs<'_>,
    cluster: &ClusterState,
    found: &Found,
) -> Result<argocd::secret::SecretChanges, Failure> {
    argocd::secret::plan(&desired_secret(inputs, cluster, found), &cluster.secrets)
        .map_err(|error| Failure::of(FailureKind::Refused, Subject::RepositorySecret, &error))
}

/// What is wanted of Argo CD's Secret.
pub fn desired_secret<'a>(
    inputs: &RepositoryInputs<'a>,
    cluster: &'a ClusterState,
    found: &'a Found,
) -> argocd::secret::Desired<'a> {
    argocd::secret::Desired {
        namespace: &inputs.cluster.argocd_namespace,
        name: &inputs.settings.secret_name,
        url: &inputs.spec.repo_url,
        login: found.login.as_ref(),
        origin: &found.origin,
        rule: found.source.rule(),
        owner: &cluster.owner,
        force: inputs.cluster.force_conflicts,
    }
}

/// The failure that an error of Git makes before a write.
pub fn git(error: &GitError) -> Failure {
    Failure::of(FailureKind::Refused, Subject::Repository, error)
}

/// The policy that lets the token read the login.
pub(super) fn policy_to_read(paths: Vec<String>) -> CommandLine {
    let wanted = paths.into_iter().map(|path| (path, vec!["read"])).collect();
    crate::observe::vault::policy::policy("bitiq-bootstrap-login", &wanted)
}

#[cfg(test)]
mod tests {
    use credentials::Unfit;

    use super::*;

    #[test]
    fn a_key_that_can_not_be_used_is_named_before_the_ssh_that_was_refused_without_it() {
        let url = "ssh://git@git.example.com/a.git".to_owned();
        let error = GitError::SshRefused { url, detail: "Permission denied (publickey)".to_owned() };
        for why in [Unfit::EncryptedKey, Unfit::PublicKey, Unfit::PuttyKey, Unfit::NoKey, Unfit::DamagedKey] {
            let failure = unusable_key(&Mistake { origin: "Vault KV a/b".to_owned(), why }, &error);
            assert!(failure.message.contains(&format!("Vault KV a/b holds {why}")), "{}", failure.message);
            assert!(failure.causes[0].to_string().contains("Permission denied"), "{:?}", failure.causes);
            assert_eq!(failure.hint, why.hint());
            assert!(failure.hint.is_some());
        }
    }

    #[test]
    fn a_policy_is_advised_where_vault_denied_the_login_alone() {
        for (denied, expect) in [(vec![], false), (vec!["kv/data/login".to_owned()], true)] {
            let none =
                credentials::CredentialsError::VaultGivesNone { outcome: String::new(), denied, needs: "" };
            assert_eq!(login_failed(&none).command.is_some(), expect);
        }
    }
}
