//! The locks of a run: the lock file in `.work/`, the Lease in the cluster.

use cluster_access::Cluster;
use diagnostics::{Failure, FailureKind, Step, Subject, WaitProgress};
use preflight::{Context, Request, work_dir};
use run_lock::lease::{Claim, HeldLease, LeaseStore, News, Terms};
use run_lock::{FileLock, Holder};
use trace::{History, KEPT_RUNS, RunId};

use crate::trace_recorder::TraceRecorder;

/// Makes `.work/`, takes its lock file, puts the trace on disk.
pub(crate) async fn lock_folder(
    request: &Request,
    context: &Context,
    trace: &TraceRecorder,
) -> Result<(FileLock, Holder), Failure> {
    if let Err(failure) = work_dir::prepare(&request.folder) {
        trace.keep_silent(); // nothing may be written there, not even this run's trace
        return Err(failure);
    }
    let run_id = trace.trace().run_id;
    let holder = Holder::new(&request.started_by, &run_id);
    let (wait, told) = (request.settings.wait_lock, |holder: String| waiting(request, context, &holder));
    let lock = FileLock::take(&request.folder.lock(), &holder, wait, &context.stop, told).await?;
    context.stop.waits.over();
    trace
        .check_latest()
        .and_then(|()| trace.save())
        .map_err(|error| Failure::of(FailureKind::Refused, Subject::Trace, &error))?;
    let mut spared = vec![run_id];
    spared.extend(remembered(request));
    History::new(request.folder.runs()).prune(KEPT_RUNS, &spared).ok();
    Ok((lock, holder))
}

/// The latest run that wrote, and the newest success: however many were refused since, they are not forgotten.
fn remembered(request: &Request) -> Vec<RunId> {
    match trace::read(&request.folder.trace()) {
        Ok(trace::Record::New(latest)) => {
            let success = latest.last_success.and_then(|success| success.run_id);
            std::iter::once(latest.run_id).chain(success).collect()
        }
        _ => Vec::new(),
    }
}

/// Takes the Lease, for a run that holds the lock file.
pub(crate) async fn lock_cluster(
    request: &Request,
    context: &Context,
    cluster: &Cluster,
    holder: Holder,
) -> Result<HeldLease, Failure> {
    let (machine, folder) = (request.started_by.host.clone(), run_lock::folder(&request.folder.work()));
    let claim = Claim { holder, machine, folder };
    let store = LeaseStore::new(cluster, &request.settings.cluster.argocd_namespace, Terms::default());
    let told = |news| match news {
        News::WaitingFor(holder) => waiting(request, context, &holder),
        News::TookOver(text) => context.events.progress(Step::Preflight, text),
    };
    let lease = HeldLease::take(store, &claim, request.settings.wait_lock, &context.stop, told).await?;
    context.stop.waits.over();
    Ok(lease)
}

fn waiting(request: &Request, context: &Context, what: &str) {
    let limit = Some(request.settings.wait_lock);
    context.waiting(&WaitProgress { subject: Step::Preflight.into(), what, last: None, limit });
}

/// Fails once another run has the Lease. No Lease, no other run.
pub(crate) async fn still_ours(lease: Option<&HeldLease>) -> Result<(), Failure> {
    match lease {
        Some(lease) => lease.still_ours().await,
        None => Ok(()),
    }
}

/// Ends once another run has the Lease.
pub(crate) async fn lost(lease: Option<&HeldLease>) -> Failure {
    match lease {
        Some(lease) => lease.lost().await,
        None => std::future::pending().await,
    }
}
