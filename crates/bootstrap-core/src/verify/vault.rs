//! Vault and its auth mount against this cluster, where a token is at hand.

use diagnostics::{Failure, FailureKind, Row, Subject};
use vault_access::{ConfigLookup, Vault};
use vault_auth::{LoginProof, Outcome, State, VaultAuthError, shares_authority};

use super::asking::{Asking, VAULT as GROUP, not_reached};
use super::mount::{self, NO_AUTHORITY};
use crate::expiry::{self, TokenLife};
use crate::look::Parts;
use crate::settings::VaultChoice;
use crate::world::VaultAuthWorld;

const TOKEN: &str = "the Vault token outlives a run";
const MOUNT: &str = "the auth mount points at this cluster";
const REVIEWER: &str = "the reviewer is accepted";

pub(super) async fn rows(asking: &Asking<'_>, parts: &Parts) -> Vec<Row> {
    let settings = match &asking.request.settings.vault {
        VaultChoice::Present(settings) => settings,
        VaultChoice::Absent => return skipped(asking, "VAULT_ADDR and VAULT_TOKEN are not both set"),
    };
    match (&parts.vault, &parts.auth) {
        (Some(Some(vault)), Some(Some(auth))) => {
            let mut rows = vec![token(asking, vault).await];
            rows.extend(of_mount(asking, vault, auth, settings.login_proof.as_ref()).await);
            rows
        }
        (_, Some(None)) if settings.skip_auth => skipped(asking, "SKIP_VAULT_K8S_AUTH_CONFIG is set"),
        (Some(Some(vault)), _) => {
            let mut rows = vec![token(asking, vault).await];
            rows.extend(failed(asking, &parts.failures).into_iter().skip(1));
            rows
        }
        _ => failed(asking, &parts.failures),
    }
}

/// None of it was looked at.
pub(super) fn skipped(asking: &Asking<'_>, reason: &str) -> Vec<Row> {
    let role = login_proof(asking).map(login_sentence);
    let sentences = [TOKEN, MOUNT, REVIEWER].map(String::from).into_iter().chain(role);
    sentences.map(|sentence| Row::skipped(GROUP, sentence, reason)).collect()
}

fn login_proof<'a>(asking: &'a Asking<'_>) -> Option<&'a LoginProof> {
    match &asking.request.settings.vault {
        VaultChoice::Present(settings) => settings.login_proof.as_ref(),
        VaultChoice::Absent => None,
    }
}

fn login_sentence(login: &LoginProof) -> String {
    format!("{}/{} can log in with role {}", login.namespace, login.service_account, login.role)
}

/// Each failure is told where it belongs, the other rows say that they had to be left out.
fn failed(asking: &Asking<'_>, failures: &[Failure]) -> Vec<Row> {
    let of = |subject: Subject| failures.iter().find(|failure| failure.subject == subject);
    let left_out = |sentence: &str| Row::skipped(GROUP, sentence, not_reached(failures));
    let row = |subject: Subject, sentence: &str| match of(subject) {
        Some(failure) => Row::of_failure(GROUP, sentence, failure),
        None => left_out(sentence),
    };
    let role = login_proof(asking).map(login_sentence);
    let first = match of(Subject::VaultToken) {
        // That it is too short for a run is nothing that does not work.
        Some(short) => Row::warning(GROUP, TOKEN, vec![short.message.clone()])
            .command(short.hint.clone().unwrap_or_default()),
        None => row(Subject::Vault, "Vault answers, and its token counts"),
    };
    let mut rows = vec![first, row(Subject::AuthMount, MOUNT), left_out(REVIEWER)];
    rows.extend(role.map(|sentence| left_out(&sentence)));
    rows
}

