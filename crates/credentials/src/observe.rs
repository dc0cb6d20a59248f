use cluster_spec::{RepoUrl, UrlKind};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use vault_access::{KvLookup, Vault, VaultError};

use crate::candidate::{Candidate, Found, Search};
use crate::cluster::from_secrets;
use crate::environment::{EnvLogin, from_environment};
use crate::error::CredentialsError;
use crate::helper::{self, GitHelper};
use crate::source::Source;
use crate::vault::from_kv;

/// What is looked for, and where.
pub struct Query<'a> {
    /// `gitops.repo_url`, as written.
    pub repo_url: &'a RepoUrl,
    /// `--credentials-from`: this source alone.
    pub only: Option<Source>,
    /// What the environment held.
    pub env: EnvLogin,
    /// `None` unless both VAULT_ADDR and VAULT_TOKEN are set.
    pub vault: Option<VaultPath<'a>>,
    /// `None` where the cluster's Secrets were not read.
    pub cluster: Option<ClusterSecrets<'a>>,
    /// `None` where there is no `git` on PATH.
    pub git: Option<GitHelper>,
}

/// A path in Vault's key-value store.
pub struct VaultPath<'a> {
    /// The Vault to ask.
    pub vault: &'a Vault,
    /// As `vault kv get` takes it.
    pub path: &'a str,
    /// Under SKIP_VAULT_K8S_AUTH_CONFIG: a Vault that can't be asked is a warning, not an error.
    pub may_fail: bool,
}

/// The Secrets of Argo CD's namespace that carry its label.
pub struct ClusterSecrets<'a> {
    /// Their namespace.
    pub namespace: &'a str,
    /// The one that is ours (`GITOPS_REPO_SECRET_NAME`).
    pub secret_name: &'a str,
    /// Those of type `repository` and `repo-creds`, already listed.
    pub secrets: &'a [Value],
}

/// Asks the sources in order, and stops at the first that gives a login.
///
/// # Errors
/// Vault can't be asked (unless it may fail), `--credentials-from vault` gives none, or `stop` was cancelled.
pub async fn find(query: Query<'_>, stop: &CancellationToken) -> Result<Found, CredentialsError> {
    let mut search = Search::default();
    for source in sources(query.only, query.repo_url) {
        if stop.is_cancelled() {
            return Err(CredentialsError::Stopped);
        }
        if search.hear(ask(source, &query, stop).await?) {
            break;
        }
    }
    picked(query.only, search.finish())
}

/// Those to ask. A folder on this machine is read without a login.
fn sources(only: Option<Source>, url: &RepoUrl) -> Vec<Source> {
    match only {
        _ if url.kind() == UrlKind::File => Vec::new(),
        Some(Source::None) => Vec::new(),
        Some(only @ (Source::Env | Source::Vault | Source::Cluster | Source::Git)) => vec![only],
        None => Source::ORDER.to_vec(),
    }
}

async fn ask(
    source: Source,
    query: &Query<'_>,
    stop: &CancellationToken,
) -> Result<Candidate, CredentialsError> {
    let not_asked = |why: &str| Candidate::nothing(source, source.title(), format!("not asked: {why}"));
    let url = query.repo_url;
    match source {
        Source::Env => Ok(from_environment(query.env.clone(), url)),
        Source::Vault => match &query.vault {
            Some(vault) => ask_vault(vault, query.only, url, stop).await,
            None => Ok(not_asked("VAULT_ADDR and VAULT_TOKEN are not both set")),
        },
        Source::Cluster => Ok(match &query.cluster {
            Some(cluster) => from_secrets(cluster.secrets, cluster.namespace, cluster.secret_name, url),
            None => not_asked("the Secrets of the cluster were not read"),
        }),
        Source::Git => match &query.git {
            Some(git) => helper::ask(git, url, stop).await,
            None => Ok(not_asked("git is not on PATH")),
        },
        Source::None => Ok(not_asked("anonymous")),
    }
}

async fn ask_vault(
    at: &VaultPath<'_>,
    only: Option<Source>,
    url: &RepoUrl,
    stop: &CancellationToken,
) -> Result<Candidate, CredentialsError> {
    let looked_up = tokio::select! {
        looked_up = at.vault.kv_read(at.path) => looked_up,
        () = stop.cancelled() => return Err(CredentialsError::Stopped),
    };
    match looked_up {
        Ok(KvLookup::Found { version, data, .. }) => Ok(from_kv(at.path, version, &data, url)),
        Ok(KvLookup::Absent { .. }) => Ok(nothing_at(at.path, "nothing there (404)")),
        Ok(KvLookup::Deleted { .. }) => Ok(nothing_at(at.path, "its newest version is deleted (404)")),
        Ok(KvLookup::Denied { paths }) => Ok(denied(at.path, paths)),
        Err(error) if at.may_fail && only.is_none() => Ok(unanswered(at.path, &error)),
        Err(error) => Err(CredentialsError::Vault { path: at.path.to_owned(), source: error.into() }),
    }
}

fn nothing_at(path: &str, why: &str) -> Candidate {
    Candidate::nothing(Source::Vault, format!("Vault KV {path}"), why)
}

/// Where not even the version could be asked for there are two paths.
fn denied(path: &str, paths: Vec<String>) -> Candidate {
    let said = match paths.as_slice() {
        [two, one] => format!("{two} (on KV version 1: {one})"),
        paths => paths.join(", "),
    };
    let why = format!("no such mount, or the token has no `read` on {said} (403)");
    Candidate { denied: paths, ..nothing_at(path, &why) }
}

fn unanswered(path: &str, error: &VaultError) -> Candidate {
    let why = format!("could not be asked: {error}");
    let warning = format!("Vault was not asked for a login at {path}: {error}");
    Candidate { warnings: vec![warning], ..nothing_at(path, &why) }
}

/// A source picked by hand that gives none: Vault's silence is an error, the others' a warning.
fn picked(only: Option<Source>, mut found: Found) -> Result<Found, CredentialsError> {
    let (Some(only), Some(tried), None) = (only, found.tried.last(), &found.login) else {
        return Ok(found);
    };
    let (outcome, denied) = (tried.outcome.clone(), tried.denied.clone());
    if only == Source::Vault {
        return Err(CredentialsError::VaultGivesNone { outcome, denied });
    }
    found
        .warnings
        .push(format!("--credentials-from {only} gives no login ({outcome}); going on without one"));
    Ok(found)
}
