//! `check`: everything that a run would try before its first write, row by row, and what makes Day-1 fail later.

mod report;

use diagnostics::{Failure, FailureKind, Row, Subject};
use std::path::Path;

use cluster_access::Cluster;
use rustix::fs::Access;
use secret::quoted_path;

use crate::announce::warn_about_inputs;
use crate::begin;
use crate::checks::Rows;
use crate::heartbeat::with_heartbeat;
use crate::lease::{Claim, Place, Terms};
use crate::lock_file::FileLock;
use crate::look::cluster::cluster_secret;
use crate::look::{Parts, check_record, look_at_parts};
use crate::request::{Context, Request};
use crate::{planning, ready, workdir};
use report::Heard;

const YAML: Subject = Subject::ClusterYaml;
const MACHINE: Subject = Subject::Machine;
const LOCK: Subject = Subject::Lock;

/// Looks at everything, tells all of it, and writes only into `.work/cache/`: fetched Git objects, and a temporary file.
///
/// # Errors
/// A signal. What stands in the way of a run is a row.
pub async fn check(request: &Request, context: &Context) -> Result<Vec<Row>, Vec<Failure>> {
    let heard = Heard::default();
    context.events.add(Box::new(heard.clone()));
    warn_about_inputs(request, context);
    inputs(request, context);
    folder(request, context);
    let parts = with_heartbeat(context, look_at_parts(request, context)).await?;
    match &parts.reached {
        Some(reached) => {
            lease(request, context, reached).await;
            let repository = parts.repository.as_ref().and_then(Option::as_ref);
            let wanted = ready::Wanted::of(request, repository);
            ready::tell(context, reached, &wanted, ready::system).await;
        }
        None => {
            Rows::of(context, LOCK).skipped(NO_OTHER_LEASE, "the cluster was not reached");
            ready::not_looked_at(context);
        }
    }
    context.stop.check(Subject::Command("check")).map_err(|failure| vec![failure])?;
    let failures = whole(request, context, parts).await;
    let rows = heard.report(&failures, request.settings.strict);
    Ok(rows.into_iter().map(|row| row.masked(&context.mask).here(context.here())).collect())
}

/// What was asked for.
fn inputs(request: &Request, context: &Context) {
    let rows = Rows::of(context, YAML);
    let file = request.folder.yaml();
    rows.tell(Row::warned_by(YAML, format!("{} is valid", file.display()), request.spec_warnings.clone()));
    let sentence = "flags and environment are understood";
    rows.tell(Row::warned_by(MACHINE, sentence, request.settings.warnings.clone()));
}

/// The cluster's folder and the lock in it, without writing there.
fn folder(request: &Request, context: &Context) {
    let rows = Rows::of(context, MACHINE);
    let work = request.folder.work();
    let see = format!("ls -ld {}", quoted_path(&work));
    // Each failure is in its row.
    let inside = rows.told(workdir::check(&request.folder), ".work stays inside the cluster's folder", &see);
    if inside.is_ok() {
        let place = if work.exists() { work.as_path() } else { request.folder.dir() };
        let writable = rustix::fs::access(place, Access::WRITE_OK | Access::EXEC_OK)
            .map_err(|error| workdir::unwritable(place, &error.into()))
            .and_then(|()| workdir::has_room(place).map_err(|error| workdir::unwritable(place, &error)))
            .and_then(|()| takes_bytes(&request.folder.cache()));
        rows.told(writable, ".work can be written", &see).ok();
        let trace = request.folder.trace();
        let see = format!("ls -ld {}", quoted_path(&trace));
        let writable = trace::Writer::new(&work)
            .check(&trace)
            .map_err(|error| Failure::of(FailureKind::Refused, Subject::Trace, &error, error.hint()));
        rows.told(writable, "the trace can be written", &see).ok();
    }
    let lock = request.folder.lock();
    let sentence = "no other run is at work in this folder";
    Rows::of(context, LOCK)
        .told(FileLock::check(&lock), sentence, &format!("cat {}", quoted_path(&lock)))
        .ok();
}

/// A quota shows at a write alone. In `.work` only the cache may be written, and it is not made for this.
fn takes_bytes(cache: &Path) -> Result<(), Failure> {
    match cache.is_dir() {
        true => workdir::probe(cache).map_err(|error| workdir::unwritable(cache, &error)),
        false => Ok(()),
    }
}

const NO_OTHER_LEASE: &str = "no other run holds the cluster";

/// Who holds the Lease is only looked at: whether that run is dead shows to one who waits.
async fn lease(request: &Request, context: &Context, reached: &Cluster) {
    let rows = Rows::of(context, LOCK);
    let namespace = &request.settings.cluster.argocd_namespace;
    let claim = Claim {
        holder: begin::holder(request, &begin::run_id()),
        machine: request.started_by.host.clone(),
        folder: begin::folder(request),
    };
    let place = Place::new(reached, namespace, Terms::default());
    let free = tokio::select! {
        free = place.free_for(&claim) => free,
        () = context.stop.token.cancelled() => return,
    };
    let see = format!("oc --kubeconfig <kubeconfig> -n {namespace} get lease {} -o yaml", crate::lease::NAME);
    rows.told(free, NO_OTHER_LEASE, &see).ok();
}

/// What stands in the way; with everything found, also what only the whole shows.
async fn whole(request: &Request, context: &Context, parts: Parts) -> Vec<Failure> {
    match parts.into_world(request) {
        Err(failures) => failures,
        Ok(world) => {
            planning::warn(request, &world, context);
            let namespace = &request.settings.cluster.argocd_namespace;
            let name = argocd::record::NAME;
            let sentence = format!("nobody else manages the record (ConfigMap {namespace}/{name})");
            let see = format!(
                "oc --kubeconfig <kubeconfig> -n {namespace} get configmap {name} -o yaml --show-managed-fields"
            );
            let record =
                Rows::of(context, Subject::Cluster).told(check_record(request, &world), &sentence, &see);
            let sentence = "Argo CD's cluster Secret can say what this cluster is called";
            let see = format!(
                "oc --kubeconfig <kubeconfig> -n {namespace} get secret -l argocd.argoproj.io/secret-type=cluster"
            );
            let marked = cluster_secret::check(request, &world).await;
            let marked = Rows::of(context, Subject::Cluster).told(marked, sentence, &see);
            record.err().into_iter().chain(marked.err()).collect()
        }
    }
}
