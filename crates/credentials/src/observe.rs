use cluster_spec::{RepoUrl, UrlKind};
use tokio_util::sync::CancellationToken;

use crate::error::CredentialsError;
use crate::found::{Found, Search};
use crate::query::Query;
use crate::source::Source;

/// Asks the sources in order, and stops at the first that gives a login. `only`: `--credentials-from`, that source alone.
///
/// # Errors
/// Vault can't be asked (unless it may fail), `--credentials-from vault` gives none, or `stop` was cancelled.
pub async fn find(
    mut query: Query<'_>,
    only: Option<Source>,
    stop: &CancellationToken,
) -> Result<Found, CredentialsError> {
    // Whoever picks Vault wants it to answer.
    query.vault.iter_mut().for_each(|vault| vault.may_fail &= only.is_none());
    let mut search = Search::default();
    for source in sources(only, query.repo_url) {
        if stop.is_cancelled() {
            return Err(CredentialsError::Stopped);
        }
        if search.hear(source, source.ask(&query, stop).await?) {
            break;
        }
    }
    picked(only, search.finish())
}

/// Those to ask. A folder on this machine is read without a login.
fn sources(only: Option<Source>, url: &RepoUrl) -> Vec<Source> {
    match only {
        _ if url.kind() == UrlKind::File || only == Some(Source::None) => Vec::new(),
        Some(only) => vec![only],
        None => Source::ORDER.to_vec(),
    }
}

/// A source picked by hand that gives none: Vault's silence is an error, the others' a warning.
fn picked(only: Option<Source>, mut found: Found) -> Result<Found, CredentialsError> {
    let (Some(only), Some(tried), None) = (only, found.tried.last(), &found.login) else {
        return Ok(found);
    };
    let (outcome, denied) = (tried.outcome.clone(), tried.denied.clone());
    if only == Source::Vault {
        let needs = only.needs(false).unwrap_or_default();
        return Err(CredentialsError::VaultGivesNone { outcome, denied, needs });
    }
    found
        .warnings
        .push(format!("--credentials-from {only} gives no login ({outcome}); going on without one"));
    Ok(found)
}
