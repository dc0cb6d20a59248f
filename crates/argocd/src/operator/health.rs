//! Whether the operator is installed, looked at once.

use advice::Advice;
use cluster_access::{AccessError, Cluster, ObjectRef};
use serde_json::Value;

use super::install::{approval, copied_from, failed_plan, needs_approval, said};
use super::objects;
use super::wait::look;
use crate::chart::GitOpsOperator;
use crate::wait::Seen;

/// How the installation is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// The ClusterServiceVersion that is installed.
    pub csv: Option<String>,
    /// What keeps it from being installed.
    pub against: Vec<String>,
    /// Something to look at: an InstallPlan that waits, or failed beside the installed version.
    pub warnings: Vec<Advice>,
}

/// Looks once.
///
/// # Errors
/// The cluster does not answer, or we may not look.
pub async fn health(cluster: &Cluster, wanted: &GitOpsOperator) -> Result<Health, AccessError> {
    let place = objects::subscription(&wanted.install_namespace, &wanted.name);
    Ok(judge(&place, &look(cluster, wanted, &place, false).await?))
}

fn judge(place: &ObjectRef, seen: &Seen) -> Health {
    let Some(subscription) = seen.of("Subscription") else {
        return Health { against: vec![format!("{place} is not there")], ..Health::default() };
    };
    let csv = seen.of("ClusterServiceVersion");
    let against: Vec<String> = against(place, csv).into_iter().collect();
    let mut health = match csv.filter(|_| against.is_empty()) {
        Some(csv) => {
            Health { csv: csv["metadata"]["name"].as_str().map(secret::one_line), ..Health::default() }
        }
        None => Health { against, ..Health::default() },
    };
    let Some(plan) = seen.of("InstallPlan") else { return health };
    if let Some(words) = failed_plan(plan, subscription) {
        let name = seen.named("InstallPlan").map(ToString::to_string).unwrap_or_default();
        let failed = format!("{name} failed: {words}");
        if health.csv.is_some() { health.warnings.push(failed.into()) } else { health.against.push(failed) }
    } else if needs_approval(plan) {
        health.warnings.push(approval(plan).advice());
    }
    health
}

fn against(place: &ObjectRef, csv: Option<&Value>) -> Option<String> {
    let Some(csv) = csv else { return Some(format!("{place} has installed nothing yet")) };
    match copied_from(csv) {
        Some(from) => Some(format!("{}, a copy: the operator runs in {}", said(csv), secret::one_line(from))),
        None if csv["status"]["phase"] == "Succeeded" => None,
        None => Some(said(csv)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn seen(csv: Option<Value>, plan: Option<Value>) -> Seen {
        let subscription = json!({"status": {"installedCSV": "g.v1", "currentCSV": "g.v2"}});
        Seen::default()
            .with(objects::subscription("ns", "g"), Some(subscription))
            .with(objects::csv("ns", "g.v1"), csv)
            .with(objects::install_plan("ns", "install-1"), plan)
    }

    fn csv(phase: &str) -> Option<Value> {
        Some(json!({
            "kind": "ClusterServiceVersion", "metadata": {"namespace": "ns", "name": "g.v1"},
            "status": {"phase": phase, "reason": "Why", "message": "words"},
        }))
    }

    fn plan(approved: bool, phase: &str) -> Option<Value> {
        Some(json!({
            "kind": "InstallPlan", "metadata": {"namespace": "ns", "name": "install-1"},
            "spec": {"approved": approved, "clusterServiceVersionNames": ["g.v2"]},
            "status": {"phase": phase, "message": "no such kind"},
        }))
    }

    #[track_caller]
    fn check(seen: &Seen, installed: Option<&str>, against: &[&str], warnings: &[&str]) {
        let health = judge(&objects::subscription("ns", "g"), seen);
        let first = |text: &Advice| text.to_string().lines().next().unwrap_or_default().to_owned();
        assert_eq!(health.csv.as_deref(), installed);
        assert_eq!(health.against, against);
        assert_eq!(health.warnings.iter().map(first).collect::<Vec<_>>(), warnings);
    }

    #[test]
    fn one_that_succeeded_is_installed() {
        check(&seen(csv("Succeeded"), None), Some("g.v1"), &[], &[]);
    }

    #[test]
    fn one_in_any_other_phase_or_that_is_missing_is_not() {
        let words = "ClusterServiceVersion ns/g.v1 is Installing: Why: words";
        check(&seen(csv("Installing"), None), None, &[words], &[]);
        check(&seen(None, None), None, &["Subscription ns/g has installed nothing yet"], &[]);
        let gone = Seen::default().with(objects::subscription("ns", "g"), None);
        check(&gone, None, &["Subscription ns/g is not there"], &[]);
    }

    #[test]
    fn a_copy_is_not_the_operator() {
        let mut copy = csv("Succeeded").unwrap();
        copy["metadata"]["labels"] = json!({"olm.copiedFrom": "elsewhere"});
        let words =
            "ClusterServiceVersion ns/g.v1 is Succeeded: Why: words, a copy: the operator runs in elsewhere";
        check(&seen(Some(copy), None), None, &[words], &[]);
    }

    #[test]
    fn an_install_plan_that_waits_or_failed_is_told() {
        let waits =
            "InstallPlan ns/install-1 (g.v2) has to be approved (a run with --approve-install-plan does it):";
        check(&seen(csv("Succeeded"), plan(false, "RequiresApproval")), Some("g.v1"), &[], &[waits]);
        let failed = "InstallPlan ns/install-1 failed: no such kind";
        check(&seen(csv("Succeeded"), plan(true, "Failed")), Some("g.v1"), &[], &[failed]);
        check(
            &seen(None, plan(true, "Failed")),
            None,
            &["Subscription ns/g has installed nothing yet", failed],
            &[],
        );
    }
}
