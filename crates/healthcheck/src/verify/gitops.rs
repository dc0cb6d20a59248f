//! What was handed over, as far as the kubeconfig alone shows it.

use advice::{CommandLine, shell};
use diagnostics::{Check, CheckId, Failure, FailureKind, Subject};
use std::time::Duration;

use argocd::access::{Access, Found, Question};
use argocd::{Owner, record};
use cluster_access::{AccessError, ObjectRef, get, list};
use trace::{Record, RunStatus};

use super::checker::{Checker, not_read, unlisted, unlisted_secrets};
use super::{annotations, applications, needs_login, vault_static_secrets};
use crate::status::{LaterRuns, later};

pub(super) async fn checks(checker: &Checker<'_>) -> Vec<Check> {
    let found = record::observe(checker.access(), checker.namespace()).await;
    let trace = trace::read_optional(&checker.request.folder.trace());
    if let (Ok(None), Err(error)) = (&trace, &found) {
        let reason = format!("no trace in .work, and no record can be read: failed to {error}");
        let others = skipped(checker, &reason).into_iter().filter(|check| check.id != CheckId::Record);
        return std::iter::once(unread_record(error)).chain(others).collect();
    }
    let reason = match (&trace, &found) {
        (Ok(None), Ok(state)) if state.record().is_none() => {
            Some("never bootstrapped: no trace in .work, no record in the cluster".to_owned())
        }
        (Ok(Some(latest)), Ok(state)) if state.record().is_none() => {
            let since = LaterRuns::after(Some(latest), &later(&checker.request.folder, Some(latest), None));
            let release = since.release.filter(|it| it.status == RunStatus::Succeeded);
            release.map(|it| format!("released: {}", it.describe()))
        }
        _ => None,
    };
    if let Some(reason) = reason {
        return skipped(checker, &reason);
    }
    let latest = match &trace {
        Ok(trace) => trace.as_ref().and_then(|trace| latest_run(checker, trace)),
        Err(error) => Some(unread_trace(error)),
    };
    let trace = trace.ok().flatten();
    let (namespace, access, applications, annotations, static_secrets, needs_login) = tokio::join!(
        namespace(checker, trace),
        access(checker),
        applications(checker),
        annotations(checker),
        static_secrets(checker),
        needs_login::checks(checker),
    );
    let mut checks = vec![namespace, record_check(checker, found)];
    checks.extend(latest);
    checks.extend([access, applications, annotations, static_secrets]);
    checks.extend(needs_login);
    // Checks of one system stand together.
    let order = [Subject::GitOps, Subject::Vault];
    checks.sort_by_key(|check| order.iter().position(|it| *it == check.subject()).unwrap_or(2));
    checks
}

fn skipped(checker: &Checker<'_>, reason: &str) -> Vec<Check> {
    [
        CheckId::HandedOverNamespace,
        CheckId::Record,
        CheckId::RepositoryAccess,
        applications::ID,
        annotations::ID,
        vault_static_secrets::ID,
    ]
    .map(|id| Check::skipped(id, reason))
    .into_iter()
    .chain(needs_login::skipped(checker, reason))
    .collect()
}

/// A trace of another cluster tells that this one was made anew since.
async fn namespace(checker: &Checker<'_>, trace: Option<Record>) -> Check {
    const ID: CheckId = CheckId::HandedOverNamespace;
    let name = checker.namespace();
    let missing = |why: String| {
        Check::failed(ID, vec![why]).hint("hand the cluster over").command(CommandLine::own("run"))
    };
    match get(checker.access(), &ObjectRef::namespace(name)).await {
        Ok(Some(_)) => Check::passed(ID, name),
        Ok(None) => {
            let id =
                trace.as_ref().and_then(Record::cluster_id).filter(|id| *id != checker.identity().cluster_id);
            missing(match id {
                Some(id) => {
                    format!(
                        "{name} not found: the cluster was recreated after the trace in .work (cluster id {id})"
                    )
                }
                None => format!("{name} not found"),
            })
        }
        // Who may work in the Namespace need not be allowed to read the Namespace itself.
        Err(AccessError::Forbidden { message, .. }) => Check::skipped(ID, message),
        Err(error) => unlisted(ID, &error),
    }
}

fn record_check(checker: &Checker<'_>, found: Result<record::State, argocd::ArgoCdError>) -> Check {
    let owner = Owner::of(&checker.request.spec.name, checker.identity());
    match found {
        Ok(state) => judge_record(checker.namespace(), &owner, &state),
        Err(error) => unread_record(&error),
    }
}

fn judge_record(namespace: &str, owner: &Owner, state: &record::State) -> Check {
    let run = CommandLine::own("run");
    match (state.check_owner(namespace, owner), state.record()) {
        (Err(error), _) => not_read(CheckId::Record, &error),
        (Ok(()), None) => {
            Check::warning(CheckId::Record, vec!["there is none".into()]).hint("a run makes it").command(run)
        }
        (Ok(()), Some(record)) if record.owner.cluster_id != owner.cluster_id => {
            let (theirs, ours) = (record.owner.cluster_id, &owner.cluster_id);
            let why = format!("it is of cluster id {theirs}, and this is {ours}");
            Check::failed(CheckId::Record, vec![why]).command(run)
        }
        // Somebody else's ConfigMap of that name, or one that was emptied.
        (Ok(()), Some(record)) if record.owner.cluster.is_empty() => {
            Check::failed(CheckId::Record, vec!["it names no cluster".into()]).command(run)
        }
        (Ok(()), Some(_)) => Check::passed(CheckId::Record, format!("cluster {}", owner.cluster)),
    }
}

