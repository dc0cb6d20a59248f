use advice::{Advice, Diagnostic, shell};
use cluster_access::{AccessError, Cluster, ObjectRef, Right, list_metadata};
use serde_json::Value;

/// A Helm release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    /// Where its records lie.
    pub namespace: &'static str,
    /// Its name.
    pub name: &'static str,
}

/// A release that a helm which was killed (or is at work just now) left half done. The next helm refuses it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Diagnostic)]
#[error("Helm release {}/{} is {status} (revision {revision}): a helm was killed there, or is at work just now", release.namespace, release.name)]
#[code("ARGOCD-025")]
#[hint(
    "when no helm is at work any more:",
    then(
        self.repair(),
        "`helm --kubeconfig <kubeconfig> -n <namespace> rollback <name> <last-whole>`, or `uninstall <name>` where none was whole"
    )
)]
pub struct PendingRelease {
    /// Which.
    pub release: Release,
    /// `pending-install`, `pending-upgrade`, `pending-rollback`
    pub status: String,
    /// Its newest revision.
    pub revision: u64,
    /// The newest revision that once was whole.
    pub last_whole: Option<u64>,
}

impl PendingRelease {
    /// The command that ends it, and at the first revision the one that keeps what the release has made so far: without
    /// its record, the next install takes that over.
    fn repair(&self) -> Advice {
        let Release { namespace, name } = self.release;
        let repair = Advice::command(match self.last_whole {
            Some(last) => shell!(
                "helm --kubeconfig <kubeconfig> -n {} rollback {} {}",
                namespace,
                name,
                last.to_string()
            ),
            None => shell!("helm --kubeconfig <kubeconfig> -n {} uninstall {}", namespace, name),
        });
        if self.revision != 1 {
            return repair;
        }
        let record = format!("sh.helm.release.v1.{name}.v{}", self.revision);
        repair.and("or, to keep what it made so far:").run(shell!(
            "oc --kubeconfig <kubeconfig> -n {} delete secret {}",
            namespace,
            record
        ))
    }
}

/// Those of `releases` that are pending. Helm keeps each revision in a Secret: only labels are read, no content.
///
/// # Errors
/// We may not look.
pub async fn pending_releases(
    cluster: &Cluster,
    releases: &[Release],
) -> Result<Vec<PendingRelease>, AccessError> {
    let mut pending = Vec::new();
    for release in releases {
        let labels = format!("owner=helm,name={}", release.name);
        let records = list_metadata(cluster, &secrets(release), Some(&labels)).await?;
        pending.extend(judge(*release, &records));
    }
    Ok(pending)
}

/// What must be allowed for that.
pub fn required_rights(releases: &[Release]) -> Vec<Right> {
    releases.iter().map(|release| Right::on("list", &secrets(release))).collect()
}

fn secrets(release: &Release) -> ObjectRef {
    ObjectRef::secret(release.namespace, "")
}

/// The newest revision counts.
fn judge(release: Release, records: &[Value]) -> Option<PendingRelease> {
    let revisions: Vec<(u64, &str)> = records.iter().filter_map(revision).collect();
    let (revision, status) = *revisions.iter().max_by_key(|(revision, _)| *revision)?;
    let whole = |status: &str| matches!(status, "deployed" | "superseded");
    let last_whole =
        revisions.iter().filter(|(_, status)| whole(status)).map(|(revision, _)| *revision).max();
    status.starts_with("pending-").then(|| PendingRelease {
        release,
        status: status.into(),
        revision,
        last_whole,
    })
}

fn revision(record: &Value) -> Option<(u64, &str)> {
    let labels = &record["metadata"]["labels"];
    Some((labels["version"].as_str()?.parse().ok()?, labels["status"].as_str()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(revisions: &[(&str, &str)]) -> Option<PendingRelease> {
        let records: Vec<Value> = revisions
            .iter()
            .map(|(version, status)| json!({"metadata": {"labels": {"version": version, "status": status}}}))
            .collect();
        judge(super::super::OPERATORS, &records)
    }

    fn check(revisions: &[(&str, &str)], expect: Option<&str>) {
        let repair = found(revisions).map(|pending| pending.repair().to_string());
        assert_eq!(repair.as_deref().and_then(|repair| repair.lines().next()), expect, "{revisions:?}");
    }

    #[test]
    fn a_release_that_is_not_there_or_whole_is_not_pending() {
        check(&[], None);
        check(&[("1", "deployed")], None);
        check(&[("1", "failed")], None);
        check(&[("1", "pending-install"), ("2", "deployed")], None);
    }

    #[test]
    fn a_first_install_that_was_killed_is_uninstalled() {
        check(
            &[("1", "pending-install")],
            Some("helm --kubeconfig <kubeconfig> -n openshift-operators uninstall bootstrap-operators"),
        );
        check(
            &[("1", "failed"), ("2", "pending-upgrade")],
            Some("helm --kubeconfig <kubeconfig> -n openshift-operators uninstall bootstrap-operators"),
        );
    }

    #[test]
    fn a_later_one_is_rolled_back_to_the_newest_that_was_whole() {
        let back = |revision: u64| {
            Some(format!(
                "helm --kubeconfig <kubeconfig> -n openshift-operators rollback bootstrap-operators {revision}"
            ))
        };
        check(&[("1", "superseded"), ("2", "deployed"), ("3", "pending-upgrade")], back(2).as_deref());
        check(&[("9", "deployed"), ("10", "pending-rollback")], back(9).as_deref());
        check(&[("1", "deployed"), ("2", "failed"), ("3", "pending-upgrade")], back(1).as_deref());
    }

    #[test]
    fn a_first_install_can_be_forgotten_and_its_objects_kept() {
        let hint = |revisions| found(revisions).unwrap().repair().to_string();
        let kept = "or, to keep what it made so far:\n\
            oc --kubeconfig <kubeconfig> -n openshift-operators delete secret sh.helm.release.v1.bootstrap-operators.v1";
        assert!(hint(&[("1", "pending-install")]).ends_with(kept));
        assert!(!hint(&[("1", "deployed"), ("2", "pending-upgrade")]).contains("oc "));
    }

    #[test]
    fn a_record_without_its_labels_counts_for_nothing() {
        assert_eq!(judge(super::super::APPS, &[json!({"metadata": {"name": "x"}})]), None);
    }
}
