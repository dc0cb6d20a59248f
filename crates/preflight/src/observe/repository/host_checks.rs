//! The checks of the Git host: pure.

use advice::{CommandLine, shell};
use cluster_spec::UrlKind;
use credentials::Found;
use diagnostics::{Blocked, Check, CheckId, Checks, Failure};
use gitops_clone::{GitError, Tip};

use super::login::policy_to_read;
use crate::commit_id::short;
use crate::inputs::RepositoryInputs;

/// The Git host answered with the ref's commit.
pub(super) fn found(inputs: &RepositoryInputs<'_>, found: &Found, tip: &Tip, checks: &mut Checks) {
    checks.passed(CheckId::GitHost, accepts(inputs.spec.repo_url.kind(), found));
    of_tip(inputs.spec.repo_ref.as_str(), tip, checks);
    of_vault(found, checks);
}

fn of_tip(name: &str, tip: &Tip, checks: &mut Checks) {
    checks.passed(CheckId::RepositoryRef, format!("{} {name} at {}", tip.kind, short(&tip.commit)));
    checks.warn_if_any(CheckId::RepositoryRefContent, &tip.warnings);
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
            checks.passed(CheckId::GitHost, accepts(inputs.spec.repo_url.kind(), found));
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

fn accepts(kind: UrlKind, found: &Found) -> String {
    match found.login {
        Some(_) => format!("accepts the credentials from {}", found.origin),
        None if kind == UrlKind::Ssh => "accepts this user's ssh".into(),
        None => "needs no credentials".into(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::CheckStatus;
    use gitops_clone::RefKind;

    #[test]
    fn a_warning_of_the_ref_is_a_check_of_its_own() {
        for (warnings, expect) in [(vec![], None), (vec!["odd".to_owned()], Some(CheckStatus::Warning))] {
            let commit = "1".repeat(40);
            let (full_name, login_ends) = (None, None);
            let tip = Tip { commit, kind: RefKind::Branch, also_tag: false, full_name, warnings, login_ends };
            let mut checks = Checks::default();
            of_tip("main", &tip, &mut checks);
            let all = checks.into_vec();
            let found = all.iter().find(|check| check.id == CheckId::RepositoryRefContent);
            assert_eq!(found.map(Check::status), expect);
        }
    }

    #[test]
    fn without_a_login_ssh_is_that_of_the_user() {
        let found = |login| Found {
            login,
            source: credentials::Source::None,
            origin: "its origin".into(),
            tried: Vec::new(),
            warnings: Vec::new(),
            mistakes: Vec::new(),
        };
        assert!(accepts(UrlKind::Ssh, &found(None)).contains("ssh"));
        assert!(!accepts(UrlKind::Https, &found(None)).contains("ssh"));
        assert!(
            accepts(
                UrlKind::Ssh,
                &found(Some(secret::RepoLogin::Basic { username: "it".into(), password: "a".into() }))
            )
            .contains("its origin")
        );
    }
}
