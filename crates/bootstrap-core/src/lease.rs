//! The lock on the cluster: Lease `bitiq-bootstrap` in Argo CD's namespace. It lasts 60 s and is renewed every 15 s;
//! whether another's has expired is judged by our own clock since we last saw it change, so that clocks that differ
//! do no harm (the way of client-go's leader election).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cluster_access::k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use cluster_access::k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use cluster_access::kube::api::ObjectMeta;
use cluster_access::{AccessError, Cluster, ObjectRef};
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::failure::{Failure, FailureKind};
use crate::lock_file::Holder;

/// Name of the Lease.
pub const NAME: &str = "bitiq-bootstrap";
/// How long a Lease counts after its last renewal.
pub const LASTS: Duration = Duration::from_secs(60);
const RENEWED_EVERY: Duration = Duration::from_secs(15);
const LOOKED_AT_EVERY: Duration = Duration::from_secs(1);

const WHO: &str = "bitiq.io/holder";
const MACHINE: &str = "bitiq.io/machine";
const FOLDER: &str = "bitiq.io/folder";
const SINCE: &str = "bitiq.io/since";

/// Who asks for the Lease.
#[derive(Debug, Clone)]
pub struct Claim {
    /// As in the lock file.
    pub holder: Holder,
    /// Name of this machine.
    pub machine: String,
    /// The cluster's `.work` folder on it.
    pub folder: String,
}

/// What an existing Lease means for a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody holds it.
    Free,
    /// A run from this very folder held it; since we hold the folder's lock file, that run is dead.
    Ours,
    /// Another holds it.
    Held {
        /// Which run, who, where, since when.
        by: String,
    },
}

/// Whose a Lease is, without regard to time.
pub fn judge(lease: &Lease, claim: &Claim) -> Verdict {
    let Some(run) =
        lease.spec.as_ref().and_then(|spec| spec.holder_identity.as_deref()).filter(|id| !id.is_empty())
    else {
        return Verdict::Free;
    };
    let mark =
        |key: &str| lease.metadata.annotations.as_ref().and_then(|all| all.get(key)).map(String::as_str);
    if mark(MACHINE) == Some(claim.machine.as_str()) && mark(FOLDER) == Some(claim.folder.as_str()) {
        return Verdict::Ours;
    }
    let place = match (mark(MACHINE), mark(FOLDER)) {
        (Some(machine), Some(folder)) => format!(" in {machine}:{folder}"),
        _ => String::new(),
    };
    let who = mark(WHO).map(|who| format!(" by {who}")).unwrap_or_default();
    let since = mark(SINCE).map(|since| format!(" since {since}")).unwrap_or_default();
    Verdict::Held { by: format!("{run}{who}{place}{since}") }
}

/// The Lease as it looks once `claim` holds it, made from what is there.
fn taken(there: Option<&Lease>, claim: &Claim) -> Lease {
    let old = there.and_then(|lease| lease.spec.clone()).unwrap_or_default();
    let now = MicroTime(jiff::Timestamp::now());
    let mut metadata = there
        .map(|lease| lease.metadata.clone())
        .unwrap_or_else(|| ObjectMeta { name: Some(NAME.into()), ..ObjectMeta::default() });
    metadata.annotations.get_or_insert_with(BTreeMap::new).extend([
        (WHO.into(), claim.holder.who.clone()),
        (MACHINE.into(), claim.machine.clone()),
        (FOLDER.into(), claim.folder.clone()),
        (SINCE.into(), claim.holder.since.clone()),
    ]);
    let transitions = old.lease_transitions.unwrap_or(0) + i32::from(there.is_some());
    Lease {
        metadata,
        spec: Some(LeaseSpec {
            holder_identity: Some(claim.holder.run_id.clone()),
            lease_duration_seconds: Some(i32::try_from(LASTS.as_secs()).unwrap_or(i32::MAX)),
            acquire_time: Some(now.clone()),
            renew_time: Some(now),
            lease_transitions: Some(transitions),
            ..old
        }),
    }
}

/// Where the Lease is.
#[derive(Clone)]
struct Place {
    cluster: Cluster,
    object: ObjectRef,
}

impl Place {
    async fn read(&self) -> Result<Option<Lease>, AccessError> {
        let there = cluster_access::get(&self.cluster, &self.object).await?;
        Ok(there.and_then(|lease| serde_json::from_value(lease).ok()))
    }

