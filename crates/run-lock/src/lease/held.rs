//! Takes the Lease, keeps it, lets it go.

use diagnostics::{Failure, FailureKind, Subject, duration};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::LeaseStore;
use super::claim::{Claim, Verdict, holder, judge};
use crate::lock_error::LockError;
use child_process::Shutdown;
use cluster_access::AccessError;
use cluster_access::k8s_openapi::api::coordination::v1::Lease;
use cluster_access::k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use tokio::task::JoinHandle;

/// How long letting go may take: an unreleased Lease expires by itself.
const RELEASE_LIMIT: Duration = Duration::from_secs(5);
/// The interval at which a running step checks for a lost Lease.
const LOSS_POLL_INTERVAL: Duration = Duration::from_millis(500);
/// The number of conflicts with another writer before the claim is given up.
const MAX_CONFLICTS: u32 = 5;

/// A Lease that is ours; renewed in the background until released.
pub struct HeldLease {
    store: LeaseStore,
    run_id: String,
    state: Arc<Mutex<State>>,
    renewal: JoinHandle<()>,
}

/// A report while the Lease is being taken.
#[derive(Debug, PartialEq, Eq)]
pub enum News {
    /// Another run holds it: which.
    WaitingFor(String),
    /// Whose it took over, and why.
    TookOver(String),
}

/// The state of a Lease that is held.
struct State {
    /// The last time that the run's name was on it.
    seen: Instant,
    lost: bool,
}

impl HeldLease {
    /// Takes the Lease, waiting up to `wait` for another holder to let go or to expire. `report` receives whom it waits for
    /// and whose it took over.
    ///
    /// # Errors
    /// [`FailureKind::Locked`] naming the holder; [`FailureKind::Refused`] where the API says no; a signal.
    pub async fn take(
        store: LeaseStore,
        claim: &Claim,
        wait: Duration,
        stop: &Shutdown,
        mut report: impl FnMut(News),
    ) -> Result<Self, Failure> {
        let began = Instant::now();
        let mut other = OtherLease::default();
        let mut conflicts = 0;
        loop {
            let there = tokio::select! {
                there = store.read() => there.map_err(|error| refused(&error))?,
                () = stop.token.cancelled() => return Err(stop.failure(Subject::Lock)),
            };
            let held_by = match there.as_ref().map(|lease| (lease, judge(lease, claim))) {
                None | Some((_, Verdict::Free)) => None,
                Some((_, Verdict::SameFolder)) => {
                    report(News::TookOver(
                        "took over the Lease of an earlier run in this folder that did not end".into(),
                    ));
                    None
                }
                Some((lease, Verdict::Held { by })) if other.unchanged_for(lease) > store.terms.duration => {
                    let lasts = duration::show(store.terms.duration);
                    report(News::TookOver(format!("took over the Lease of {by}: not renewed for {lasts}")));
                    None
                }
                Some((_, Verdict::Held { by })) => Some(by),
            };
            match held_by {
                None => match store.claim(there.as_ref(), claim).await {
                    Ok(()) => return Ok(Self::renewing(store, claim)),
                    // Someone was quicker: look again.
                    Err(AccessError::Conflict { .. } | AccessError::AlreadyExists { .. })
                        if conflicts < MAX_CONFLICTS =>
                    {
                        conflicts += 1;
                    }
                    Err(error) => return Err(refused(&error)),
                },
                Some(by) if began.elapsed() >= wait => return Err(held(&by)),
                Some(by) => {
                    if other.is_new(&by) {
                        report(News::WaitingFor(format!("the Lease held by {by}")));
                    }
                    tokio::select! {
                        () = tokio::time::sleep(store.terms.poll_interval) => {}
                        () = stop.token.cancelled() => return Err(stop.failure(Subject::Lock)),
                    }
                }
            }
        }
    }

    fn renewing(store: LeaseStore, claim: &Claim) -> Self {
        let run_id = claim.holder.run_id.clone();
        let state = Arc::new(Mutex::new(State { seen: Instant::now(), lost: false }));
        let renewal = tokio::spawn(renew(store.clone(), run_id.clone(), state.clone()));
        Self { store, run_id, state, renewal }
    }

