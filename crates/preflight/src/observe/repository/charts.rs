//! What the charts of the fetched commit want.

use crate::error::PreflightError;
use advice::{CommandLine, shell};
use argocd::chart::{APPS_VALUES, ChartError, OPERATORS_VALUES, environments, operators, subscriptions};
use diagnostics::{Blocked, CheckId, Checks, Failure, FailureKind, Subject};
use gitops_clone::{Commit, GitError};

use super::login::git;
use crate::inputs::RepositoryInputs;
use crate::state::Charts;

/// Reads them. All that is wrong with them at once, and an environment that they do not list.
pub(super) fn observe(
    inputs: &RepositoryInputs<'_>,
    commit: &Commit,
    checks: &mut Checks,
) -> Result<Charts, Blocked> {
    let mut unseen = Vec::new();
    let both = |text: &[u8]| Ok((operators(text)?, subscriptions(text)?));
    let wanted = read(commit, OPERATORS_VALUES, both, &mut unseen);
    let listed = read(commit, APPS_VALUES, environments, &mut unseen).map(Option::unwrap_or_default);
    checks.warn_if_any(CheckId::ChartValuesSeen, &unseen);
    let wanted = checks.failure_of(CheckId::ChartValues, see(OPERATORS_VALUES), wanted);
    let listed = checks.failure_of(CheckId::ChartValues, see(OPERATORS_VALUES), listed);
    let (wanted, environments) = (wanted?, listed?);
    let names: Vec<&str> = environments.iter().map(argocd::chart::Environment::name).collect();
    let env = &inputs.spec.env;
    checks.result(CheckId::Environment, env, see(APPS_VALUES), check_env(env, &names))?;
    let (operators, subscriptions) = wanted.unzip();
    Ok(Charts { operators, subscriptions: subscriptions.unwrap_or_default() })
}

/// In a clone of the repository.
fn see(file: &str) -> CommandLine {
    shell!("git log -1 --stat -- {}", file)
}

fn read<T>(
    commit: &Commit,
    path: &str,
    parse: impl Fn(&[u8]) -> Result<T, ChartError>,
    unseen: &mut Vec<String>,
) -> Result<Option<T>, Failure> {
    let text = match commit.read(path) {
        Ok(text) => text,
        // The script may fetch the submodule itself.
        Err(error @ GitError::InSubmodule { .. }) => {
            unseen.push(format!("{path} is not checked: {}", git(&error).message));
            None
        }
        Err(error) => return Err(git(&error)),
    };
    let Some(text) = text else { return Ok(None) };
    let wrong = |error: ChartError| Failure::of(FailureKind::Refused, Subject::Repository, &error);
    parse(&text).map(Some).map_err(wrong)
}

/// The script would end after half of its work.
fn check_env(env: &str, listed: &[&str]) -> Result<(), Failure> {
    if listed.is_empty() || listed.contains(&env) {
        return Ok(());
    }
    let (env, listed) = (env.to_owned(), listed.join(", "));
    Err(PreflightError::UnknownEnvironment { env, listed }.refused(Subject::Repository))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(env: &str, listed: &[&str], expect: Option<&str>) {
        assert_eq!(check_env(env, listed).err().map(|failure| failure.message).as_deref(), expect);
    }

    #[test]
    fn an_environment_has_to_be_listed_where_some_are() {
        check("prod", &["local", "prod"], None);
        check("prod", &[], None);
        check(
            "stage",
            &["local", "prod"],
            Some("gitops.env is stage, and charts/argocd-apps/values.yaml lists local, prod"),
        );
    }
}