    async fn create(&self, lease: &Lease) -> Result<(), AccessError> {
        cluster_access::create(&self.cluster, &self.object, &body(lease)).await.map(|_| ())
    }

    /// Only over the version that was read: the resourceVersion is in `lease`.
    async fn replace(&self, lease: &Lease) -> Result<(), AccessError> {
        cluster_access::replace(&self.cluster, &self.object, &body(lease)).await.map(|_| ())
    }
}

fn body(lease: &Lease) -> Value {
    let mut lease = lease.clone();
    lease.metadata.managed_fields = None;
    serde_json::to_value(lease).unwrap_or_default()
}

/// A Lease that is ours; renewed in the background until released.
pub struct HeldLease {
    place: Place,
    run_id: String,
    lost: Arc<AtomicBool>,
    renewal: JoinHandle<()>,
}

impl HeldLease {
    /// Takes the Lease, waiting up to `wait` for another holder to let go or to expire. `told` hears once who holds it.
    ///
    /// # Errors
    /// [`FailureKind::Locked`] naming the holder; [`FailureKind::Refused`] where the API says no.
    pub async fn take(
        cluster: &Cluster,
        namespace: &str,
        claim: &Claim,
        wait: Duration,
        stop: &CancellationToken,
        mut told: impl FnMut(String),
    ) -> Result<Self, Failure> {
        let place = Place { cluster: cluster.clone(), object: ObjectRef::lease(namespace, NAME) };
        let began = Instant::now();
        let mut seen: Option<(String, Instant)> = None;
        loop {
            let there = place.read().await.map_err(|error| refused(&error))?;
            let free = match &there {
                None => true,
                Some(lease) => match judge(lease, claim) {
                    Verdict::Free => true,
                    Verdict::Ours => {
                        told("took over the Lease of an earlier run in this folder that did not end".into());
                        true
                    }
                    Verdict::Held { by } => {
                        let version = lease.metadata.resource_version.clone().unwrap_or_default();
                        if seen.is_none() && !wait.is_zero() {
                            told(format!("waiting for the Lease held by {by}"));
                        }
                        let since = match &seen {
                            Some((known, since)) if *known == version => *since,
                            _ => Instant::now(),
                        };
                        seen = Some((version, since));
                        let expired = since.elapsed() > LASTS;
                        if expired {
                            told(format!(
                                "took over the Lease of {by}: not renewed for {} s",
                                LASTS.as_secs()
                            ));
                        } else if began.elapsed() >= wait || stop.is_cancelled() {
                            return Err(held(&by));
                        }
                        expired
                    }
                },
            };
            if free {
                match write(&place, there.as_ref(), claim).await {
                    Ok(()) => return Ok(Self::renewing(place, claim)),
                    // Someone was quicker: look again.
                    Err(AccessError::Conflict { .. } | AccessError::AlreadyExists { .. }) => {}
                    Err(error) => return Err(refused(&error)),
                }
            } else {
                tokio::select! { () = tokio::time::sleep(LOOKED_AT_EVERY) => {}, () = stop.cancelled() => {} }
            }
        }
    }

    fn renewing(place: Place, claim: &Claim) -> Self {
        let lost = Arc::new(AtomicBool::new(false));
        let renewal = tokio::spawn(renew(place.clone(), claim.holder.run_id.clone(), lost.clone()));
        Self { place, run_id: claim.holder.run_id.clone(), lost, renewal }
    }

    /// Asked before each write.
    ///
    /// # Errors
    /// Another run took the Lease, or the API was out of reach for longer than it lasts.
    pub fn still_ours(&self) -> Result<(), Failure> {
        if !self.lost.load(Ordering::Acquire) {
            return Ok(());
        }
        let message = format!(
            "lost the Lease {NAME}: another run may be working on this cluster; nothing more was written"
        );
        Err(Failure::new(FailureKind::Step, "lock", message)
            .hint("see who holds it: kubectl get lease bitiq-bootstrap -o yaml"))
    }

