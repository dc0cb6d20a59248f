//! The repository: its Git host accepts the login, and Argo CD's Secret holds that login.

use advice::CommandLine;
use credentials::Found;
use diagnostics::{Check, CheckId, Checks, Failure, Subject};
use gitops_clone::{GitError, Tip};
use jiff::Timestamp;

use super::checker::{Checker, not_reached};
use super::secret;
use preflight::expiry;
use preflight::observe::observation::Observation;
use preflight::observe::observations::Observations;
use preflight::observe::repository::login::{self, look_up_failed, plan_secret, remote};
use preflight::state::ClusterState;
use settings::VaultChoice;

/// What a run would find; where something else stood in its way, the host is asked for this alone.
pub(super) async fn checks(checker: &Checker<'_>, observed: &Observations) -> Vec<Check> {
    let unasked = match (&observed.vault, &checker.request.settings.vault) {
        (Observation::Blocked, _) => Some(vault_unasked(&observed.failures())),
        (Observation::NotPartOfCommand, VaultChoice::Present(_)) => Some("it does not answer".to_owned()),
        _ => None,
    };
    if let Some(state) = observed.repository.found() {
        return found(checker, &state.found, &state.tip, Ok(state.secret.describe()), unasked);
    }
    let (inputs, session) = (checker.inputs().repository, checker.session);
    let cluster = observed.cluster.found();
    let secrets = cluster.map(|cluster| cluster.secrets.secrets.as_deref().unwrap_or_default());
    let mut checks = Checks::default();
    let login = login::observe(&inputs, session, secrets, observed.vault.found(), &mut checks).await;
    let way = login.and_then(|login| {
        let remote = remote(&inputs, session, &login, &mut checks)?;
        Ok((login, remote))
    });
    let (login, remote) = match way {
        Ok(way) => way,
        Err(failure) => return not_asked(&failure.message),
    };
    match gitops_clone::look_up(&remote, &checker.request.spec.repo_ref, &session.stop.token).await {
        Ok(tip) => found(checker, &login, &tip, secret_changes(checker, cluster, &login), unasked),
        Err(error) => not_read(&error, look_up_failed(&inputs, &login, &error)),
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
pub(super) fn not_asked(reason: &str) -> Vec<Check> {
    vec![Check::skipped(CheckId::RepositoryReadable, reason), Check::skipped(secret::ID, reason)]
}

fn secret_name(checker: &Checker<'_>) -> String {
    format!("{}/{}", checker.namespace(), checker.request.settings.repository.secret_name)
}

fn readable(checker: &Checker<'_>) -> String {
    let spec = &checker.request.spec;
    format!("{} of {}", spec.repo_ref.as_str(), spec.repo_url.as_str())
}

fn secret_changes(
    checker: &Checker<'_>,
    cluster: Option<&ClusterState>,
    login: &Found,
) -> Result<Vec<trace::Change>, String> {
    let cluster = cluster.ok_or("the Secrets of Argo CD were not looked at")?;
    let changes =
        plan_secret(&checker.inputs().repository, cluster, login).map_err(|failure| failure.message)?;
    Ok(changes.describe())
}

fn found(
    checker: &Checker<'_>,
    login: &Found,
    tip: &Tip,
    changes: Result<Vec<trace::Change>, String>,
    unasked: Option<String>,
) -> Vec<Check> {
    let (origin, name) = (&login.origin, secret_name(checker));
    let denied = login.tried.iter().find(|tried| !tried.denied.is_empty());
    let unasked = unasked.or_else(|| denied.map(|tried| tried.outcome.clone()));
    let secret = match changes {
        Ok(changes) => secret::judge(&name, (login.source, unasked), origin, &changes)
            .hint("give it to Argo CD")
            .command(CommandLine::own("repo-creds")),
        Err(why) => Check::skipped(secret::ID, why),
    };
    let id = CheckId::LoginExpiry;
    let end = match expiry::login_expiry(origin, tip.login_ends) {
        Some(expiry) => expiry::check(id, &expiry, Timestamp::now()),
        None => {
            let reason = "the Git host does not say when it ends";
            Check::skipped(id, reason)
        }
    };
    let read = format!("{} with the credentials from {origin}", readable(checker));
    vec![Check::passed(CheckId::RepositoryReadable, read), secret, end]
}

/// What the host refuses is a failure, that it can't be asked from here a warning, and without a login there was
/// nothing to ask with.
fn not_read(error: &GitError, failure: Failure) -> Vec<Check> {
    let mut checks = not_asked(&failure.message);
    checks[0] = judge(error, failure);
    checks
}

fn judge(error: &GitError, failure: Failure) -> Check {
    let id = CheckId::RepositoryReadable;
    match error {
        GitError::NoLogin { .. } | GitError::LoginInHeader { .. } => Check::skipped(id, failure.message),
        GitError::LoginRefused { .. }
        | GitError::SshRefused { .. }
        | GitError::NoSuchRef { .. }
        | GitError::NoSuchCommit { .. }
        | GitError::NotACommit { .. } => Check::refused(id, failure),
        _ => Check::refused(id, failure).as_warning(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::CheckStatus;

    #[track_caller]
    fn check(error: &GitError, expect: CheckStatus) {
        let failure = Failure::example(Subject::Repository, error.to_string());
        assert_eq!(judge(error, failure).status(), expect);
    }

    #[test]
    fn a_refusal_fails_a_silent_host_warns_and_without_a_login_it_is_skipped() {
        let (url, reference) = ("https://git.example.com/x".to_owned(), "main".to_owned());
        let none = GitError::NoLogin { url: url.clone(), detail: None, elsewhere: vec![] };
        check(&none, CheckStatus::Skipped);
        check(&GitError::NoSuchRef { reference, url: url.clone(), nearest: vec![] }, CheckStatus::Failed);
        check(&GitError::Remote { url: url.clone(), detail: "reset".into() }, CheckStatus::Warning);
        check(&GitError::TimedOut { doing: url, limit: std::time::Duration::ZERO }, CheckStatus::Warning);
    }
}
