//! The checks of the Git host: pure.

use advice::{CommandLine, shell};
use cluster_spec::UrlKind;
use credentials::{Found, Source};
use diagnostics::{Blocked, Check, CheckId, Checks, Failure};
use gitops_clone::{GitError, Tip};

use super::login::{odd_tip, policy_to_read};
use crate::inputs::RepositoryInputs;

/// The Git host answered with the ref's commit.
pub(super) fn found(inputs: &RepositoryInputs<'_>, found: &Found, tip: &Tip, checks: &mut Checks) {
    checks.passed(CheckId::GitHost, accepts(inputs, found));
    let name = inputs.spec.repo_ref.as_str();
    let short = tip.commit.get(..10).unwrap_or(&tip.commit);
    checks.passed(CheckId::RepositoryRef, format!("{} {name} at {short}", tip.kind));
    odd_tip(tip, checks);
    of_vault(found, checks);
}

/// It did not.
pub(super) fn not_found(
    inputs: &RepositoryInputs<'_>,
    found: &Found,
    error: &GitError,
    failure: Failure,
    checks: &mut Checks,
) -> Blocked {
    let id = match error {
        GitError::NoSuchRef { .. } | GitError::NoSuchCommit { .. } | GitError::NotACommit { .. } => {
            checks.passed(CheckId::GitHost, accepts(inputs, found));
            CheckId::RepositoryRef
        }
        GitError::SshRefused { .. } | GitError::NotFound { .. } if found.unusable_key().is_some() => {
            CheckId::RepositoryLogin
        }
        GitError::NoLogin { .. } | GitError::LoginInHeader { .. } => CheckId::RepositoryLogin,
        _ => CheckId::GitHost,
    };
    let blocked = checks.failed(id, see(inputs), failure);
    of_vault(found, checks);
    blocked
}

/// The command that asks the same of the host.
pub(super) fn see(inputs: &RepositoryInputs<'_>) -> CommandLine {
    let (url, reference) = (inputs.spec.repo_url.as_str(), inputs.spec.repo_ref.as_str());
    shell!("git ls-remote {} {}", url, reference)
}

fn accepts(inputs: &RepositoryInputs<'_>, found: &Found) -> String {
    match found.source {
        Source::None if inputs.spec.repo_url.kind() == UrlKind::Ssh => "accepts this user's ssh".into(),
        Source::None => "needs no credentials".into(),
        Source::Env | Source::Vault | Source::Cluster | Source::Git => {
            format!("accepts the credentials from {}", found.origin)
        }
    }
}

/// A login that Vault did not let the token read, where another source gave one.
fn of_vault(found: &Found, checks: &mut Checks) {
    let tried = found.tried.iter().filter(|tried| !tried.denied.is_empty());
    for tried in tried.filter(|_| found.login.is_some()) {
        let hint =
            format!("the login is taken from {}; to have it from Vault, let the token read it", found.origin);
        let check = Check::warning(CheckId::RepositoryLoginVault, vec![tried.outcome.clone()]);
        checks.push(check.hint(hint).command(policy_to_read(tried.denied.clone())));
    }
}