    /// Lets go. Gives up after five seconds: an unreleased Lease expires by itself.
    pub async fn release(self) {
        self.renewal.abort();
        if self.lost.load(Ordering::Acquire) {
            return;
        }
        let release = async {
            let Some(mut lease) = self.place.read().await? else { return Ok(()) };
            if holder(&lease) != Some(self.run_id.as_str()) {
                return Ok(());
            }
            if let Some(spec) = &mut lease.spec {
                spec.holder_identity = None;
            }
            self.place.replace(&lease).await
        };
        let _: Result<Result<(), AccessError>, _> =
            tokio::time::timeout(Duration::from_secs(5), release).await;
    }
}

fn holder(lease: &Lease) -> Option<&str> {
    lease.spec.as_ref()?.holder_identity.as_deref()
}

async fn write(place: &Place, there: Option<&Lease>, claim: &Claim) -> Result<(), AccessError> {
    let lease = taken(there, claim);
    match there {
        None => place.create(&lease).await,
        Some(_) => place.replace(&lease).await,
    }
}

/// Renews until the Lease is lost: someone else's name on it, or no answer for as long as it lasts.
async fn renew(place: Place, run_id: String, lost: Arc<AtomicBool>) {
    let mut last = Instant::now();
    loop {
        tokio::time::sleep(RENEWED_EVERY).await;
        match tokio::time::timeout(RENEWED_EVERY, renew_once(&place, &run_id)).await {
            Ok(Ok(true)) => last = Instant::now(),
            Ok(Ok(false)) => break,
            Ok(Err(_)) | Err(_) if last.elapsed() > LASTS => break,
            Ok(Err(_)) | Err(_) => {}
        }
    }
    lost.store(true, Ordering::Release);
}

async fn renew_once(place: &Place, run_id: &str) -> Result<bool, AccessError> {
    let Some(mut lease) = place.read().await? else { return Ok(false) };
    if holder(&lease) != Some(run_id) {
        return Ok(false);
    }
    if let Some(spec) = &mut lease.spec {
        spec.renew_time = Some(MicroTime(jiff::Timestamp::now()));
    }
    place.replace(&lease).await.map(|()| true)
}

fn held(by: &str) -> Failure {
    let hint =
        "wait for it to end, or let this run wait (and take over a dead one after 60 s): --wait-lock 2m";
    Failure::new(FailureKind::Locked, "lock", format!("another run holds this cluster: {by}")).hint(hint)
}

fn refused(error: &AccessError) -> Failure {
    Failure::of(FailureKind::Refused, "lock", error, error.hint())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(machine: &str, folder: &str) -> Claim {
        let holder = Holder {
            run_id: "run-1".into(),
            who: "ops@bastion".into(),
            pid: 7,
            since: "2026-11-23T19:33:00Z".into(),
        };
        Claim { holder, machine: machine.into(), folder: folder.into() }
    }

    #[test]
    fn a_lease_from_another_folder_is_held_and_says_by_whom() {
        let lease = taken(None, &claim("bastion", "/srv/prod/.work"));
        let Verdict::Held { by } = judge(&lease, &claim("laptop", "/srv/prod/.work")) else {
            panic!("not held")
        };
        assert_eq!(by, "run-1 by ops@bastion in bastion:/srv/prod/.work since 2026-11-23T19:33:00Z");
    }

    #[test]
    fn a_lease_from_this_folder_is_a_dead_runs() {
        let lease = taken(None, &claim("bastion", "/srv/prod/.work"));
        assert_eq!(judge(&lease, &claim("bastion", "/srv/prod/.work")), Verdict::Ours);
    }

    #[test]
    fn a_released_lease_is_free() {
        let mut lease = taken(None, &claim("bastion", "/a"));
        lease.spec.as_mut().unwrap().holder_identity = Some(String::new());
        assert_eq!(judge(&lease, &claim("laptop", "/b")), Verdict::Free);
        assert_eq!(judge(&Lease::default(), &claim("laptop", "/b")), Verdict::Free);
    }

    #[test]
    fn taking_over_keeps_what_others_wrote_and_counts() {
        let mut first = taken(None, &claim("bastion", "/a"));
        first.metadata.labels = Some(BTreeMap::from([("team".into(), "x".into())]));
        let second = taken(Some(&first), &claim("laptop", "/b"));
        assert_eq!(second.metadata.labels, first.metadata.labels);
        assert_eq!(second.spec.unwrap().lease_transitions, Some(1));
    }
}
