//! Vault itself: it answers, is unsealed, accepts the token.

pub mod mount;
mod mount_checks;
pub mod mount_writers;
pub mod policy;

use crate::error::PreflightError;
use advice::{Advice, shell};
use diagnostics::{Blocked, Check, CheckId, Checks, Failure, FailureKind, Subject};
use vault_access::{Health, TokenInfo, Vault, VaultError};

use super::cluster::connect::through;
use super::observation::{Observation, Observed};
use crate::inputs::VaultInputs;
use crate::session::Session;

const UNSET: &str = "VAULT_ADDR and VAULT_TOKEN are not both set";

/// Vault's state. Not part of the command where there is none to be asked, or the command does without it.
pub async fn observe(inputs: &VaultInputs<'_>, session: &Session) -> Observed<Vault> {
    let mut checks = Checks::default();
    let Some(settings) = inputs.settings else {
        if inputs.is_required {
            let failure = PreflightError::NoVault.refused(Subject::Vault);
            let blocked = checks.failed(CheckId::VaultAnswers, Advice::default(), failure);
            return Observed::of(Err(blocked), checks, |_| String::new());
        }
        checks.skipped(CheckId::VaultAnswers, UNSET);
        return Observed::not_part(checks);
    };
    let may_do_without = settings.skip_auth && !inputs.is_required;
    let vault = match Vault::new(settings.access.clone()) {
        Ok(vault) => vault,
        Err(error) => {
            let answers = Answers { address: "", proxy: None, health: None, token: None };
            return judge(&answers, Some(&error), may_do_without).map_state(None);
        }
    };
    let (mut health, mut token) = (None, None);
    let asked = async {
        health = Some(vault.ready().await?);
        token = Some(vault.token().await?);
        Ok::<_, VaultError>(())
    };
    let problem = tokio::select! {
        asked = asked => asked.err(),
        () = session.stop.token.cancelled() => return Observed::of(Err(Blocked), checks, |_| String::new()),
    };
    let answers = Answers {
        address: vault.address(),
        proxy: vault.proxy(),
        health: health.as_ref(),
        token: token.as_ref(),
    };
    judge(&answers, problem.as_ref(), may_do_without).map_state(Some(vault.clone()))
}

/// The answers, as far as they came.
struct Answers<'a> {
    /// Empty where the settings can't be used.
    address: &'a str,
    proxy: Option<String>,
    health: Option<&'a Health>,
    token: Option<&'a TokenInfo>,
}

/// Each question is a check of its own: a sealed Vault and a token that is none are fixed differently. Where a run does
/// without Vault, one that can't be asked is a warning.
fn judge(answers: &Answers<'_>, problem: Option<&VaultError>, may_do_without: bool) -> Observed<()> {
    let mut checks = Checks::default();
    let Answers { address, proxy, health, token } = answers;
    if let Some(health) = health {
        checks.passed(
            CheckId::VaultAnswers,
            format!("{address} {}{}, unsealed", health.version, through(proxy.clone())),
        );
    }
    if let Some(token) = token {
        checks.passed(
            CheckId::VaultToken,
            match token.display_name.as_str() {
                "" => "accepted".to_owned(),
                name => format!("accepted as {name}"),
            },
        );
    }
    let Some(error) = problem else {
        let version = health.map(|health| health.version.as_str()).unwrap_or_default();
        let user = token.map(|token| token.display_name.as_str()).unwrap_or_default();
        return Observed::of(Ok(()), checks, |()| format!("{address} ({version}) as {user}"));
    };
    let (id, see) = match (address.is_empty(), health) {
        (true, _) => (CheckId::VaultSettings, shell!("env | grep -o ^VAULT_[A-Z_]*")),
        (false, None) => (CheckId::VaultAnswers, shell!("vault status -address={}", *address)),
        (false, Some(_)) => (CheckId::VaultToken, shell!("vault token lookup -address={}", *address)),
    };
    // Vault is asked for the login alone: without it the other sources are asked.
    if may_do_without && error.is_unreachable() {
        checks.push(Check::warning(id, vec![done_without(error)]));
        let summary = "out of reach; left alone (SKIP_VAULT_K8S_AUTH_CONFIG)".to_owned();
        return Observed { summary, ..Observed::not_part(checks) };
    }
    let blocked = checks.failed(id, see, refused(error));
    Observed::of(Err(blocked), checks, |()| String::new())
}

impl Observed<()> {
    fn map_state(self, vault: Option<Vault>) -> Observed<Vault> {
        let Self { state, summary, checks } = self;
        let state = match (state, vault) {
            (Observation::Found(()), Some(vault)) => Observation::Found(vault),
            (Observation::NotPartOfCommand, _) => Observation::NotPartOfCommand,
            (Observation::Found(()) | Observation::Blocked, _) => Observation::Blocked,
        };
        Observed { state, summary, checks }
    }
}

fn done_without(error: &VaultError) -> String {
    format!("Vault can't be asked for the repository login: {error}")
}

pub(super) fn refused(error: &VaultError) -> Failure {
    Failure::during(FailureKind::Refused, Subject::Vault, "ask Vault", error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::CheckStatus;

    const ADDRESS: &str = "https://vault.example.com";

    fn health() -> Health {
        Health { version: "2.0.0".into(), initialized: true, sealed: false }
    }

    #[track_caller]
    fn check(
        answers: &Answers<'_>,
        error: Option<&VaultError>,
        without: bool,
        expect: &[(CheckId, CheckStatus)],
    ) {
        let observed = judge(answers, error, without);
        let found: Vec<_> = observed.checks.iter().map(|check| (check.id, check.status())).collect();
        assert_eq!(found, expect);
        let failed = expect.iter().any(|(_, status)| *status == CheckStatus::Failed);
        assert_eq!(observed.state.is_blocked(), failed);
    }

    fn sealed() -> VaultError {
        VaultError::Sealed { address: ADDRESS.into() }
    }

    #[test]
    fn a_sealed_vault_and_a_token_that_is_none_are_checks_of_their_own() {
        let health = health();
        let none = Answers { address: ADDRESS, proxy: None, health: None, token: None };
        check(&none, Some(&sealed()), false, &[(CheckId::VaultAnswers, CheckStatus::Failed)]);
        check(&none, Some(&sealed()), true, &[(CheckId::VaultAnswers, CheckStatus::Warning)]);
        assert!(judge(&none, Some(&sealed()), true).checks[0].details()[0].contains(&sealed().to_string()));
        let answered = Answers { health: Some(&health), ..none };
        let expect = [(CheckId::VaultAnswers, CheckStatus::Ok), (CheckId::VaultToken, CheckStatus::Failed)];
        check(&answered, Some(&sealed()), false, &expect);
        check(&answered, None, false, &[(CheckId::VaultAnswers, CheckStatus::Ok)]);
        let unset = Answers { address: "", proxy: None, health: None, token: None };
        check(&unset, Some(&sealed()), false, &[(CheckId::VaultSettings, CheckStatus::Failed)]);
    }
}