/// The owner of the record is not known then: who may not read it is warned, all else fails.
fn unread_record(error: &argocd::ArgoCdError) -> Check {
    let check = not_read(CheckId::Record, error);
    match error {
        argocd::ArgoCdError::Cluster(AccessError::Forbidden { .. }) => check.as_warning(),
        _ => check,
    }
}

fn unread_trace(error: &trace::ReadError) -> Check {
    let failure = Failure::during(FailureKind::Refused, Subject::GitOps, "read the trace", error);
    Check::refused(CheckId::LatestRun, failure).as_warning()
}

/// How the latest run of this machine ended: where it did not succeed, what runs in the cluster may be of the one before.
fn latest_run(checker: &Checker<'_>, trace: &Record) -> Option<Check> {
    let Record::New(trace) = trace else { return None };
    let at_work = run_lock::run_at_work(&checker.request.folder.lock());
    let status = trace.stands(at_work.as_deref());
    if status == RunStatus::Succeeded {
        return Some(Check::passed(CheckId::LatestRun, "succeeded"));
    }
    let why =
        trace.error.as_ref().map(|error| format!(": {}: {}", error.step, secret::one_line(&error.message)));
    let why = vec![format!("it is {status}{}", why.unwrap_or_default())];
    let check = Check::warning(CheckId::LatestRun, why);
    Some(check.hint("see what it did:").command(CommandLine::own("trace")))
}

async fn access(checker: &Checker<'_>) -> Check {
    const ID: CheckId = CheckId::RepositoryAccess;
    let (url, stop) = (checker.request.spec.repo_url.as_str(), &checker.session.stop.token);
    // No limit: nothing is asked of Argo CD, only looked at.
    let question = Question { namespace: checker.namespace(), url, limit: Duration::ZERO, stop };
    match argocd::access::watch_access(checker.access(), &question, &mut |_progress| {}).await {
        Ok(Found { access: Access::NoCrd, .. }) => {
            Check::skipped(ID, "the cluster has no applications.argoproj.io")
        }
        Ok(Found { access: Access::Silent { applications, .. }, warnings })
            if applications.is_empty() && warnings.is_empty() =>
        {
            Check::skipped(ID, "no Application is of this repository")
        }
        Ok(found) => Check::warned_by(ID, format!("no errors for {url}"), found.warnings),
        Err(error) => not_read(ID, &error),
    }
}

async fn applications(checker: &Checker<'_>) -> Check {
    let namespace = checker.namespace();
    let kind = argocd::access::applications(namespace);
    let check = checker.all(applications::ID, &kind, applications::judge).await;
    check.command(checker.oc(shell!("-n {} get applications.argoproj.io", namespace)))
}

async fn annotations(checker: &Checker<'_>) -> Check {
    match list(checker.access(), &ObjectRef::secret(checker.namespace(), ""), None).await {
        Ok(all) => annotations::judge(&all),
        Err(error) => unlisted_secrets(annotations::ID, &error),
    }
}

/// In all namespaces.
async fn static_secrets(checker: &Checker<'_>) -> Check {
    let version = "secrets.hashicorp.com/v1beta1";
    let kind = ObjectRef::cluster(version, "VaultStaticSecret", "vaultstaticsecrets", "");
    // Of what they say, not of a list that was refused.
    let judge = |all: &[_]| {
        vault_static_secrets::judge(all)
            .hint("where the login at Vault is refused (403 at auth/…/login), have Vault trust the cluster anew")
            .command(CommandLine::own("vault-auth"))
    };
    checker.all(vault_static_secrets::ID, &kind, judge).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::CheckStatus;

    fn forbidden() -> AccessError {
        AccessError::Forbidden { doing: "get the record".into(), message: "dev may not".into() }
    }

    #[test]
    fn a_record_that_may_not_be_read_is_a_warning_and_any_other_error_fails() {
        assert_eq!(unread_record(&argocd::ArgoCdError::Cluster(forbidden())).status(), CheckStatus::Warning);
        let silent = AccessError::NoSuchKind { doing: "get it".into(), kind: "ConfigMap".into() };
        assert_eq!(unread_record(&argocd::ArgoCdError::Cluster(silent)).status(), CheckStatus::Failed);
    }

    #[test]
    fn a_record_that_is_not_there_is_a_warning_with_the_command_that_makes_it() {
        let owner = Owner { cluster: "demo".into(), cluster_id: "id".into(), infra_id: None };
        let check = judge_record("argo", &owner, &record::State::default());
        assert_eq!(
            (check.status(), check.details()),
            (CheckStatus::Warning, &["there is none".to_owned()][..])
        );
        assert!(check.command.is_some_and(|command| command.to_string().starts_with("bitiq-bootstrap run")));
    }

    #[test]
    fn a_record_is_this_clusters_by_its_name_and_its_id() {
        let owner = Owner { cluster: "demo".into(), cluster_id: "id-1".into(), infra_id: None };
        let judged = |cluster: &str, id: &str| {
            let live = serde_json::json!({"data": {"cluster": cluster, "cluster_id": id}});
            let check = judge_record("argo", &owner, &record::State::of(Some(live)));
            (check.status(), check.details().join("; "))
        };
        assert_eq!(judged("demo", "id-1"), (CheckStatus::Ok, String::new()));
        for (cluster, id, why) in [
            ("demo", "id-0", "it is of cluster id id-0, and this is id-1"),
            ("", "id-1", "it names no cluster"),
            ("other", "id-1", "other"),
        ] {
            let (status, said) = judged(cluster, id);
            assert!(status == CheckStatus::Failed && said.contains(why), "{cluster} {id}: {said}");
        }
    }
}
