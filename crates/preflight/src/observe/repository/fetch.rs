//! The fetch of a commit, and how far it is.

use std::convert::Infallible;
use std::time::Duration;

use gitops_clone::{Commit, GitError, Received, Remote, Tip};

use crate::commit_id::short;
use crate::inputs::RepositoryInputs;
use crate::session::Session;
use diagnostics::{Step, WaitProgress};

/// A fetch that takes longer is shown.
const SHOWN_AFTER: Duration = Duration::from_secs(3);
/// The pause between two counts.
const EVERY: Duration = Duration::from_secs(1);

/// Hears how far a fetch is: a wait whose last sight is a count.
pub type Fetching<'a> = dyn Fn(&WaitProgress<'_>) + Sync + 'a;

/// Fetches the commit into the cache, and counts what comes.
pub(super) async fn fetch(
    inputs: &RepositoryInputs<'_>,
    session: &Session,
    (remote, tip): (&Remote, &Tip),
    fetching: &Fetching<'_>,
) -> Result<Commit, GitError> {
    let cache = inputs.folder.cache();
    let what = format!("commit {} of {}", short(&tip.commit), remote.url);
    let fetched = tokio::select! {
        biased;
        fetched = gitops_clone::fetch(remote, tip, &cache, &session.stop.token) => fetched,
        never = count(remote, &what, fetching) => match never {},
    };
    session.stop.waits.over();
    fetched
}

async fn count(remote: &Remote, what: &str, fetching: &Fetching<'_>) -> Infallible {
    let before = remote.traffic.received();
    tokio::time::sleep(SHOWN_AFTER).await;
    loop {
        let last = shown(since(before, remote.traffic.received())).into();
        fetching(&WaitProgress { subject: Step::Preflight.into(), what, last: Some(last), limit: None });
        tokio::time::sleep(EVERY).await;
    }
}

/// What came since `before`: the look-up counts too.
fn since(before: Received, now: Received) -> Received {
    Received { objects: now.objects - before.objects, bytes: now.bytes - before.bytes }
}

fn shown(received: Received) -> String {
    let Received { objects, bytes } = received;
    let objects = if objects == 1 { "1 object".to_owned() } else { format!("{objects} objects") };
    let size = match bytes {
        0..=999_999 => format!("{} kB", bytes / 1000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    };
    format!("{objects}, {size} received")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_is_shown_in_units_for_people() {
        let check = |objects, bytes, expect: &str| assert_eq!(shown(Received { objects, bytes }), expect);
        check(0, 0, "0 objects, 0 kB received");
        check(1, 999_999, "1 object, 999 kB received");
        check(12_345, 56_780_000, "12345 objects, 56.7 MB received");
    }

    #[test]
    fn what_came_before_does_not_count() {
        let since = since(Received { objects: 2, bytes: 10 }, Received { objects: 6, bytes: 50 });
        assert_eq!((since.objects, since.bytes), (4, 40));
    }
}
