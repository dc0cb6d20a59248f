//! What needs more than the kubeconfig: the repository login, and a Vault token. It comes from the look that a run takes
//! before its first write; so does what a run would do.

use diagnostics::{Failure, Intent, Row, Step, Subject};
use trace::Change;

use super::asking::Asking;
use super::{gitops_operator, repository, vault};
use crate::announce::warn_about_inputs;
use crate::look::{Parts, look_at_parts};
use crate::planning;
use crate::request::Context;
use crate::warnings::Warnings;
use crate::world::World;

const PLAN: Subject = Subject::Plan;
const NOTHING_TO_CHANGE: &str = "a run would change nothing";
const NOTHING_TO_WARN_OF: &str = "a run would warn of nothing";
/// The step that a missing login is told under.
const LOGIN: Subject = Subject::RepositoryLogin;

pub(super) async fn rows(asking: &Asking<'_>) -> Vec<Row> {
    let warnings = Warnings::default();
    let events = asking.context.events.apart();
    events.add(Box::new(warnings.clone()));
    let quiet = Context { events, ..asking.context.clone() };
    warn_about_inputs(asking.request, &quiet);
    // Nothing but a signal, and that is told from outside.
    let Ok(parts) = look_at_parts(asking.request, &quiet).await else { return Vec::new() };
    let (mut rows, of_vault, operator) = tokio::join!(
        repository::rows(asking, &quiet, &parts),
        vault::rows(asking, &parts),
        gitops_operator::row(asking, &parts)
    );
    rows.extend(of_vault);
    rows.push(operator);
    let whole = parts.failures.is_empty();
    rows.extend(plan(asking, &quiet, parts));
    rows.push(warned(whole, warnings.heard()));
    rows
}

/// A look that ended early has not heard all warnings: that there are none can't be said then.
fn warned(whole: bool, heard: Vec<String>) -> Row {
    match whole || !heard.is_empty() {
        true => Row::warned_by(PLAN, NOTHING_TO_WARN_OF, heard),
        false => Row::skipped(PLAN, NOTHING_TO_WARN_OF, "not everything could be looked at"),
    }
}

/// None of it was looked at.
pub(super) fn skipped(asking: &Asking<'_>, reason: &str) -> Vec<Row> {
    let mut rows = repository::not_asked(asking, reason);
    rows.extend(vault::skipped(asking, reason));
    rows.push(gitops_operator::skipped(reason));
    rows.push(Row::skipped(PLAN, NOTHING_TO_CHANGE, reason));
    rows
}

fn plan(asking: &Asking<'_>, quiet: &Context, parts: Parts) -> Vec<Row> {
    match parts.into_world(asking.request) {
        Ok(world) => {
            planning::warn(asking.request, &world, quiet);
            vec![changes(asking, &world)]
        }
        Err(failures) => vec![refused(&failures)],
    }
}

/// A run would be refused: that it would change nothing can't be said.
fn refused(failures: &[Failure]) -> Row {
    if let [failure] = failures
        && failure.subject == LOGIN
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

fn changes(asking: &Asking<'_>, world: &World) -> Row {
    let steps = planning::plan(asking.request, world).steps.into_iter();
    let changes = steps.filter_map(|step| match step.intent {
        Intent::Change { changes } => Some((step.name, changes)),
        Intent::Unchanged | Intent::Skip { .. } | Intent::Run { .. } | Intent::Watch { .. } => None,
    });
    let told = |(step, changes): (Step, Vec<Change>)| {
        changes.into_iter().map(move |change| format!("{step}: {change}")).collect::<Vec<_>>()
    };
    Row::warned_by(PLAN, NOTHING_TO_CHANGE, changes.flat_map(told).collect())
        .hint("look at it, then have it done")
        .command("bitiq-bootstrap plan <cluster>\nbitiq-bootstrap run <cluster>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::RowStatus;

    #[test]
    fn that_a_run_would_be_refused_is_a_warning_but_for_a_missing_login() {
        let none = Failure::refused(Subject::RepositoryLogin, "no source gave a login");
        assert_eq!(refused(std::slice::from_ref(&none)).status, RowStatus::Skipped);
        let dirty = Failure::refused(Subject::Repository, "gitops-src is dirty").hint("git stash");
        let row = refused(&[none, dirty]);
        assert_eq!(row.status, RowStatus::Warning);
        assert_eq!(row.details[1], "it would be refused: gitops-src is dirty");
        assert_eq!(row.hint.as_deref(), Some("git stash"));
    }

    #[test]
    fn a_look_that_ended_early_does_not_say_that_there_are_no_warnings() {
        assert_eq!(warned(false, vec![]).status, RowStatus::Skipped);
        assert_eq!(warned(false, vec!["odd".into()]).status, RowStatus::Warning);
        assert_eq!(warned(true, vec![]).status, RowStatus::Ok);
    }
}
