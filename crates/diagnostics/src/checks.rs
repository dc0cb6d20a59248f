//! The checks of one observation, in the order they were made.

use advice::Advice;

use crate::check::Check;
use crate::check_id::CheckId;
use crate::failure::Failure;
use crate::failures::Failures;

/// The observation can't go on: a check says why, or the check of what it needs, or a signal came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocked;

/// Collects the checks of one observation.
#[derive(Debug, Default)]
pub struct Checks(Vec<Check>);

impl Checks {
    /// Adds a check.
    pub fn push(&mut self, check: Check) {
        self.0.push(check);
    }

    /// Adds a check that passed.
    pub fn passed(&mut self, id: CheckId, fact: impl Into<String>) {
        self.push(Check::passed(id, fact));
    }

    /// Adds a check that was not made.
    pub fn skipped(&mut self, id: CheckId, reason: impl Into<String>) {
        self.push(Check::skipped(id, reason));
    }

    /// Adds a warning if there are `findings`.
    pub fn warn_if_any(&mut self, id: CheckId, findings: &[impl Clone + Into<Advice>]) {
        if !findings.is_empty() {
            self.push(Check::warning_of(id, findings.iter().cloned().map(Into::into).collect()));
        }
    }

    /// Adds a check that failed; `see` is the command that shows it, where the failure brings none of its own. A signal
    /// is no finding.
    pub fn failed(&mut self, id: CheckId, see: impl Into<Advice>, failure: Failure) -> Blocked {
        if !failure.is_of_signal() {
            self.push(Check::refused(id, failure).or_command(see));
        }
        Blocked
    }

    /// Adds a check that passed with this fact or failed as `result` says, and hands the value on.
    ///
    /// # Errors
    /// The check failed.
    pub fn result<T>(
        &mut self,
        id: CheckId,
        fact: impl Into<String>,
        see: impl Into<Advice>,
        result: Result<T, Failure>,
    ) -> Result<T, Blocked> {
        match result {
            Ok(value) => {
                self.passed(id, fact);
                Ok(value)
            }
            Err(failure) => Err(self.failed(id, see, failure)),
        }
    }

    /// Adds a check only if `result` is a failure, and hands the value on.
    ///
    /// # Errors
    /// The check failed.
    pub fn failure_of<T>(
        &mut self,
        id: CheckId,
        see: impl Into<Advice>,
        result: Result<T, Failure>,
    ) -> Result<T, Blocked> {
        result.map_err(|failure| self.failed(id, see, failure))
    }

    /// Adds those of another observation.
    pub fn extend(&mut self, more: impl IntoIterator<Item = Check>) {
        self.0.extend(more);
    }

    /// The checks.
    pub fn into_vec(self) -> Vec<Check> {
        self.0
    }
}

/// The failures of a run, as `checks` found them: each once, though several checks may share one.
pub fn failures(checks: &[Check]) -> Failures {
    let mut failures: Vec<Failure> = Vec::new();
    for failure in checks.iter().filter_map(Check::failure) {
        if failures.iter().all(|known| known.message != failure.message) {
            failures.push(failure.clone());
        }
    }
    failures.into()
}

/// The warnings of a run, as `checks` found them: each once.
pub fn warnings(checks: &[Check]) -> Vec<Advice> {
    let mut warnings: Vec<Advice> = Vec::new();
    for warning in checks.iter().flat_map(Check::warnings) {
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CheckStatus, FailureKind, Subject};

    const ID: CheckId = CheckId::Nodes;

    #[test]
    fn a_result_becomes_a_check_and_its_value_goes_on() {
        let mut checks = Checks::default();
        assert_eq!(checks.result(ID, "fine", "", Ok(1)), Ok(1));
        let failure = Failure::example(Subject::Cluster, "it is not");
        assert_eq!(checks.result::<()>(ID, "fine", "oc get nodes", Err(failure)), Err(Blocked));
        assert_eq!(checks.failure_of(ID, "", Ok(2)), Ok(2));
        let all = checks.into_vec();
        let status: Vec<CheckStatus> = all.iter().map(Check::status).collect();
        assert_eq!(status, [CheckStatus::Ok, CheckStatus::Failed]);
        assert_eq!(all[1].command, Some("oc get nodes".into()));
    }

    #[test]
    fn a_signal_blocks_without_a_finding() {
        let mut checks = Checks::default();
        let failure = Failure {
            kind: FailureKind::Interrupted,
            ..Failure::example(Subject::Cluster, "interrupted (SIGINT)")
        };
        assert_eq!(checks.result::<()>(ID, "fine", "", Err(failure)), Err(Blocked));
        assert!(checks.into_vec().is_empty());
    }

    #[test]
    fn a_failure_that_several_checks_share_counts_once() {
        let failure = Failure::example(Subject::Cluster, "a; b");
        let other = Failure::example(Subject::Vault, "c");
        let checks = [
            Check::refused(ID, failure.clone()),
            Check::refused(CheckId::Permissions, failure),
            Check::failed(ID, vec!["no failure of a run".into()]),
            Check::refused(ID, other),
        ];
        let messages: Vec<String> = failures(&checks).iter().map(|it| it.message.clone()).collect();
        assert_eq!(messages, ["a; b", "c"]);
    }

    #[test]
    fn warnings_are_those_of_all_checks_each_once() {
        let mut checks = Checks::default();
        checks.warn_if_any(ID, &["odd"]);
        checks.warn_if_any(ID, &[""; 0]);
        checks.warn_if_any(CheckId::Permissions, &["odd", "odder"]);
        checks.skipped(ID, "no reason");
        let all = checks.into_vec();
        assert_eq!(all.len(), 3);
        assert_eq!(warnings(&all), ["odd".into(), "odder".into()]);
    }

    #[test]
    fn the_checks_of_another_observation_stand_behind_those_before() {
        let mut checks = Checks::default();
        checks.passed(ID, "first");
        checks.extend([Check::passed(ID, "second")]);
        let facts: Vec<String> =
            checks.into_vec().into_iter().map(|check| check.finding().to_owned()).collect();
        assert_eq!(facts, ["first", "second"]);
    }
}
