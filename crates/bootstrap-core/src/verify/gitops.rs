//! What was handed over, as far as the kubeconfig alone shows it.

use diagnostics::{Failure, FailureKind, Row, RowStatus};
use std::time::Duration;

use argocd::access::{Access, Found, Question};
use argocd::{Owner, record};
use cluster_access::{AccessError, ObjectRef, get, list};
use trace::{Record, RunStatus};

use super::asking::{Asking, GROUP, VAULT, unlisted, unlisted_secrets};
use super::{annotations, applications, deeper, vault_static_secrets};
use crate::status::{Since, later};

const LATEST: &str = "the latest run from here succeeded";
const RECORD: &str = "the record in the cluster is of this cluster";

pub(super) async fn rows(asking: &Asking<'_>) -> Vec<Row> {
    let found = record::observe(asking.access(), asking.namespace()).await;
    let trace = trace::read_optional(&asking.request.folder.trace());
    if let (Ok(None), Err(error)) = (&trace, &found) {
        let reason = format!("no trace in .work, and no record can be read: failed to {error}");
        let others = skipped(asking, &reason).into_iter().filter(|row| row.sentence != RECORD);
        return std::iter::once(unread_record(error)).chain(others).collect();
    }
    let reason = match (&trace, &found) {
        (Ok(None), Ok(state)) if state.record().is_none() => {
            Some("never bootstrapped: no trace in .work, no record in the cluster".to_owned())
        }
        (Ok(Some(latest)), Ok(state)) if state.record().is_none() => {
            let since = Since::after(Some(latest), &later(&asking.request.folder, Some(latest), None));
            let release = since.release.filter(|it| it.status == RunStatus::Succeeded);
            release.map(|it| format!("released: {}", it.said()))
        }
        _ => None,
    };
    if let Some(reason) = reason {
        return skipped(asking, &reason);
    }
    let latest = match &trace {
        Ok(trace) => trace.as_ref().and_then(|trace| latest_row(asking, trace)),
        Err(error) => Some(unread_trace(error)),
    };
    let trace = trace.ok().flatten();
    let (namespace, access, applications, annotations, static_secrets, deeper) = tokio::join!(
        namespace(asking, trace),
        access(asking),
        applications(asking),
        annotations(asking),
        static_secrets(asking),
        deeper::rows(asking),
    );
    let mut rows = vec![namespace, record_row(asking, found)];
    rows.extend(latest);
    rows.extend([access, applications, annotations]);
    rows.push(static_secrets);
    rows.extend(deeper);
    // Rows of one system stand together.
    rows.sort_by_key(|row| [GROUP, VAULT].iter().position(|group| *group == row.group).unwrap_or(2));
    rows
}

fn skipped(asking: &Asking<'_>, reason: &str) -> Vec<Row> {
    let namespace = format!("Namespace {} is there", asking.namespace());
    let gitops = [&namespace, RECORD, &no_errors(asking), applications::SENTENCE, annotations::SENTENCE];
    let rows = gitops.map(|sentence| Row::skipped(GROUP, sentence, reason)).into_iter();
    let vault = Row::skipped(VAULT, vault_static_secrets::SENTENCE, reason);
    rows.chain([vault]).chain(deeper::skipped(asking, reason)).collect()
}

/// A trace of another cluster tells that this one was made anew since.
async fn namespace(asking: &Asking<'_>, trace: Option<Record>) -> Row {
    let name = asking.namespace();
    let sentence = format!("Namespace {name} is there");
    let missing = |why: String| {
        Row::failed(GROUP, &sentence, vec![why])
            .hint("hand the cluster over")
            .command("bitiq-bootstrap run <cluster>")
    };
    match get(asking.access(), &ObjectRef::namespace(name)).await {
        Ok(Some(_)) => Row::ok(GROUP, sentence),
        Ok(None) => {
            let id =
                trace.as_ref().and_then(Record::cluster_id).filter(|id| *id != asking.identity().cluster_id);
            missing(match id {
                Some(id) => {
                    format!("it is not: the cluster was made anew since the trace in .work (of {id})")
                }
                None => "it is not".into(),
            })
        }
        // Who may work in the Namespace need not be allowed to read the Namespace itself.
        Err(AccessError::Forbidden { message, .. }) => Row::skipped(GROUP, sentence, message),
        Err(error) => unlisted(GROUP, &sentence, &error),
    }
}

