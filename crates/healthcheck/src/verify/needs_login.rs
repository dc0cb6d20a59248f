//! What needs more than the kubeconfig: the repository login, and a Vault token. It comes from the look that a run takes
//! before its first write; so does what a run would do.

use advice::{Advice, CommandLine};
use diagnostics::{Check, CheckId, Failure, Intent, Step, Subject, warnings};
use trace::Change;

use super::checker::Checker;
use super::{gitops_operator, repository, vault};
use preflight::Reporter;
use preflight::check_inputs;
use preflight::plan;
use preflight::state::ObservedState;
use preflight::systems::{cross_checks, observe_each};

pub(super) async fn checks(checker: &Checker<'_>) -> Vec<Check> {
    let inputs = checker.inputs();
    let mut preflight_checks = check_inputs(checker.request, &checker.session.mask);
    // Nothing but a signal, and that is reported from outside.
    let Ok(observed) = observe_each(&inputs, checker.session, &Reporter::silent()).await else {
        return Vec::new();
    };
    preflight_checks.extend(observed.checks.iter().cloned());
    let (mut checks, of_vault, operator) = tokio::join!(
        repository::checks(checker, &observed),
        vault::checks(checker, &observed),
        gitops_operator::check(checker, &observed)
    );
    checks.extend(of_vault);
    checks.push(operator);
    let is_whole = observed.failures().is_empty();
    checks.push(match observed.into_state(&inputs) {
        Ok(state) => {
            preflight_checks.extend(cross_checks(&inputs, &state).await);
            judge_changes(changes(&inputs, &state))
        }
        Err(failures) => judge_refusal(&failures),
    });
    checks.push(judge_warnings(is_whole, warnings(&preflight_checks)));
    checks
}

/// An observation that ended early has not found all warnings: that there are none can't be said then.
fn judge_warnings(is_whole: bool, found: Vec<Advice>) -> Check {
    const ID: CheckId = CheckId::PlanWarnings;
    match (found.is_empty(), is_whole) {
        (false, _) => Check::warning_of(ID, found),
        (true, true) => Check::passed(ID, "none"),
        (true, false) => Check::skipped(ID, "not everything could be looked at"),
    }
}

/// None of it was looked at.
pub(super) fn skipped(checker: &Checker<'_>, reason: &str) -> Vec<Check> {
    let mut checks = repository::not_asked(reason);
    checks.extend(vault::skipped(checker, reason));
    checks.push(gitops_operator::skipped(reason));
    checks.push(Check::skipped(CheckId::PlanChanges, reason));
    checks
}

/// A run would be refused: that it would change nothing can't be said.
fn judge_refusal(failures: &[Failure]) -> Check {
    if let [failure] = failures
        && failure.subject == Subject::RepositoryLogin
    {
        return Check::skipped(CheckId::PlanChanges, failure.message.clone());
    }
    let findings =
        failures.iter().map(|failure| format!("it would be refused: {}", failure.message)).collect();
    let check = Check::warning(CheckId::PlanChanges, findings);
    match failures.iter().find_map(|failure| failure.hint.clone()) {
        Some(hint) => check.hint(hint),
        None => check,
    }
}

fn changes(inputs: &preflight::inputs::Inputs<'_>, state: &ObservedState) -> Vec<(Step, Vec<Change>)> {
    let steps = plan::plan(inputs, state).steps.into_iter();
    let changes = steps.filter_map(|step| match step.intent {
        Intent::Change { changes } => Some((step.name, changes)),
        Intent::Unchanged | Intent::Skip { .. } | Intent::Run { .. } | Intent::Watch { .. } => None,
    });
    changes.collect()
}

fn judge_changes(changes: Vec<(Step, Vec<Change>)>) -> Check {
    let findings = |(step, changes): (Step, Vec<Change>)| {
        changes.into_iter().map(move |change| format!("{step}: {change}")).collect::<Vec<_>>()
    };
    let findings = changes.into_iter().flat_map(findings).collect();
    Check::warned_by(CheckId::PlanChanges, "none", findings)
        .hint("look at it, then have it done")
        .command(Advice::command(CommandLine::own("plan")).run(CommandLine::own("run")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::CheckStatus;

    #[test]
    fn that_a_run_would_be_refused_is_a_warning_but_for_a_missing_login() {
        let none = Failure::example(Subject::RepositoryLogin, "no source gave a login");
        assert_eq!(judge_refusal(std::slice::from_ref(&none)).status(), CheckStatus::Skipped);
        let dirty = Failure::example(Subject::Repository, "gitops-src is dirty").hint("git stash");
        let check = judge_refusal(&[none, dirty]);
        assert_eq!(check.status(), CheckStatus::Warning);
        assert_eq!(check.details()[1], "it would be refused: gitops-src is dirty");
        assert_eq!(check.hint, Some("git stash".into()));
    }

    #[test]
    fn an_observation_that_ended_early_does_not_say_that_there_are_no_warnings() {
        assert_eq!(judge_warnings(false, vec![]).status(), CheckStatus::Skipped);
        assert_eq!(judge_warnings(false, vec!["odd".into()]).status(), CheckStatus::Warning);
        assert_eq!(judge_warnings(true, vec![]).status(), CheckStatus::Ok);
    }

    #[test]
    fn each_change_of_a_run_is_a_finding_with_its_step() {
        assert_eq!(judge_changes(vec![]).status(), CheckStatus::Ok);
        let changes = vec![(Step::Record, vec![Change::create("ConfigMap argo/bitiq-bootstrap")])];
        let check = judge_changes(changes);
        assert_eq!(check.status(), CheckStatus::Warning);
        assert!(check.details()[0].starts_with("record: "), "{check:?}");
    }
}
