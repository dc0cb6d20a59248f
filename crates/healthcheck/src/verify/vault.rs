//! Vault and its auth mount against this cluster, where a token is at hand.

use advice::CommandLine;
use diagnostics::{Check, CheckId, Failure, FailureKind, Subject};
use vault_access::{ConfigLookup, TokenInfo, Vault, VaultError};
use vault_auth::{LoginProof, Outcome, State, VaultAuthError, shares_authority};

use super::auth_mount::{self, NO_AUTHORITY};
use super::checker::{Checker, not_reached};
use preflight::expiry::{self, TokenLife};
use preflight::observe::observation::Observation;
use preflight::observe::observations::Observations;
use preflight::state::VaultAuthState;
use settings::VaultChoice;

pub(super) async fn checks(checker: &Checker<'_>, observed: &Observations) -> Vec<Check> {
    let settings = match &checker.request.settings.vault {
        VaultChoice::Present(settings) => settings,
        VaultChoice::Absent => return skipped(checker, "VAULT_ADDR and VAULT_TOKEN are not both set"),
    };
    match (&observed.vault, &observed.auth) {
        (Observation::Found(vault), Observation::Found(auth)) => {
            let mut checks = vec![token(checker, vault).await];
            checks.extend(mount_checks(checker, vault, auth, settings.login_proof.as_ref()).await);
            checks
        }
        (_, Observation::NotPartOfCommand) if settings.skip_auth => {
            skipped(checker, "SKIP_VAULT_K8S_AUTH_CONFIG is set")
        }
        (Observation::Found(vault), _) => {
            let mut checks = vec![token(checker, vault).await];
            checks.extend(failed_checks(checker, &observed.failures()).into_iter().skip(1));
            checks
        }
        _ => failed_checks(checker, &observed.failures()),
    }
}

/// None of it was looked at.
pub(super) fn skipped(checker: &Checker<'_>, reason: &str) -> Vec<Check> {
    ids(checker).map(|id| Check::skipped(id, reason)).collect()
}

/// All checks, in their order.
fn ids(checker: &Checker<'_>) -> impl Iterator<Item = CheckId> {
    let role = login_proof(checker).map(|_| CheckId::RoleLogin);
    [CheckId::VaultTokenLasts, auth_mount::ID, CheckId::Reviewer].into_iter().chain(role)
}

fn login_proof<'a>(checker: &'a Checker<'_>) -> Option<&'a LoginProof> {
    match &checker.request.settings.vault {
        VaultChoice::Present(settings) => settings.login_proof.as_ref(),
        VaultChoice::Absent => None,
    }
}

fn login_fact(login: &LoginProof) -> String {
    format!("{}/{} logs in with role {}", login.namespace, login.service_account, login.role)
}

/// Each failure is told where it belongs, the other checks say that they had to be left out.
fn failed_checks(checker: &Checker<'_>, failures: &[Failure]) -> Vec<Check> {
    judge_failures(login_proof(checker).is_some(), failures)
}

fn judge_failures(proves_login: bool, failures: &[Failure]) -> Vec<Check> {
    let of = |subject: Subject| failures.iter().find(|failure| failure.subject == subject);
    let left_out = |id: CheckId| Check::skipped(id, not_reached(failures));
    let check = |subject: Subject, id: CheckId| match of(subject) {
        Some(failure) => Check::refused(id, failure.clone()),
        None => left_out(id),
    };
    let first = match of(Subject::VaultToken) {
        // That it is too short for a run is nothing that does not work.
        Some(short) => Check::warning(CheckId::VaultTokenLasts, vec![short.message.clone()])
            .command(short.hint.clone().unwrap_or_default()),
        None => check(Subject::Vault, CheckId::VaultAnswers),
    };
    let mut checks = vec![first, check(Subject::AuthMount, auth_mount::ID), left_out(CheckId::Reviewer)];
    checks.extend(proves_login.then(|| left_out(CheckId::RoleLogin)));
    checks
}

async fn token(checker: &Checker<'_>, vault: &Vault) -> Check {
    judge_token(vault.token().await, checker.identity().is_openshift)
}

fn judge_token(token: Result<TokenInfo, VaultError>, is_openshift: bool) -> Check {
    const ID: CheckId = CheckId::VaultTokenLasts;
    let token = match token {
        Ok(token) => token,
        Err(error) => {
            let failure = Failure::during(FailureKind::Refused, Subject::Vault, "ask Vault", &error);
            return Check::refused(ID, failure);
        }
    };
    if !token.visible {
        return Check::skipped(ID, "the token may not look itself up");
    }
    match expiry::token_life(token.ttl_seconds, is_openshift) {
        TokenLife::Enough => Check::passed(ID, "outlives a run"),
        TokenLife::MayEnd(told) | TokenLife::TooShort(told) => {
            Check::warning(ID, vec![format!("the Vault token {told}")])
                .command(expiry::renew_token(token.renewable))
        }
    }
}

