//! The tests of `child-process`: real programs, started and ended.
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod capture;
mod dialogue;
mod ending;
mod lookup;
mod output;
mod startable;
mod starting;

use std::collections::BTreeMap;
use std::time::Duration;

use child_process::{Ended, Program, Stream, run};
use secret::Mask;
use tokio_util::sync::CancellationToken;

/// Where the programs of these tests are.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// A shell script with nothing but a PATH.
fn sh(script: &str) -> Program {
    let mut program = Program::new("sh", ["-c", script]);
    program.env = BTreeMap::from([("PATH".into(), PATH.into())]);
    program.grace = Duration::from_secs(5);
    program.limit = Some(Duration::from_secs(60));
    program
}

/// Runs it; its end, and its lines.
async fn lines_of(program: &Program, mask: &Mask) -> (Ended, Vec<String>) {
    let mut lines = Vec::new();
    let mut keep = |_: Stream, some: &str| lines.extend(some.split('\n').map(str::to_owned));
    let ended = run(program, mask, &CancellationToken::new(), &mut keep).await.unwrap();
    (ended, lines)
}