async fn token(asking: &Asking<'_>, vault: &Vault) -> Row {
    let token = match vault.token().await {
        Ok(token) => token,
        Err(error) => {
            let failure = Failure::during(FailureKind::Refused, GROUP, "ask Vault", &error, error.hint());
            return Row::of_failure(GROUP, TOKEN, &failure);
        }
    };
    if !token.visible {
        return Row::skipped(GROUP, TOKEN, "the token may not look itself up");
    }
    match expiry::token_life(token.ttl_seconds, asking.identity().is_openshift) {
        TokenLife::Enough => Row::ok(GROUP, TOKEN),
        TokenLife::MayEnd(told) | TokenLife::TooShort(told) => {
            Row::warning(GROUP, TOKEN, vec![told]).command(expiry::renew_token(token.renewable))
        }
    }
}

async fn of_mount(
    asking: &Asking<'_>,
    vault: &Vault,
    auth: &VaultAuthWorld,
    login: Option<&LoginProof>,
) -> Vec<Row> {
    let mend = "bitiq-bootstrap vault-auth <cluster> --force";
    let state = match vault_auth::observe(asking.access(), vault, &auth.desired).await {
        Ok(state) => state,
        Err(error) => {
            let why = format!("failed to {error}");
            let role = login.map(login_sentence);
            let others = [REVIEWER.to_owned()].into_iter().chain(role);
            let others = others.map(|sentence| Row::skipped(GROUP, sentence, &why));
            return std::iter::once(refused(MOUNT, &error)).chain(others).collect();
        }
    };
    let mut rows = vec![mount::judge(GROUP, &auth.desired, &state).command(mend)];
    let Some(outcome) = as_held(&auth.desired, &state) else {
        rows.push(no_reviewer(auth, &state).command(mend));
        let why = "the reviewer's token and the cluster's CA were not found";
        rows.extend(login.map(|login| Row::skipped(GROUP, login_sentence(login), why)));
        return rows;
    };
    asking.context.mask.add(&outcome.jwt);
    rows.push(match vault_auth::prove(asking.access(), vault, &auth.desired, &outcome, None).await {
        Ok(proof) => match proof.unreached {
            None => Row::ok(GROUP, format!("{REVIEWER} (seen from this machine), as {}", proof.reviewer)),
            Some(why) => Row::warning(GROUP, format!("{REVIEWER} at VAULT_KUBERNETES_HOST"), vec![why])
                .hint("prove it with a real login:")
                .command("bitiq-bootstrap verify <cluster> --vault-role ROLE"),
        },
        // The hint says what mends it.
        Err(error) => refused(REVIEWER, &error),
    });
    if let Some(login) = login {
        let sentence = login_sentence(login);
        let proof = vault_auth::prove(asking.access(), vault, &auth.desired, &outcome, Some(login)).await;
        rows.push(match proof.map(|proof| proof.login) {
            Ok(Some(done)) => {
                let odd = done.not_revoked.map(|why| format!("its token could not be revoked: {why}"));
                Row::warned_by(GROUP, sentence, odd.into_iter().collect())
            }
            Ok(None) => Row::skipped(GROUP, sentence, "Vault was not asked"),
            Err(error) => refused(&sentence, &error),
        });
    }
    rows
}

/// What the mount holds, as far as it can be read: an authority that was renewed since has to work all the same.
fn as_held(desired: &vault_auth::Desired, state: &State) -> Option<Outcome> {
    let mut outcome = Outcome::of(desired, state)?;
    if let ConfigLookup::Found(config) = &state.config
        && shares_authority(&config.ca_cert, &outcome.authority.pem)
    {
        outcome.authority.pem.clone_from(&config.ca_cert);
    }
    Some(outcome)
}

fn no_reviewer(auth: &VaultAuthWorld, state: &State) -> Row {
    let reviewer = &auth.desired.reviewer;
    match &state.authority {
        None => Row::warning(GROUP, REVIEWER, vec![format!("it was not asked: {NO_AUTHORITY}")]),
        Some(_) => {
            let why = format!("Secret {}/{} holds no token of it", reviewer.namespace, reviewer.secret);
            Row::failed(GROUP, REVIEWER, vec![why])
        }
    }
}

fn refused(sentence: &str, error: &VaultAuthError) -> Row {
    let doing = "have Vault trust the cluster";
    let failure = Failure::during(FailureKind::Refused, GROUP, doing, error, error.hint());
    Row::of_failure(GROUP, sentence, &failure)
}
