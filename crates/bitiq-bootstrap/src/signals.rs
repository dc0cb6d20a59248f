//! Signals end a run, they do not kill it: the script's group is told, the trace is closed, the lock is let go. Where
//! the run itself is held up by something that does not answer (a pipe that nobody reads, a network file system), it is
//! ended from outside.

use std::convert::Infallible;
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use child_process::Shutdown;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::exit;

/// Counts on for as long as the run is not held up.
static BEATS: AtomicU64 = AtomicU64::new(0);
const BEAT: Duration = Duration::from_millis(100);
/// After so many looks without a beat, a run that was told to end is held up.
const STILL: u32 = 50;

/// So soon after the first, another signal is the same wish once more: a terminal, `make` and a shell may each pass it on.
const SAME_WISH: Duration = Duration::from_millis(500);

/// Listens from now on. The first signal ends the run; it has its own time limits from there. A later one lets no
/// program make use of them.
pub fn listen(stop: &Shutdown) -> std::io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let stop = stop.clone();
    tokio::spawn(async move {
        let mut next = async || {
            tokio::select! {
                number = came(&mut interrupt, SignalKind::interrupt()) => number,
                number = came(&mut terminate, SignalKind::terminate()) => number,
                number = came(&mut hangup, SignalKind::hangup()) => number,
            }
        };
        let number = next().await;
        let first = Instant::now();
        stop.by_signal(number);
        let watched = stop.clone();
        std::thread::spawn(move || watch(&watched, number));
        loop {
            next().await;
            if first.elapsed() >= SAME_WISH {
                stop.kill_programs();
            }
        }
    });
    Ok(())
}

/// Runs beside the work, in the same task: whatever holds that up holds this up.
pub async fn beat() -> Infallible {
    loop {
        BEATS.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(BEAT).await;
    }
}

async fn came(signal: &mut Signal, kind: SignalKind) -> i32 {
    signal.recv().await;
    kind.as_raw_value()
}

/// Ends the process where the run is held up. Its looks are counted, not timed: a machine that slept held up both.
#[expect(clippy::exit, reason = "the run can't be awaited: something outside holds it up")]
fn watch(stop: &Shutdown, number: i32) {
    let (mut seen, mut still) = (BEATS.load(Ordering::SeqCst), 0);
    while still < STILL {
        std::thread::sleep(BEAT);
        let now = BEATS.load(Ordering::SeqCst);
        still = if now == seen { still + 1 } else { 0 };
        seen = now;
    }
    // Whoever does not read our output may not read this either.
    std::thread::spawn(|| {
        let why = "error: told to end, and held up by a file, a pipe or a terminal that does not answer: ended without closing the trace";
        writeln!(
            std::io::stderr(),
            "{why}\n  next run the same command again: it carries on where this run ended"
        )
        .ok();
    });
    stop.end_programs();
    std::thread::sleep(BEAT);
    let code =
        if number == SignalKind::interrupt().as_raw_value() { exit::INTERRUPTED } else { exit::TERMINATED };
    std::process::exit(i32::from(code));
}
