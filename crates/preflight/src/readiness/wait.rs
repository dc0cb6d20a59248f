//! `run --wait-ready`: waits before the first write.

use crate::error::PreflightError;
use diagnostics::{Failure, duration};
use std::time::Duration;

use cluster_access::Cluster;

use super::checks::SYSTEM;
use super::dns::Resolved;
use super::observe::observe;
use super::{Need, Verdict, Wanted};
use child_process::Shutdown;

/// Pause between two looks: DNS can't be watched, and the rest is asked along.
const PAUSE: Duration = Duration::from_secs(2);

/// Waits until every need is met, `limit` at the longest; `report` receives what it waits for, and what was seen last,
/// whenever that changes. Whether it had to wait.
///
/// # Errors
/// The time is up; we may not look; a signal.
pub async fn wait(
    cluster: &Cluster,
    wanted: &Wanted,
    resolve: impl AsyncFn(String) -> Resolved,
    limit: Duration,
    stop: &Shutdown,
    mut report: impl FnMut(String),
) -> Result<bool, Failure> {
    let mut last = None;
    let ready = async {
        loop {
            match judge(&observe(cluster, wanted, &resolve).await)? {
                None => return Ok(last.is_some()),
                Some(lacking) if last.as_ref() == Some(&lacking) => {}
                Some(lacking) => {
                    report(lacking.clone());
                    last = Some(lacking);
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    let outcome = tokio::select! {
        biased;
        () = stop.token.cancelled() => return Err(stop.failure(SYSTEM)),
        outcome = tokio::time::timeout(limit, ready) => outcome,
    };
    outcome.unwrap_or_else(|_| Err(too_long(limit, last.as_deref())))
}

/// What is lacking; none where nothing is. What the cluster does not have at all is not waited for.
fn judge(looks: &[(Need, Verdict)]) -> Result<Option<String>, Failure> {
    let mut lacking = Vec::new();
    for (need, verdict) in looks {
        match verdict {
            Verdict::Ready(_) | Verdict::NotHere(_) => {}
            Verdict::NotYet(against) => lacking.push(format!("{} ({})", need.noun(), against.join(", "))),
            Verdict::MayNot(said) => return Err(may_not(*need, said)),
        }
    }
    Ok((!lacking.is_empty()).then(|| lacking.join("; ")))
}

fn may_not(need: Need, said: &str) -> Failure {
    PreflightError::MayNotWait { what: need.noun().into(), said: said.into() }.refused(SYSTEM)
}

fn too_long(limit: Duration, last: Option<&str>) -> Failure {
    let what = last.unwrap_or("the first look, which did not end").into();
    PreflightError::NotReady { limit: duration::show(limit), what }.refused(SYSTEM)
}

impl Need {
    fn noun(self) -> &'static str {
        match self {
            Self::Workers => "nodes that take Pods",
            Self::Storage => "a default StorageClass",
            Self::Catalogs => "READY catalogs",
            Self::Dns => "an address of *.apps",
        }
    }
}

#[cfg(test)]
mod tests;