fn record_row(asking: &Asking<'_>, found: Result<record::State, argocd::ArgoCdError>) -> Row {
    let state = match found {
        Ok(state) => state,
        Err(error) => return unread_record(&error),
    };
    let run = "bitiq-bootstrap run <cluster>";
    let identity = asking.identity();
    let owner = Owner {
        cluster: asking.request.spec.name.clone(),
        cluster_id: identity.cluster_id.clone(),
        infra_id: identity.infra_id.clone(),
    };
    match (state.check_owner(asking.namespace(), &owner), state.record()) {
        (Err(error), _) => {
            let failure = Failure::of(FailureKind::Refused, GROUP, &error, error.hint());
            Row::of_failure(GROUP, RECORD, &failure)
        }
        (Ok(()), None) => {
            Row::warning(GROUP, RECORD, vec!["there is none".into()]).hint("a run makes it").command(run)
        }
        (Ok(()), Some(record)) if record.owner.cluster_id != owner.cluster_id => {
            let (theirs, ours) = (record.owner.cluster_id, owner.cluster_id);
            Row::failed(GROUP, RECORD, vec![format!("it is of cluster id {theirs}, and this is {ours}")])
                .command(run)
        }
        // Somebody else's ConfigMap of that name, or one that was emptied.
        (Ok(()), Some(record)) if record.owner.cluster.is_empty() => {
            Row::failed(GROUP, RECORD, vec!["it names no cluster".into()]).command(run)
        }
        (Ok(()), Some(_)) => Row::ok(GROUP, RECORD),
    }
}

/// Whose the record is, is not known then: who may not read it is warned, all else fails.
fn unread_record(error: &argocd::ArgoCdError) -> Row {
    let failure = Failure::of(FailureKind::Refused, GROUP, error, error.hint());
    let row = Row::of_failure(GROUP, RECORD, &failure);
    match error {
        argocd::ArgoCdError::Cluster(AccessError::Forbidden { .. }) => {
            Row { status: RowStatus::Warning, ..row }
        }
        _ => row,
    }
}

fn unread_trace(error: &trace::ReadError) -> Row {
    let failure = Failure::during(FailureKind::Refused, GROUP, "read the trace", error, error.hint());
    Row { status: RowStatus::Warning, ..Row::of_failure(GROUP, LATEST, &failure) }
}

/// How the latest run of this machine ended: where it did not succeed, what runs in the cluster may be of the one before.
fn latest_row(asking: &Asking<'_>, trace: &Record) -> Option<Row> {
    let Record::New(trace) = trace else { return None };
    let at_work = crate::run_at_work(&asking.request.folder.lock());
    let (status, sentence) = (trace.stands(at_work.as_deref()), LATEST);
    if status == RunStatus::Succeeded {
        return Some(Row::ok(GROUP, sentence));
    }
    let why =
        trace.error.as_ref().map(|error| format!(": {}: {}", error.step, secret::one_line(&error.message)));
    let row = Row::warning(GROUP, sentence, vec![format!("it is {status}{}", why.unwrap_or_default())]);
    Some(row.hint("see what it did:").command("bitiq-bootstrap trace <cluster>"))
}

fn no_errors(asking: &Asking<'_>) -> String {
    format!("Argo CD reports no error of reading {}", asking.request.spec.repo_url.as_str())
}

async fn access(asking: &Asking<'_>) -> Row {
    let sentence = no_errors(asking);
    let (url, stop) = (asking.request.spec.repo_url.as_str(), &asking.context.stop.token);
    // No limit: nothing is asked of Argo CD, only looked at.
    let question = Question { namespace: asking.namespace(), url, limit: Duration::ZERO, stop };
    match argocd::access::watch_access(asking.access(), &question, &mut |_progress| {}).await {
        Ok(Found { access: Access::NoCrd, .. }) => {
            Row::skipped(GROUP, sentence, "the cluster has no applications.argoproj.io")
        }
        Ok(Found { access: Access::Silent { applications, .. }, warnings })
            if applications.is_empty() && warnings.is_empty() =>
        {
            Row::skipped(GROUP, sentence, "no Application is of this repository")
        }
        Ok(found) => Row::warned_by(GROUP, sentence, found.warnings),
        Err(error) => {
            let failure = Failure::of(FailureKind::Refused, GROUP, &error, error.hint());
            Row::of_failure(GROUP, sentence, &failure)
        }
    }
}

async fn applications(asking: &Asking<'_>) -> Row {
    let namespace = asking.namespace();
    let kind = argocd::access::applications(namespace);
    let row = asking.all(GROUP, applications::SENTENCE, &kind, |all| applications::judge(GROUP, all)).await;
    row.command(asking.oc(&format!("-n {namespace} get applications.argoproj.io")))
}

async fn annotations(asking: &Asking<'_>) -> Row {
    match list(asking.access(), &ObjectRef::secret(asking.namespace(), ""), None).await {
        Ok(all) => annotations::judge(GROUP, &all),
        Err(error) => unlisted_secrets(GROUP, annotations::SENTENCE, &error),
    }
}

/// In all namespaces.
async fn static_secrets(asking: &Asking<'_>) -> Row {
    let version = "secrets.hashicorp.com/v1beta1";
    let kind = ObjectRef::cluster(version, "VaultStaticSecret", "vaultstaticsecrets", "");
    let sentence = vault_static_secrets::SENTENCE;
    // Of what they say, not of a list that was refused.
    let judge = |all: &[_]| {
        vault_static_secrets::judge(VAULT, all)
            .hint("where the login at Vault is refused (403 at auth/…/login), have Vault trust the cluster anew")
            .command("bitiq-bootstrap vault-auth <cluster>")
    };
    asking.all(VAULT, sentence, &kind, judge).await
}
