use std::ops::ControlFlow;

use secret::Mask;
use tokio_util::sync::CancellationToken;

use crate::lines::Lines;
use crate::supervise::supervise;
use crate::{Ended, ProcessError, Program, Stream};

/// Runs a program and gives its output as masked lines, as they come: those that came together at once, with a newline
/// between each two and none at the end. A line that is longer than [`LONGEST_PIECE`](crate::LONGEST_PIECE) comes in pieces; the beginning of a
/// line comes by itself where nothing followed for a while. No more is read than `on_output` has taken.
pub async fn run(
    program: &Program,
    mask: &Mask,
    stop: &CancellationToken,
    on_output: &mut (dyn FnMut(Stream, &str) + Send),
) -> Result<Ended, ProcessError> {
    let mut stdout = Lines::new(mask);
    let mut stderr = Lines::new(mask);
    let mut sink = |stream, output: crate::pipes::Output<'_>| {
        let lines = match stream {
            Stream::Stdout => &mut stdout,
            Stream::Stderr => &mut stderr,
        };
        lines.take(output, &mut |lines| on_output(stream, lines));
        ControlFlow::Continue(())
    };
    // A sink that never breaks gives no program up.
    Ok(supervise(program, stop, &mut sink).await?.unwrap_or(Ended::Stopped))
}
