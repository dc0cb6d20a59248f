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
/// How soon a step that is under way hears that the Lease is lost.
const NOTICED_EVERY: Duration = Duration::from_millis(500);
/// How often someone else may be quicker, or the API may say so, before it is given up.
const CROSSINGS: u32 = 5;

/// A Lease that is ours; renewed in the background until released.
pub struct HeldLease {
    place: LeaseStore,
    run_id: String,
    state: Arc<Mutex<State>>,
    renewal: JoinHandle<()>,
}

/// What is told while the Lease is taken.
#[derive(Debug, PartialEq, Eq)]
pub enum News {
    /// Another run holds it: which.
    WaitingFor(String),
    /// Whose it took over, and why.
    TookOver(String),
}

/// What is known of a Lease of ours.
struct State {
    /// When we last saw our name on it.
    seen: Instant,
    lost: bool,
}

impl HeldLease {
    /// Takes the Lease, waiting up to `wait` for another holder to let go or to expire. `told` hears whom it waits for
    /// and whose it took over.
    ///
    /// # Errors
    /// [`FailureKind::Locked`] naming the holder; [`FailureKind::Refused`] where the API says no; a signal.
    pub async fn take(
        place: LeaseStore,
        claim: &Claim,
        wait: Duration,
        stop: &Shutdown,
        mut told: impl FnMut(News),
    ) -> Result<Self, Failure> {
        let began = Instant::now();
        let mut watched = Watched::default();
        let mut crossed = 0;
        loop {
            let there = tokio::select! {
                there = place.read() => there.map_err(|error| refused(&error))?,
                () = stop.token.cancelled() => return Err(stop.failure(Subject::Lock)),
            };
            let held_by = match there.as_ref().map(|lease| (lease, judge(lease, claim))) {
                None | Some((_, Verdict::Free)) => None,
                Some((_, Verdict::Ours)) => {
                    told(News::TookOver(
                        "took over the Lease of an earlier run in this folder that did not end".into(),
                    ));
                    None
                }
                Some((lease, Verdict::Held { by })) if watched.unchanged_for(lease) > place.terms.lasts => {
                    let lasts = duration::show(place.terms.lasts);
                    told(News::TookOver(format!("took over the Lease of {by}: not renewed for {lasts}")));
                    None
                }
                Some((_, Verdict::Held { by })) => Some(by),
            };
            match held_by {
                None => match place.claim(there.as_ref(), claim).await {
                    Ok(()) => return Ok(Self::renewing(place, claim)),
                    // Someone was quicker: look again.
                    Err(AccessError::Conflict { .. } | AccessError::AlreadyExists { .. })
                        if crossed < CROSSINGS =>
                    {
                        crossed += 1;
                    }
                    Err(error) => return Err(refused(&error)),
                },
                Some(by) if began.elapsed() >= wait => return Err(held(&by)),
                Some(by) => {
                    if watched.is_new(&by) {
                        told(News::WaitingFor(format!("the Lease held by {by}")));
                    }
                    tokio::select! {
                        () = tokio::time::sleep(place.terms.looked_at_every) => {}
                        () = stop.token.cancelled() => return Err(stop.failure(Subject::Lock)),
                    }
                }
            }
        }
    }

    fn renewing(place: LeaseStore, claim: &Claim) -> Self {
        let run_id = claim.holder.run_id.clone();
        let state = Arc::new(Mutex::new(State { seen: Instant::now(), lost: false }));
        let renewal = tokio::spawn(renew(place.clone(), run_id.clone(), state.clone()));
        Self { place, run_id, state, renewal }
    }

    /// Asked before each write. It looks: a machine that slept through a renewal must not write as if it had not.
    ///
    /// # Errors
    /// Another run took the Lease, or the API was out of reach for longer than it lasts.
    pub async fn still_ours(&self) -> Result<(), Failure> {
        if !self.is_lost() {
            let terms = self.place.terms;
            let look = async { self.place.read().await.ok() };
            let seen = tokio::time::timeout(terms.renewed_every, look).await.ok().flatten();
            note(&self.state, seen.map(|lease| is_of(lease.as_ref(), &self.run_id)), terms.lasts);
        }
        if self.is_lost() { Err(lost()) } else { Ok(()) }
    }

    /// Ends, with the failure, once the renewal finds that the Lease is lost: what waits, and writes when that has come,
    /// must not go on.
    pub async fn lost(&self) -> Failure {
        while !self.is_lost() {
            tokio::time::sleep(NOTICED_EVERY).await;
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
        self.place.remove(&self.run_id).await
    }

    /// Lets go, unless it is no longer ours.
    pub async fn release(self) {
        self.renewal.abort();
        let release = async {
            let Some(mut lease) = self.place.read().await? else { return Ok(()) };
            if !is_of(Some(&lease), &self.run_id) {
                return Ok(());
            }
            if let Some(spec) = &mut lease.spec {
                spec.holder_identity = None;
            }
            self.place.replace(&lease).await
        };
        let _: Result<Result<(), AccessError>, _> = tokio::time::timeout(RELEASE_LIMIT, release).await;
    }
}

/// Another's Lease as it was seen so far: its age counts from when we saw it change, by our own clock.
#[derive(Default)]
struct Watched {
    version: Option<(String, Instant)>,
    holder: Option<String>,
}

impl Watched {
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
async fn renew(place: LeaseStore, run_id: String, state: Arc<Mutex<State>>) {
    let terms = place.terms;
    while !state.lock().lost {
        tokio::time::sleep(terms.renewed_every).await;
        let renewed = tokio::time::timeout(terms.renewed_every, renew_once(&place, &run_id)).await;
        note(&state, renewed.ok().and_then(Result::ok), terms.lasts);
    }
}

async fn renew_once(place: &LeaseStore, run_id: &str) -> Result<bool, AccessError> {
    let Some(mut lease) = place.read().await?.filter(|lease| is_of(Some(lease), run_id)) else {
        return Ok(false);
    };
    if let Some(spec) = &mut lease.spec {
        spec.renew_time = Some(MicroTime(jiff::Timestamp::now()));
    }
    place.replace(&lease).await.map(|()| true)
}

fn is_of(lease: Option<&Lease>, run_id: &str) -> bool {
    lease.and_then(holder) == Some(run_id)
}

/// Takes down what a look at our Lease gave; `None`: no answer.
fn note(state: &Mutex<State>, ours: Option<bool>, lasts: Duration) {
    let mut state = state.lock();
    match ours {
        Some(true) => state.seen = Instant::now(),
        Some(false) => state.lost = true,
        None => state.lost |= state.seen.elapsed() > lasts,
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
    Failure::of(FailureKind::Refused, Subject::Lock, error, error.hint())
}

#[cfg(test)]
mod tests;