    /// Asked before each write. It looks: a machine that slept through a renewal must not write as if it had not.
    ///
    /// # Errors
    /// Another run took the Lease, or the API was out of reach for longer than it lasts.
    pub async fn still_ours(&self) -> Result<(), Failure> {
        if !self.is_lost() {
            let terms = self.store.terms;
            let look = async { self.store.read().await.ok() };
            let seen = tokio::time::timeout(terms.renew_interval, look).await.ok().flatten();
            record(&self.state, seen.map(|lease| is_of(lease.as_ref(), &self.run_id)), terms.duration);
        }
        if self.is_lost() { Err(lost()) } else { Ok(()) }
    }

    /// Ends, with the failure, once the renewal finds that the Lease is lost: what waits, and writes when that has come,
    /// must not go on.
    pub async fn lost(&self) -> Failure {
        while !self.is_lost() {
            tokio::time::sleep(LOSS_POLL_INTERVAL).await;
        }
        lost()
    }

    /// A renewal that ended, whatever ended it, keeps nothing.
    fn is_lost(&self) -> bool {
        self.state.lock().lost || self.renewal.is_finished()
    }

    /// Lets go for good: the Lease is deleted, unless it is no longer ours.
    ///
    /// # Errors
    /// What the cluster says.
    pub async fn remove(self) -> Result<(), AccessError> {
        self.renewal.abort();
        self.store.remove(&self.run_id).await
    }

    /// Lets go, unless it is no longer ours.
    pub async fn release(self) {
        self.renewal.abort();
        let release = async {
            let Some(mut lease) = self.store.read().await? else { return Ok(()) };
            if !is_of(Some(&lease), &self.run_id) {
                return Ok(());
            }
            if let Some(spec) = &mut lease.spec {
                spec.holder_identity = None;
            }
            self.store.replace(&lease).await
        };
        let _: Result<Result<(), AccessError>, _> = tokio::time::timeout(RELEASE_LIMIT, release).await;
    }
}

/// Another run's Lease: its age counts from its last change that was seen, by this machine's clock.
#[derive(Default)]
struct OtherLease {
    version: Option<(String, Instant)>,
    holder: Option<String>,
}

impl OtherLease {
    fn unchanged_for(&mut self, lease: &Lease) -> Duration {
        let version = lease.metadata.resource_version.clone().unwrap_or_default();
        match &self.version {
            Some((known, since)) if *known == version => since.elapsed(),
            _ => {
                self.version = Some((version, Instant::now()));
                Duration::ZERO
            }
        }
    }

    fn is_new(&mut self, by: &str) -> bool {
        let known = self.holder.replace(by.into());
        known.as_deref() != Some(by)
    }
}

/// Renews until the Lease is lost: someone else's name on it, or no answer for as long as it lasts.
async fn renew(store: LeaseStore, run_id: String, state: Arc<Mutex<State>>) {
    let terms = store.terms;
    while !state.lock().lost {
        tokio::time::sleep(terms.renew_interval).await;
        let renewed = tokio::time::timeout(terms.renew_interval, renew_once(&store, &run_id)).await;
        record(&state, renewed.ok().and_then(Result::ok), terms.duration);
    }
}

async fn renew_once(store: &LeaseStore, run_id: &str) -> Result<bool, AccessError> {
    let Some(mut lease) = store.read().await?.filter(|lease| is_of(Some(lease), run_id)) else {
        return Ok(false);
    };
    if let Some(spec) = &mut lease.spec {
        spec.renew_time = Some(MicroTime(jiff::Timestamp::now()));
    }
    store.replace(&lease).await.map(|()| true)
}

fn is_of(lease: Option<&Lease>, run_id: &str) -> bool {
    lease.and_then(holder) == Some(run_id)
}

/// Records one observation of the Lease that is held; `None`: no answer.
fn record(state: &Mutex<State>, is_held: Option<bool>, duration: Duration) {
    let mut state = state.lock();
    match is_held {
        Some(true) => state.seen = Instant::now(),
        Some(false) => state.lost = true,
        None => state.lost |= state.seen.elapsed() > duration,
    }
}

fn lost() -> Failure {
    Failure::stating(FailureKind::Step, Subject::Lock, &LockError::Lost)
}

pub(super) fn held(by: &str) -> Failure {
    let error = LockError::HeldInCluster { holder: by.into() };
    Failure::stating(FailureKind::Locked, Subject::Lock, &error)
}

pub(super) fn refused(error: &AccessError) -> Failure {
    Failure::of(FailureKind::Refused, Subject::Lock, error)
}

#[cfg(test)]
mod tests;
