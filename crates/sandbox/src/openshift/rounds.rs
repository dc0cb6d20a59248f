//! The loop of all controllers: a round whenever something changed, or something that takes its time is over.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::context::Context;
use super::{applicationset, gitops, olm, workloads};
use crate::SandboxError;

/// The longest between two rounds.
const IDLE: Duration = Duration::from_secs(5);

/// After a refusal.
const PAUSE: Duration = Duration::from_millis(200);

/// Changes come in flocks; one round is enough for each.
const FLOCK: Duration = Duration::from_millis(5);

pub(super) async fn run(mut context: Context, bell: Arc<Notify>, problem: Arc<Mutex<Option<String>>>) {
    loop {
        let failed = round(&mut context).await.err().map(|why| why.to_string());
        let limit = if failed.is_some() { PAUSE } else { IDLE };
        *problem.lock() = failed;
        let until = context.timers.take_next().map_or(limit, |next| next.min(limit));
        tokio::select! {
            () = bell.notified() => tokio::time::sleep(FLOCK).await,
            () = tokio::time::sleep(until) => {}
        }
    }
}

/// Each controller once. One that is refused does not keep the others from their work.
async fn round(context: &mut Context) -> Result<(), SandboxError> {
    let done = [
        olm::catalogs::round(context).await,
        olm::subscriptions::round(context).await,
        olm::plans::round(context).await,
        olm::csvs::round(context).await,
        olm::copies::round(context).await,
        olm::package_manifests::round(context).await,
        workloads::round(context).await,
        gitops::round(context).await,
        applicationset::round(context).await,
    ];
    done.into_iter().collect()
}
