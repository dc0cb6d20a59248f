//! The GitOps operator: what OLM says of it.

use advice::shell;
use argocd::chart::OPERATORS_VALUES;
use argocd::operator::{self, Health};
use diagnostics::{Check, CheckId};

use super::checker::{Checker, unlisted};
use preflight::observe::observations::Observations;

const ID: CheckId = CheckId::OperatorInstalled;

pub(super) async fn check(checker: &Checker<'_>, observed: &Observations) -> Check {
    let source = observed.repository.found().and_then(|it| it.source.as_ref());
    let Some(source) = source else { return skipped("the repository was not read") };
    let Some(operators) = &source.charts.operators else {
        return skipped(&format!("the repository has no {OPERATORS_VALUES}"));
    };
    match operator::has_olm(checker.access()).await {
        Ok(true) => {}
        Ok(false) => return skipped("the cluster has no OLM (no kind Subscription)"),
        Err(error) => return unlisted(ID, &error),
    }
    let gitops = &operators.gitops;
    match operator::health(checker.access(), gitops).await {
        Ok(health) => judge(health).hint("see what OLM says, then have it done").command(checker.oc(shell!(
            "-n {} get subscriptions.operators.coreos.com,csv,installplan",
            gitops.install_namespace
        ))),
        Err(error) => unlisted(ID, &error),
    }
}

pub(super) fn skipped(reason: &str) -> Check {
    Check::skipped(ID, reason)
}

/// One line each: the command that approves an InstallPlan stands below its line.
fn judge(health: Health) -> Check {
    let lines = |all: Vec<String>| all.iter().flat_map(|it| it.lines()).map(str::to_owned).collect();
    let warnings = health.warnings.iter().map(ToString::to_string).collect();
    match (health.csv, warnings) {
        (Some(csv), warnings) => Check::warned_by(ID, csv.to_string(), lines(warnings)),
        (None, warnings) => Check::failed(ID, lines([health.against, warnings].concat())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::CheckStatus;

    #[test]
    fn what_keeps_it_from_being_installed_fails_and_what_waits_is_a_warning() {
        let installed = Health { csv: Some("g.v1".into()), ..Health::default() };
        assert_eq!(judge(installed.clone()).status(), CheckStatus::Ok);
        let check = judge(Health { warnings: vec!["InstallPlan x waits:\noc patch".into()], ..installed });
        assert_eq!((check.status(), check.details().len()), (CheckStatus::Warning, 2));
        let check = judge(Health { against: vec!["it is Failed".into()], ..Health::default() });
        assert_eq!(
            (check.status(), check.details()),
            (CheckStatus::Failed, &["it is Failed".to_owned()][..])
        );
    }
}
