//! The login to the repository, and the way to its Git host.

use diagnostics::{Failure, FailureKind, Subject};
use std::ffi::OsStr;
use std::time::Duration;

use argocd::secret::LoginRule;
use child_process::find_on_path;
use credentials::{ClusterSecrets, Found, GitHelper, Mistake, Query, Source, VaultPath};
use gitops_clone::{GitConfig, GitError, Remote, Tip};
use secret::Added;
use serde_json::Value;
use vault_access::Vault;

use crate::request::{Context, Request};
use crate::settings::VaultChoice;
use crate::world::ClusterWorld;

/// Time limit of the git credential helper.
const HELPER_LIMIT: Duration = Duration::from_secs(20);

pub(crate) const SYSTEM: Subject = Subject::Repository;

/// The login; `secrets` are those that Argo CD takes logins from, where the cluster is known.
pub(crate) async fn login(
    request: &Request,
    context: &Context,
    secrets: Option<&[Value]>,
    vault: Option<&Vault>,
) -> Result<Found, Failure> {
    let settings = &request.settings.repository;
    let skip_auth = matches!(&request.settings.vault, VaultChoice::Present(vault) if vault.skip_auth);
    let query = Query {
        repo_url: &request.spec.repo_url,
        only: settings.from,
        env: settings.login.clone(),
        vault: vault.map(|vault| VaultPath { vault, path: &settings.vault_path, may_fail: skip_auth }),
        cluster: secrets.map(|secrets| ClusterSecrets {
            namespace: &request.settings.cluster.argocd_namespace,
            secret_name: &settings.secret_name,
            secrets,
        }),
        git: find_on_path("git", request.settings.path()).map(|git| GitHelper {
            git,
            env: helper_environment(request),
            limit: HELPER_LIMIT,
        }),
    };
    let found = credentials::find(query, &context.stop.token).await.map_err(|error| login_failed(&error))?;
    found.warnings.iter().for_each(|warning| context.events.warn(warning.clone()));
    if let Some(login) = &found.login
        && context.mask.add(login.secret()) == Added::TooShort
        && found.source != Source::Env
    // told before
    {
        context.events.warn(
            "the repository login has fewer than 8 characters: it can't be masked in the script's output",
        );
    }
    Ok(found)
}

/// The helper is the user's own and gets the user's environment, but no login that is not its own.
fn helper_environment(
    request: &Request,
) -> std::collections::BTreeMap<std::ffi::OsString, std::ffi::OsString> {
    let withheld = |name: &OsStr| name.to_str().is_some_and(crate::vars::withheld);
    let mut environment = request.settings.environment.clone();
    environment.retain(|name, _| !withheld(name));
    environment
}

pub(crate) fn remote(request: &Request, context: &Context, found: &Found) -> Result<Remote, Failure> {
    let (environment, copy) = (helper_environment(request), request.folder.gitops_src());
    let config = GitConfig::read(&environment, &copy, &request.spec.repo_url).map_err(|error| git(&error))?;
    config.warnings().into_iter().for_each(|warning| context.events.warn(warning));
    for secret in config.secrets() {
        context.mask.add(&secret);
    }
    let mut remote = Remote::new(request.spec.repo_url.clone(), config, &request.temporary);
    remote.login.clone_from(&found.login);
    remote.limit = request.settings.repository.fetch_timeout;
    remote.allow_insecure_http = request.settings.repository.allow_insecure_http;
    Ok(remote)
}

/// Where the ref is.
pub(crate) async fn tip(
    request: &Request,
    context: &Context,
    found: &Found,
    remote: &Remote,
) -> Result<Tip, Failure> {
    let tip = gitops_clone::look_up(remote, &request.spec.repo_ref, &context.stop.token)
        .await
        .map_err(|error| look_up_failed(request, found, &error))?;
    tip.warnings.iter().for_each(|warning| context.events.warn(warning.clone()));
    at_commit(request, &tip)?;
    Ok(tip)
}

pub(crate) fn look_up_failed(request: &Request, found: &Found, error: &GitError) -> Failure {
    match error {
        GitError::NoLogin { elsewhere, .. } => {
            let none = credentials::none_found(found, &request.spec.repo_url);
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
            Some(key) => of_the_key(key, error),
            None => git(error),
        },
        other => git(other),
    }
}

