use std::ops::ControlFlow;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::Signal;
use tokio::process::Child;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::group::Group;
use crate::pipes::{Output, Pipes};
use crate::start::{shown, start};
use crate::{Ended, ProcessError, Program, Stream};

/// Time that members left behind in the group have to end, after a program that ended by itself.
const LEFT_OVER: Duration = Duration::from_secs(1);
/// Pause between two looks at whether the group has gone.
const LOOK: Duration = Duration::from_millis(25);
/// Time limit, and longest silence, for output of others that hold the pipes of a program that has gone.
const DRAIN: Duration = Duration::from_secs(2);
const DRAIN_STILL: Duration = Duration::from_millis(300);

/// Takes the output as it comes; `Break` gives the program up.
pub(crate) type Sink<'a> = dyn FnMut(Stream, Output<'_>) -> ControlFlow<()> + Send + 'a;

/// A program from its start to the end of its group. `None`: the sink gave it up.
pub(crate) async fn supervise(
    program: &Program,
    stop: &CancellationToken,
    sink: &mut Sink<'_>,
) -> Result<Option<Ended>, ProcessError> {
    if stop.is_cancelled() {
        return Ok(Some(Ended::Stopped));
    }
    let mut child = start(program).await?;
    let mut supervised = Supervised {
        group: Group::of(child.id()),
        pipes: Pipes::of(&mut child),
        child,
        sink,
        ended_by: None,
        kill_at: None,
    };
    let waited = supervised.until_leader_ends(program, stop).await;
    let Some(status) = waited.map_err(|source| ProcessError::Wait { program: shown(program), source })?
    else {
        return Ok(None);
    };
    supervised.until_group_is_gone().await;
    supervised.drain().await;
    Ok(Some(supervised.ended_by.unwrap_or_else(|| by_itself(status))))
}

struct Supervised<'a, 'b> {
    child: Child,
    group: Group,
    pipes: Pipes,
    sink: &'a mut Sink<'b>,
    /// Why we told the group to end, if we did.
    ended_by: Option<Ended>,
    kill_at: Option<Instant>,
}

impl Supervised<'_, '_> {
    async fn until_leader_ends(
        &mut self,
        program: &Program,
        stop: &CancellationToken,
    ) -> std::io::Result<Option<ExitStatus>> {
        let limit_at = program.limit.map(|limit| Instant::now() + limit);
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled(), if self.ended_by.is_none() => {
                    self.signal(program.stop_signal.signal(), Ended::Stopped, program.grace);
                }
                () = at(limit_at), if self.ended_by.is_none() => {
                    self.signal(Signal::TERM, Ended::TimedOut { limit: program.limit.unwrap_or_default() }, program.grace);
                }
                () = at(self.kill_at) => self.kill(),
                status = self.child.wait() => return status.map(Some),
                (stream, output) = self.pipes.next() => {
                    if (self.sink)(stream, output).is_break() {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// The leader may go at once and leave a member at work that needs the grace period (helm, under a shell).
    async fn until_group_is_gone(&mut self) {
        if self.ended_by.is_none() && self.group.is_alive() {
            self.group.signal(Signal::TERM);
            self.kill_at = Some(Instant::now() + LEFT_OVER);
        }
        while self.kill_at.is_some() && self.group.is_alive() {
            tokio::select! {
                biased;
                () = at(self.kill_at) => self.kill(),
                () = sleep(LOOK) => {}
                (stream, output) = self.pipes.next() => {
                    let _ = (self.sink)(stream, output);
                }
            }
        }
        self.group.signal(Signal::KILL);
    }

    /// Reads the rest of the pipes. Somebody outside the group may hold them for ever, so the time is limited.
    async fn drain(&mut self) {
        let until = Instant::now() + DRAIN;
        while !self.pipes.ended() && Instant::now() < until {
            match timeout(DRAIN_STILL, self.pipes.next()).await {
                Ok((stream, output)) => drop((self.sink)(stream, output)),
                Err(_) => break,
            }
        }
        let _ = (self.sink)(Stream::Stdout, Output::End);
        let _ = (self.sink)(Stream::Stderr, Output::End);
    }

    fn signal(&mut self, signal: Signal, why: Ended, grace: Duration) {
        self.group.signal(signal);
        self.ended_by = Some(why);
        self.kill_at = Some(Instant::now() + grace);
    }

    fn kill(&mut self) {
        self.group.signal(Signal::KILL);
        self.kill_at = None;
    }
}

async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

fn by_itself(status: ExitStatus) -> Ended {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Exited(code),
        (None, signal) => Ended::Signaled(signal.unwrap_or_default()),
    }
}
