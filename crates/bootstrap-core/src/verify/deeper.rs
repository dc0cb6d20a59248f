//! What needs more than the kubeconfig: the repository login, and a Vault token. All of it comes from the look that a run
//! takes before its first write.

use jiff::Timestamp;
use trace::Change;

use super::asking::Asking;
use super::gitops::GROUP;
use super::{certificates, secret, vault};
use crate::check_row::Row;
use crate::event::Events;
use crate::expiry;
use crate::failure::Failure;
use crate::look::look;
use crate::plan::Intent;
use crate::planning;
use crate::request::Context;
use crate::warnings::Warnings;
use crate::world::{RepositoryWorld, World};

const PLAN: &str = "plan";
const NOTHING_TO_CHANGE: &str = "a run would change nothing";
const NOTHING_TO_WARN_OF: &str = "a run would warn of nothing";
/// The steps that a failure of the repository's own look is told under.
const LOGIN: &str = "repository login";
const REPOSITORY: &str = "repository";

pub(super) async fn rows(asking: &Asking<'_>) -> Vec<Row> {
    let warnings = Warnings::new(&asking.context.mask);
    let events = Events::new();
    events.add(Box::new(warnings.clone()));
    let quiet = Context { events, ..asking.context.clone() };
    for warning in asking.request.spec_warnings.iter().chain(&asking.request.settings.warnings) {
        quiet.events.warn(warning.clone());
    }
    let looked = look(asking.request, &quiet).await;
    let mut rows = repository(asking, looked.as_ref());
    rows.extend(vault::rows(asking, looked.as_ref().map(|world| world.vault.as_ref())).await);
    match &looked {
        Ok(world) => {
            planning::warn(asking.request, world, &quiet);
            rows.push(plan(asking, world));
            rows.push(Row::warned_by(PLAN, NOTHING_TO_WARN_OF, warnings.heard()));
        }
        Err(failures) => rows.push(no_plan(failures)),
    }
    rows
}

/// None of it was looked at.
pub(super) fn skipped(asking: &Asking<'_>, reason: &str) -> Vec<Row> {
    let (secret, login) = (secret_name(asking), readable(asking));
    let mut rows = vec![
        Row::skipped(GROUP, format!("Secret {secret} holds the login in force"), reason),
        Row::skipped(GROUP, login, reason),
    ];
    rows.extend(vault::skipped(asking, reason));
    rows.push(Row::skipped(PLAN, NOTHING_TO_CHANGE, reason));
    rows
}

fn secret_name(asking: &Asking<'_>) -> String {
    format!("{}/{}", asking.namespace(), asking.request.settings.repository.secret_name)
}

fn readable(asking: &Asking<'_>) -> String {
    let spec = &asking.request.spec;
    format!("{} of {} can be read", spec.repo_ref.as_str(), spec.repo_url.as_str())
}

fn repository(asking: &Asking<'_>, looked: Result<&World, &Vec<Failure>>) -> Vec<Row> {
    match looked.map(|world| world.repository.as_ref()) {
        Ok(Some(found)) => of_repository(asking, found),
        Ok(None) => Vec::new(),
        Err(failures) => {
            let secret = format!("Secret {} holds the login in force", secret_name(asking));
            vec![
                missing(GROUP, readable(asking), failures),
                Row::skipped(GROUP, secret, not_reached(failures)),
            ]
        }
    }
}

fn of_repository(asking: &Asking<'_>, found: &RepositoryWorld) -> Vec<Row> {
    let (source, origin) = (found.found.source, &found.found.origin);
    let mut rows = vec![
        Row::ok(GROUP, format!("{} (login from {origin})", readable(asking))),
        secret::judge(GROUP, &secret_name(asking), source, origin, &found.secret.describe())
            .hint("give it to Argo CD")
            .command(format!("bitiq-bootstrap repo-creds {}", asking.cluster())),
    ];
    let what = "the repository login";
    rows.push(match expiry::of_login(origin, found.tip.login_ends) {
        Some(expiry) => certificates::row(GROUP, what, &expiry, Timestamp::now()),
        None => {
            let reason = "the Git host does not say when it ends";
            Row::skipped(GROUP, format!("{what} is good for 30 days"), reason)
        }
    });
    rows
}

/// A look that failed: without a login there was nothing to look with.
fn missing(group: &'static str, sentence: String, failures: &[Failure]) -> Row {
    match failures.iter().find(|failure| failure.step == REPOSITORY) {
        Some(failure) => Row::of_failure(group, sentence, failure),
        None => Row::skipped(group, sentence, not_reached(failures)),
    }
}

/// Why something was not looked at.
pub(super) fn not_reached(failures: &[Failure]) -> String {
    let of_login = failures.iter().find(|failure| failure.step == LOGIN);
    let told = of_login.or_else(|| failures.first());
    told.map_or_else(|| "what it needs was not looked at".into(), |failure| failure.message.clone())
}

/// A run would be refused: that it would change nothing can't be said.
fn no_plan(failures: &[Failure]) -> Row {
    if let [failure] = failures
        && failure.step == LOGIN
    {
        return Row::skipped(PLAN, NOTHING_TO_CHANGE, failure.message.clone());
    }
    let told = failures.iter().map(|failure| format!("it would be refused: {}", failure.message)).collect();
    let row = Row::warning(PLAN, NOTHING_TO_CHANGE, told);
    match failures.iter().find_map(|failure| failure.hint.clone()) {
        Some(hint) => row.hint(hint),
        None => row,
    }
}

fn plan(asking: &Asking<'_>, world: &World) -> Row {
    let steps = planning::plan(asking.request, world).steps.into_iter();
    let changes = steps.filter_map(|step| match step.intent {
        Intent::Change { changes } => Some((step.name, changes)),
        Intent::Unchanged | Intent::Skip { .. } | Intent::Run { .. } | Intent::Watch { .. } => None,
    });
    let told = |(step, changes): (&'static str, Vec<Change>)| {
        changes.into_iter().map(move |change| format!("{step}: {change}")).collect::<Vec<_>>()
    };
    Row::warned_by(PLAN, NOTHING_TO_CHANGE, changes.flat_map(told).collect())
        .hint("look at it, then have it done")
        .command(format!("bitiq-bootstrap plan {0}\nbitiq-bootstrap run {0}", asking.cluster()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_row::RowStatus;

    #[test]
    fn a_host_that_refuses_is_a_failure_and_a_login_that_nobody_gave_is_not() {
        let refused = [Failure::refused("repository", "the login is refused (401)")];
        assert_eq!(missing(GROUP, "x".into(), &refused).status, RowStatus::Failed);
        let none = [Failure::refused("repository login", "no source gave a login")];
        let row = missing(GROUP, "x".into(), &none);
        assert_eq!(
            (row.status, row.details),
            (RowStatus::Skipped, vec!["no source gave a login".to_owned()])
        );
    }

    #[test]
    fn that_a_run_would_be_refused_is_a_warning_but_for_a_missing_login() {
        let none = Failure::refused("repository login", "no source gave a login");
        assert_eq!(no_plan(std::slice::from_ref(&none)).status, RowStatus::Skipped);
        let dirty = Failure::refused("repository", "gitops-src is dirty").hint("git stash");
        let row = no_plan(&[none, dirty]);
        assert_eq!(row.status, RowStatus::Warning);
        assert_eq!(row.details[1], "it would be refused: gitops-src is dirty");
        assert_eq!(row.hint.as_deref(), Some("git stash"));
    }
}