/// The key that is stored can't be used, and the user's own ssh does not do without it.
fn of_the_key(key: &Mistake, error: &GitError) -> Failure {
    let Mistake { origin, why } = key;
    let message = format!("failed to get an ssh key for the repository: {origin} holds {why}");
    let hint = why.key_hint().unwrap_or("store a private key that ssh can use without a passphrase");
    let mut failure = Failure::refused(SYSTEM, message).hint(hint);
    let cause = format!("without it this user's own ssh was asked: {}", git(error).message);
    failure.causes.push(cause.into());
    failure
}

/// With the policy to paste, where Vault did not let the token read.
fn login_failed(error: &credentials::CredentialsError) -> Failure {
    let failure = Failure::of(FailureKind::Refused, Subject::RepositoryLogin, error, error.hint());
    match error.denied() {
        denied if denied.is_empty() => failure,
        denied => failure.command(policy_to_read(denied)),
    }
}

/// `--commit SHA`.
pub(super) fn at_commit(request: &Request, tip: &Tip) -> Result<(), Failure> {
    match &request.settings.repository.commit {
        Some(wanted) if !wanted.eq_ignore_ascii_case(&tip.commit) => {
            let name = request.spec.repo_ref.as_str();
            let message = format!("{name} is at {}, not at {wanted} (--commit)", tip.commit);
            Err(Failure::refused(SYSTEM, message)
                .hint(format!("look at what came in, then name this one: --commit {}", tip.commit)))
        }
        _ => Ok(()),
    }
}

/// Argo CD's Secret: what has to be done to it.
pub(crate) fn plan_secret(
    request: &Request,
    cluster: &ClusterWorld,
    found: &Found,
) -> Result<argocd::secret::SecretChanges, Failure> {
    argocd::secret::plan(&desired_secret(request, cluster, found), &cluster.secrets)
        .map_err(|error| Failure::of(FailureKind::Refused, Subject::RepositorySecret, &error, error.hint()))
}

/// What is wanted of Argo CD's Secret.
pub(crate) fn desired_secret<'a>(
    request: &'a Request,
    cluster: &'a ClusterWorld,
    found: &'a Found,
) -> argocd::secret::Desired<'a> {
    argocd::secret::Desired {
        namespace: &request.settings.cluster.argocd_namespace,
        name: &request.settings.repository.secret_name,
        url: &request.spec.repo_url,
        login: found.login.as_ref(),
        origin: &found.origin,
        rule: match found.source {
            source if source.replaces_existing() => LoginRule::Replace,
            Source::Git => LoginRule::Fill,
            Source::Env | Source::Vault | Source::Cluster | Source::None => LoginRule::Keep,
        },
        owner: &cluster.owner,
        force: request.settings.cluster.force_conflicts,
    }
}

pub(crate) fn git(error: &GitError) -> Failure {
    Failure::of(FailureKind::Refused, SYSTEM, error, error.hint())
}

/// The policy that lets the token read the login.
pub(super) fn policy_to_read(paths: Vec<String>) -> String {
    let wanted = paths.into_iter().map(|path| (path, vec!["read"])).collect();
    crate::look::vault::policy::policy("bitiq-bootstrap-login", &wanted)
}

#[cfg(test)]
mod tests {
    use credentials::Unfit;

    use super::*;

    #[test]
    fn a_key_that_can_not_be_used_is_named_before_the_ssh_that_was_refused_without_it() {
        let url = "ssh://git@git.example.com/a.git".to_owned();
        let error = GitError::SshRefused { url, said: "Permission denied (publickey)".to_owned() };
        for why in [Unfit::EncryptedKey, Unfit::PublicKey, Unfit::PuttyKey, Unfit::NoKey, Unfit::DamagedKey] {
            let failure = of_the_key(&Mistake { origin: "Vault KV a/b".to_owned(), why }, &error);
            assert!(failure.message.contains(&format!("Vault KV a/b holds {why}")), "{}", failure.message);
            assert!(failure.causes[0].to_string().contains("Permission denied"), "{:?}", failure.causes);
            assert_eq!(failure.hint.as_deref(), why.key_hint());
            assert!(failure.hint.is_some());
        }
    }
}
