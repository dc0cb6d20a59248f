//! Signals end a run, they do not kill it: the script's group is told, the trace is closed, the lock is let go.

use bootstrap_core::Stop;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens from now on. The first signal ends the run; it has its own time limits from there.
pub fn listen(stop: &Stop) -> std::io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let stop = stop.clone();
    tokio::spawn(async move {
        let number = tokio::select! {
            number = came(&mut interrupt, SignalKind::interrupt()) => number,
            number = came(&mut terminate, SignalKind::terminate()) => number,
            number = came(&mut hangup, SignalKind::hangup()) => number,
        };
        stop.by_signal(number);
    });
    Ok(())
}

async fn came(signal: &mut Signal, kind: SignalKind) -> i32 {
    signal.recv().await;
    kind.as_raw_value()
}
