//! Argo CD's repository Secret: it holds the login in force.

use ::secret::LoginRule;
use credentials::Source;
use diagnostics::{Check, CheckId};
use trace::{Action, Change};

/// Keys by which the Secret logs in, as the plan names them.
const LOGIN: [&str; 3] = ["username", "password", "sshPrivateKey"];

pub(super) const ID: CheckId = CheckId::LoginInForce;

/// `source`: of the login, and why Vault could not be asked for one. `changes`: what a run would do to the Secret.
pub(super) fn judge(
    name: &str,
    (source, unasked): (Source, Option<String>),
    origin: &str,
    changes: &[Change],
) -> Check {
    if source.rule() != LoginRule::Replace {
        return match unasked {
            Some(why) => Check::skipped(ID, format!("Vault could not be asked for one: {why}")),
            None if source == Source::None => {
                Check::skipped(ID, "there is no login: the repository is read without one")
            }
            None => {
                let reason = "neither the environment nor Vault gives one: its own is in force";
                Check::skipped(ID, reason)
            }
        };
    }
    if changes.iter().any(|change| change.action == Action::Create) {
        return Check::failed(ID, vec!["it is not there".into()]);
    }
    let touched = changes.iter().flat_map(|change| &change.fields).filter(|field| is_login(field));
    let against = touched.map(|field| format!("differs: {field}")).collect();
    Check::failed_by(ID, format!("{name} holds the credentials from {origin}"), against)
}

fn is_login(field: &str) -> bool {
    LOGIN.contains(&field.split(' ').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::CheckStatus;

    #[track_caller]
    fn check(source: Source, fields: &[&str], status: CheckStatus, details: &[&str]) {
        let changes = [Change::update("Secret argo/gitops-repo").fields(fields.iter().copied())];
        let check = judge("argo/gitops-repo", (source, None), "environment", &changes);
        assert_eq!(
            (check.status(), check.details().iter().map(String::as_str).collect::<Vec<_>>()),
            (status, details.into())
        );
    }

    #[test]
    fn the_same_login_is_well_whatever_else_a_run_would_write() {
        check(Source::Env, &["label argocd.argoproj.io/secret-type", "url"], CheckStatus::Ok, &[]);
    }

    #[test]
    fn another_login_is_a_failure() {
        let field = "password (from environment)";
        check(Source::Vault, &[field], CheckStatus::Failed, &["differs: password (from environment)"]);
        check(Source::Env, &["sshPrivateKey"], CheckStatus::Failed, &["differs: sshPrivateKey"]);
    }

    #[test]
    fn a_secret_that_is_not_there_is_a_failure() {
        let changes = [Change::create("Secret argo/gitops-repo").fields(["password"])];
        let check = judge("argo/gitops-repo", (Source::Env, None), "environment", &changes);
        assert_eq!(
            (check.status(), check.details()),
            (CheckStatus::Failed, &["it is not there".to_owned()][..])
        );
    }

    #[test]
    fn where_nobody_gives_one_it_is_skipped() {
        let why = ["neither the environment nor Vault gives one: its own is in force"];
        check(Source::Cluster, &["password"], CheckStatus::Skipped, &why);
        let why = ["there is no login: the repository is read without one"];
        check(Source::None, &[], CheckStatus::Skipped, &why);
        let check = judge("argo/gitops-repo", (Source::Cluster, Some("it is sealed".into())), "", &[]);
        assert_eq!(check.details(), ["Vault could not be asked for one: it is sealed"]);
    }
}
