//! Threads for gix, which blocks. Each has a time limit, and ends when the run is cancelled.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::{GitError, Remote};

/// The signals that end the work of a thread.
pub(crate) struct CancelHandle {
    /// True when the work must end.
    pub(crate) interrupted: Arc<AtomicBool>,
    /// The token that is cancelled at the same moment.
    pub(crate) stop: CancellationToken,
    /// The runtime for the asynchronous calls of a blocking thread.
    pub(crate) runtime: Handle,
}

/// Cancels the work when the value goes out of scope, also when the waiting future is dropped.
struct CancelOnDrop {
    interrupted: Arc<AtomicBool>,
    stop: CancellationToken,
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.interrupted.store(true, Ordering::SeqCst);
        self.stop.cancel();
    }
}

/// The time that cancelled work has to end. Reads and writes to the cache can be left unfinished; a write to the
/// working copy gets the time to finish.
#[derive(Clone, Copy)]
pub(crate) struct WaitBudget(pub(crate) Duration);

pub(crate) const LEAVE_BEHIND: WaitBudget = WaitBudget(Duration::from_millis(500));
pub(crate) const SEE_TO_ITS_END: WaitBudget = WaitBudget(Duration::from_secs(60));

/// Runs `work` on a new thread, for `limit` at most.
pub(crate) async fn off_thread<T: Send + 'static>(
    doing: String,
    limit: Duration,
    budget: WaitBudget,
    stop: &CancellationToken,
    work: impl FnOnce(&CancelHandle) -> Result<T, GitError> + Send + 'static,
) -> Result<T, GitError> {
    let (over, late) = (tokio::time::sleep(limit), doing.clone());
    let over = async move {
        over.await;
        GitError::TimedOut { doing: late, limit }
    };
    run(doing, over, budget, stop, work).await
}

/// Runs `work`, which talks to `remote`, on a new thread, until the host is silent for too long.
pub(crate) async fn while_it_talks<T: Send + 'static>(
    doing: String,
    remote: &Remote,
    stop: &CancellationToken,
    work: impl FnOnce(&CancelHandle) -> Result<T, GitError> + Send + 'static,
) -> Result<T, GitError> {
    let (limit, traffic, silent) = (remote.limit, remote.traffic.clone(), doing.clone());
    let over = async move {
        traffic.silence(limit).await;
        let detail = traffic.words().and_then(|words| last_line(&words));
        GitError::Silent { doing: silent, limit, received: traffic.received(), detail }
    };
    run(doing, over, LEAVE_BEHIND, stop, work).await
}

/// Returns the last line, unless it has the pattern of a secret.
fn last_line(words: &str) -> Option<String> {
    let mut lines = words.lines().map(str::trim).filter(|line| !line.is_empty());
    let line: String = lines.next_back()?.chars().filter(|c| !c.is_control()).take(300).collect();
    secret::secret_patterns(&line).is_empty().then_some(line)
}

async fn run<T: Send + 'static>(
    doing: String,
    over: impl Future<Output = GitError>,
    budget: WaitBudget,
    stop: &CancellationToken,
    work: impl FnOnce(&CancelHandle) -> Result<T, GitError> + Send + 'static,
) -> Result<T, GitError> {
    if stop.is_cancelled() {
        return Err(GitError::Stopped { doing });
    }
    let cancel = CancelHandle {
        interrupted: Arc::new(AtomicBool::new(false)),
        stop: CancellationToken::new(),
        runtime: Handle::current(),
    };
    let cancel_on_drop = CancelOnDrop { interrupted: cancel.interrupted.clone(), stop: cancel.stop.clone() };
    let (sender, mut receiver) = oneshot::channel();
    // A runtime waits at its end for the threads of tokio's blocking pool, so this thread is not from the pool.
    let thread = std::thread::Builder::new().name("git".to_owned()).spawn(move || {
        let _ = sender.send(work(&cancel));
    });
    thread.map_err(GitError::io("start a thread for Git"))?;
    let cut = tokio::select! {
        biased;
        done = &mut receiver => return done.unwrap_or_else(|_| Err(broken(doing))),
        () = stop.cancelled() => GitError::Stopped { doing },
        late = over => late,
    };
    drop(cancel_on_drop);
    match tokio::time::timeout(budget.0, receiver).await {
        Ok(Ok(Ok(done))) => Ok(done),
        _ => Err(cut),
    }
}

/// Makes the error of a thread that ended without an answer: it panicked.
fn broken(doing: String) -> GitError {
    GitError::Remote { url: doing, detail: "the Git library panicked".to_owned() }
}
