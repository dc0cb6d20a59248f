//! The GitOps operator: what OLM says of it.

use argocd::chart::OPERATORS_VALUES;
use argocd::operator::{self, Health};
use diagnostics::Row;

use super::asking::GROUP;
use super::asking::{Asking, unlisted};
use crate::look::Parts;

const SENTENCE: &str = "the GitOps operator is installed";

pub(super) async fn row(asking: &Asking<'_>, parts: &Parts) -> Row {
    let source = parts.repository.as_ref().and_then(Option::as_ref).and_then(|it| it.source.as_ref());
    let Some(source) = source else { return skipped("the repository was not read") };
    let Some(operators) = &source.charts.operators else {
        return skipped(&format!("the repository has no {OPERATORS_VALUES}"));
    };
    match operator::has_olm(asking.access()).await {
        Ok(true) => {}
        Ok(false) => return skipped("the cluster has no OLM (no kind Subscription)"),
        Err(error) => return unlisted(GROUP, SENTENCE, &error),
    }
    let gitops = &operators.gitops;
    match operator::health(asking.access(), gitops).await {
        Ok(health) => {
            judge(health).hint("see what OLM says, then have it done").command(asking.oc(&format!(
                "-n {} get subscriptions.operators.coreos.com,csv,installplan",
                secret::quoted(&gitops.install_namespace)
            )))
        }
        Err(error) => unlisted(GROUP, SENTENCE, &error),
    }
}

pub(super) fn skipped(reason: &str) -> Row {
    Row::skipped(GROUP, SENTENCE, reason)
}

/// One line each: the command that approves an InstallPlan stands below its line.
fn judge(health: Health) -> Row {
    let lines = |all: Vec<String>| all.iter().flat_map(|it| it.lines()).map(str::to_owned).collect();
    match (health.csv, health.warnings) {
        (Some(csv), warnings) => Row::warned_by(GROUP, format!("{SENTENCE} ({csv})"), lines(warnings)),
        (None, warnings) => Row::failed(GROUP, SENTENCE, lines([health.against, warnings].concat())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::RowStatus;

    #[test]
    fn what_keeps_it_from_being_installed_fails_and_what_waits_is_a_warning() {
        let installed = Health { csv: Some("g.v1".into()), ..Health::default() };
        assert_eq!(judge(installed.clone()).status, RowStatus::Ok);
        let row = judge(Health { warnings: vec!["InstallPlan x waits:\noc patch".into()], ..installed });
        assert_eq!((row.status, row.details.len()), (RowStatus::Warning, 2));
        let row = judge(Health { against: vec!["it is Failed".into()], ..Health::default() });
        assert_eq!((row.status, row.details), (RowStatus::Failed, vec!["it is Failed".to_owned()]));
    }
}