async fn mount_checks(
    checker: &Checker<'_>,
    vault: &Vault,
    auth: &VaultAuthState,
    login: Option<&LoginProof>,
) -> Vec<Check> {
    let fix = || CommandLine::own("vault-auth").with("--force");
    let state = match vault_auth::observe(checker.access(), vault, &auth.desired).await {
        Ok(state) => state,
        Err(error) => {
            let why = format!("failed to {error}");
            let others = ids(checker).skip(2).map(|id| Check::skipped(id, why.clone()));
            return std::iter::once(refused(auth_mount::ID, &error)).chain(others).collect();
        }
    };
    let mut checks = vec![auth_mount::judge(&auth.desired, &state).command(fix())];
    let Some(outcome) = live_outcome(&auth.desired, &state) else {
        checks.push(no_reviewer(auth, &state).command(fix()));
        let why = "the reviewer's token and the cluster's CA were not found";
        checks.extend(login.map(|_| Check::skipped(CheckId::RoleLogin, why)));
        return checks;
    };
    checker.session.mask.add(&outcome.jwt);
    let proof = vault_auth::prove(checker.access(), vault, &auth.desired, &outcome, None).await;
    checks.push(match proof {
        Ok(proof) => match proof.unreached {
            None => Check::passed(
                CheckId::Reviewer,
                format!("accepted as {} (checked from this machine)", proof.reviewer),
            ),
            Some(why) => Check::warning(CheckId::Reviewer, vec![why])
                .hint("prove it with a real login:")
                .command(CommandLine::own("verify").with("--vault-role ROLE")),
        },
        Err(error) => refused(CheckId::Reviewer, &error),
    });
    if let Some(login) = login {
        let (id, fact) = (CheckId::RoleLogin, login_fact(login));
        let proof = vault_auth::prove(checker.access(), vault, &auth.desired, &outcome, Some(login)).await;
        checks.push(match proof.map(|proof| proof.login) {
            Ok(Some(done)) => {
                let odd = done.not_revoked.map(|why| format!("its token could not be revoked: {why}"));
                Check::warned_by(id, fact, odd.into_iter().collect())
            }
            Ok(None) => Check::skipped(id, "Vault was not asked"),
            Err(error) => refused(id, &error),
        });
    }
    checks
}

/// What the mount holds, as far as it can be read: an authority that was renewed since has to work all the same.
fn live_outcome(desired: &vault_auth::Desired, state: &State) -> Option<Outcome> {
    let mut outcome = Outcome::of(desired, state)?;
    if let ConfigLookup::Found(config) = &state.config
        && shares_authority(&config.ca_cert, &outcome.authority.pem)
    {
        outcome.authority.pem.clone_from(&config.ca_cert);
    }
    Some(outcome)
}

fn no_reviewer(auth: &VaultAuthState, state: &State) -> Check {
    let reviewer = &auth.desired.reviewer;
    match &state.authority {
        None => {
            let why = format!("it was not asked: {NO_AUTHORITY}");
            Check::warning(CheckId::Reviewer, vec![why])
        }
        Some(_) => {
            let why = format!("Secret {}/{} holds no token of it", reviewer.namespace, reviewer.secret);
            Check::failed(CheckId::Reviewer, vec![why])
        }
    }
}

fn refused(id: CheckId, error: &VaultAuthError) -> Check {
    let doing = "have Vault trust the cluster";
    Check::refused(id, Failure::during(FailureKind::Refused, Subject::Vault, doing, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::CheckStatus;

    fn statuses(failures: &[Failure]) -> Vec<(CheckId, CheckStatus)> {
        let checks = judge_failures(true, failures);
        checks.iter().map(|check| (check.id, check.status())).collect()
    }

    #[test]
    fn a_failure_is_told_where_it_belongs_and_the_rest_is_left_out() {
        use CheckStatus::{Failed, Skipped, Warning};
        let sealed = Failure::example(Subject::Vault, "it is sealed");
        let (mount, reviewer, role) = (auth_mount::ID, CheckId::Reviewer, CheckId::RoleLogin);
        let expect = |first, of_mount| vec![first, (mount, of_mount), (reviewer, Skipped), (role, Skipped)];
        assert_eq!(statuses(&[sealed]), expect((CheckId::VaultAnswers, Failed), Skipped));
        let other = Failure::example(Subject::AuthMount, "it is another cluster's");
        assert_eq!(statuses(&[other]), expect((CheckId::VaultAnswers, Skipped), Failed));
        let short = Failure::example(Subject::VaultToken, "it ends in 1 minute").hint("vault token renew");
        assert_eq!(statuses(&[short]), expect((CheckId::VaultTokenLasts, Warning), Skipped));
    }

    #[test]
    fn a_token_that_ends_soon_is_a_warning_with_the_command_that_renews_it() {
        let token = |ttl_seconds, visible| TokenInfo {
            display_name: "ops".into(),
            ttl_seconds,
            renewable: true,
            visible,
            policies: Vec::new(),
        };
        assert_eq!(judge_token(Ok(token(None, true)), true).status(), CheckStatus::Ok);
        let short = judge_token(Ok(token(Some(60), true)), true);
        assert_eq!(short.status(), CheckStatus::Warning);
        assert!(short.command.is_some_and(|command| command.to_string().contains("renew")));
        assert_eq!(judge_token(Ok(token(None, false)), true).status(), CheckStatus::Skipped);
        let sealed = VaultError::Sealed { address: "https://vault".into() };
        assert_eq!(judge_token(Err(sealed), true).status(), CheckStatus::Failed);
    }
}
