//! `check`: every check that a run makes before its first write, and those of what makes Day-1 fail later.

use advice::shell;
use std::path::Path;

use cluster_access::Cluster;
use diagnostics::{Check, CheckId, Checks, Failure, FailureKind, Failures, Subject};
use rustix::fs::Access;

use crate::check_inputs::check_inputs;
use crate::heartbeat::with_heartbeat;
use crate::inputs::Inputs;
use crate::observe::observations::Observations;
use crate::reporter::Reporter;
use crate::request::{Context, Request};
use crate::session::Session;
use crate::systems::{cross_checks, observe_each};
use crate::{connection_expiry, readiness, work_dir};
use run_lock::lease::{Claim, LeaseStore, Terms};
use run_lock::{FileLock, Holder};

/// Makes every check, and writes only into `.work/cache/`: fetched Git objects, and a temporary file.
///
/// # Errors
/// A signal. What stands in the way of a run is a check that failed.
pub async fn check(request: &Request, context: &Context) -> Result<Vec<Check>, Failures> {
    let (inputs, session, reporter) = (request.inputs(), context.session(), Reporter::new(context));
    let mut checks = check_inputs(request, &context.mask);
    checks.extend(folder(request));
    reporter.checks(&checks);
    let observed = with_heartbeat(context, observe_each(&inputs, &session, &reporter)).await?;
    let further = further(request, &session, &observed).await;
    reporter.checks(&further);
    checks.extend(observed.checks.iter().cloned());
    checks.extend(further);
    session.stop.check(Subject::Command("check"))?;
    let of_state = checks_of_state(&inputs, observed).await;
    reporter.checks(&of_state);
    checks.extend(of_state);
    Ok(report(checks, request.settings.strict)
        .into_iter()
        .map(|check| check.masked(&context.mask).filled(context.commands()))
        .collect())
}

/// All checks, system by system. Under `strict` a warning has failed.
fn report(mut checks: Vec<Check>, strict: bool) -> Vec<Check> {
    checks.sort_by_key(Check::subject);
    if strict { checks.into_iter().map(Check::strict).collect() } else { checks }
}

/// The cluster's folder and the lock in it, without writing there.
fn folder(request: &Request) -> Vec<Check> {
    let mut checks = Checks::default();
    let work = request.folder.work();
    let see = || shell!("ls -ld {}", work);
    if checks
        .result(CheckId::WorkFolder, "inside the cluster's folder", see(), work_dir::check(&request.folder))
        .is_ok()
    {
        let place = if work.exists() { work.as_path() } else { request.folder.dir() };
        let writable = rustix::fs::access(place, Access::WRITE_OK | Access::EXEC_OK)
            .map_err(|error| work_dir::unwritable(place, &error.into()))
            .and_then(|()| work_dir::has_room(place).map_err(|error| work_dir::unwritable(place, &error)))
            .and_then(|()| takes_bytes(&request.folder.cache()));
        checks.result(CheckId::WorkFolderWritable, "yes", see(), writable).ok();
        let trace = request.folder.trace();
        let see = shell!("ls -ld {}", trace);
        let writable = trace::Writer::new(&work)
            .check(&trace)
            .map_err(|error| Failure::of(FailureKind::Refused, Subject::Trace, &error));
        checks.result(CheckId::TraceWritable, "can be written", see, writable).ok();
    }
    let lock = request.folder.lock();
    let see = shell!("cat {}", lock);
    checks.result(CheckId::FolderLock, "free", see, FileLock::check(&lock)).ok();
    checks.into_vec()
}

/// A quota shows at a write alone. In `.work` only the cache may be written, and it is not made for this.
fn takes_bytes(cache: &Path) -> Result<(), Failure> {
    match cache.is_dir() {
        true => work_dir::probe(cache).map_err(|error| work_dir::unwritable(cache, &error)),
        false => Ok(()),
    }
}

/// The lock in the cluster, its readiness, the ends of certificates.
async fn further(request: &Request, session: &Session, observed: &Observations) -> Vec<Check> {
    let Some(reached) = &observed.reached else {
        let lock = Check::skipped(CheckId::ClusterLock, "the cluster was not reached");
        return std::iter::once(lock).chain(readiness::not_observed()).collect();
    };
    let repository = observed.repository.found();
    let wanted = readiness::Wanted::new(&request.spec, repository);
    let mut checks: Vec<Check> = lease(request, session, reached).await.into_iter().collect();
    if let Some(cluster) = observed.cluster.found() {
        let inputs = request.inputs().cluster;
        checks.extend(connection_expiry::observe(&inputs, session, cluster, repository).await);
    }
    checks.extend(readiness::observe(session, reached, &wanted, readiness::system).await);
    checks
}

/// The holder of the Lease is only looked at: whether that run is dead shows to one who waits.
async fn lease(request: &Request, session: &Session, reached: &Cluster) -> Option<Check> {
    let namespace = &request.settings.cluster.argocd_namespace;
    let claim = Claim {
        holder: Holder::new(&request.started_by, &run_lock::run_id()),
        machine: request.started_by.host.clone(),
        folder: run_lock::folder(&request.folder.work()),
    };
    let place = LeaseStore::new(reached, namespace, Terms::default());
    let free = tokio::select! {
        free = place.free_for(&claim) => free,
        () = session.stop.token.cancelled() => return None,
    };
    let name = run_lock::lease::NAME;
    let see = shell!("oc --kubeconfig <kubeconfig> -n {} get lease {} -o yaml", namespace, name);
    let mut checks = Checks::default();
    checks.result(CheckId::ClusterLock, "free", see, free).ok();
    checks.into_vec().pop()
}

/// The checks that need the state of every system, where each was found.
async fn checks_of_state(inputs: &Inputs<'_>, observed: Observations) -> Vec<Check> {
    match observed.into_state(inputs) {
        Ok(state) => cross_checks(inputs, &state).await,
        // Each failure has its check.
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::CheckStatus;

    #[test]
    fn systems_stand_in_one_order_whichever_answered_first() {
        let ids = [
            CheckId::Workers,
            CheckId::GitHost,
            CheckId::ClusterYaml,
            CheckId::FolderLock,
            CheckId::Kubeconfig,
        ];
        let checks = report(ids.map(|id| Check::passed(id, "well")).into(), false);
        let groups: Vec<&str> = checks.iter().map(|check| check.subject().name()).collect();
        assert_eq!(groups, ["cluster.yaml", "cluster", "repository", "lock", "readiness"]);
    }

    #[test]
    fn under_strict_a_warning_has_failed() {
        let odd = || vec![Check::warning(CheckId::Kubeconfig, vec!["odd".into()])];
        assert_eq!(report(odd(), true)[0].status(), CheckStatus::Failed);
        assert_eq!(report(odd(), false)[0].status(), CheckStatus::Warning);
    }
}
