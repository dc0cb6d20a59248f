//! The repository: its Git host accepts the login, and Argo CD's Secret holds that login.

use credentials::Found;
use diagnostics::{Failure, Row, Subject};
use gitops_clone::{GitError, Tip};
use jiff::Timestamp;

use super::asking::{Asking, GROUP, not_reached};
use super::{certificates, secret};
use crate::expiry;
use crate::look::Parts;
use crate::look::repository::login::{login, look_up_failed, plan_secret, remote};
use crate::request::Context;
use crate::settings::VaultChoice;
use crate::world::ClusterWorld;

const LOGIN: &str = "the repository login";

/// What the look of a run found; where something else stood in its way, the host is asked for this alone.
pub(super) async fn rows(asking: &Asking<'_>, quiet: &Context, parts: &Parts) -> Vec<Row> {
    let unasked = match (&parts.vault, &asking.request.settings.vault) {
        (None, _) => Some(vault_unasked(&parts.failures)),
        (Some(None), VaultChoice::Present(_)) => Some("it does not answer".to_owned()),
        _ => None,
    };
    if let Some(Some(world)) = &parts.repository {
        return found(asking, &world.found, &world.tip, Ok(world.secret.describe()), unasked);
    }
    let cluster = parts.cluster.as_ref();
    let secrets = cluster.map(|cluster| cluster.secrets.secrets.as_deref().unwrap_or_default());
    let vault = parts.vault.as_ref().and_then(Option::as_ref);
    let (login, remote) = match login(asking.request, quiet, secrets, vault).await {
        Ok(login) => {
            let remote = remote(asking.request, quiet, &login);
            (login, remote)
        }
        Err(failure) => return not_asked(asking, &failure.message),
    };
    let remote = match remote {
        Ok(remote) => remote,
        Err(failure) => return not_asked(asking, &failure.message),
    };
    let stop = &quiet.stop.token;
    match gitops_clone::look_up(&remote, &asking.request.spec.repo_ref, stop).await {
        Ok(tip) => found(asking, &login, &tip, secret_changes(asking, cluster, &login), unasked),
        Err(error) => not_read(asking, &error, &look_up_failed(asking.request, &login, &error)),
    }
}

/// Why Vault was not asked for a login.
fn vault_unasked(failures: &[Failure]) -> String {
    let of_vault = failures
        .iter()
        .find(|failure| matches!(failure.subject, Subject::Vault | Subject::VaultToken | Subject::AuthMount));
    of_vault.map_or_else(|| not_reached(failures), |failure| failure.message.clone())
}

/// None of it was looked at.
pub(super) fn not_asked(asking: &Asking<'_>, reason: &str) -> Vec<Row> {
    vec![
        Row::skipped(GROUP, readable(asking), reason),
        Row::skipped(GROUP, format!("Secret {} holds the login in force", secret_name(asking)), reason),
    ]
}

fn secret_name(asking: &Asking<'_>) -> String {
    format!("{}/{}", asking.namespace(), asking.request.settings.repository.secret_name)
}

fn readable(asking: &Asking<'_>) -> String {
    let spec = &asking.request.spec;
    format!("{} of {} can be read", spec.repo_ref.as_str(), spec.repo_url.as_str())
}

fn secret_changes(
    asking: &Asking<'_>,
    cluster: Option<&ClusterWorld>,
    login: &Found,
) -> Result<Vec<trace::Change>, String> {
    let cluster = cluster.ok_or("the Secrets of Argo CD were not looked at")?;
    let changes = plan_secret(asking.request, cluster, login).map_err(|failure| failure.message)?;
    Ok(changes.describe())
}

fn found(
    asking: &Asking<'_>,
    login: &Found,
    tip: &Tip,
    changes: Result<Vec<trace::Change>, String>,
    unasked: Option<String>,
) -> Vec<Row> {
    let (origin, name) = (&login.origin, secret_name(asking));
    let denied = login.tried.iter().find(|tried| !tried.denied.is_empty());
    let unasked = unasked.or_else(|| denied.map(|tried| tried.outcome.clone()));
    let secret = match changes {
        Ok(changes) => secret::judge(GROUP, &name, (login.source, unasked), origin, &changes)
            .hint("give it to Argo CD")
            .command("bitiq-bootstrap repo-creds <cluster>"),
        Err(why) => Row::skipped(GROUP, format!("Secret {name} holds the login in force"), why),
    };
    let end = match expiry::of_login(origin, tip.login_ends) {
        Some(expiry) => certificates::row(GROUP, LOGIN, &expiry, Timestamp::now()),
        None => {
            let reason = "the Git host does not say when it ends";
            Row::skipped(GROUP, format!("{LOGIN} is good for 30 days"), reason)
        }
    };
    vec![Row::ok(GROUP, format!("{} (login from {origin})", readable(asking))), secret, end]
}

/// What the host refuses is a failure, that it can't be asked from here a warning, and without a login there was
/// nothing to ask with.
fn not_read(asking: &Asking<'_>, error: &GitError, failure: &Failure) -> Vec<Row> {
    let mut rows = not_asked(asking, &failure.message);
    rows[0] = judge(readable(asking), error, failure);
    rows
}

fn judge(sentence: String, error: &GitError, failure: &Failure) -> Row {
    let row = Row::of_failure(GROUP, &sentence, failure);
    match error {
        GitError::NoLogin { .. } | GitError::LoginInHeader { .. } => {
            Row::skipped(GROUP, sentence, failure.message.clone())
        }
        GitError::LoginRefused { .. }
        | GitError::SshRefused { .. }
        | GitError::NoSuchRef { .. }
        | GitError::NoSuchCommit { .. }
        | GitError::NotACommit { .. } => row,
        _ => Row { status: diagnostics::RowStatus::Warning, ..row },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::RowStatus;

    #[track_caller]
    fn check(error: &GitError, expect: RowStatus) {
        let failure = Failure::refused(Subject::Repository, error.to_string());
        assert_eq!(judge("main can be read".into(), error, &failure).status, expect);
    }

    #[test]
    fn a_refusal_fails_a_silent_host_warns_and_without_a_login_it_is_skipped() {
        let (url, reference) = ("https://git.example.com/x".to_owned(), "main".to_owned());
        check(&GitError::NoSuchRef { reference, url: url.clone(), nearest: vec![] }, RowStatus::Failed);
        check(&GitError::Remote { url: url.clone(), said: "reset".into() }, RowStatus::Warning);
        check(&GitError::TimedOut { doing: url, limit: std::time::Duration::ZERO }, RowStatus::Warning);
    }
}
