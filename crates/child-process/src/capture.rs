use std::fmt;
use std::ops::ControlFlow;

use secret::SecretString;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use crate::pipes::Output;
use crate::start::shown;
use crate::supervise::supervise;
use crate::{Ended, ProcessError, Program, Stream};

/// Bytes of each output stream that are kept.
pub const CAPTURE_LIMIT: usize = 1024 * 1024;

/// Output and end of a program. Its output counts as a secret until somebody knows better.
pub struct Captured {
    /// End of the program.
    pub ended: Ended,
    /// Its standard output; what is no UTF-8 in it is replaced.
    pub stdout: SecretString,
    /// Its standard error, likewise.
    pub stderr: SecretString,
}

impl fmt::Debug for Captured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Captured").field("ended", &self.ended).finish_non_exhaustive()
    }
}

/// Runs a program and keeps its output, at most [`CAPTURE_LIMIT`] bytes of each stream: more is an error, and the
/// program is killed.
pub async fn capture(program: &Program, stop: &CancellationToken) -> Result<Captured, ProcessError> {
    let mut stdout = Kept::new();
    let mut stderr = Kept::new();
    let mut sink = |stream, output: Output<'_>| match (stream, output) {
        (Stream::Stdout, Output::Bytes(bytes)) => stdout.keep(bytes),
        (Stream::Stderr, Output::Bytes(bytes)) => stderr.keep(bytes),
        (_, Output::Still | Output::End) => ControlFlow::Continue(()),
    };
    match supervise(program, stop, &mut sink).await? {
        Some(ended) if !stdout.full && !stderr.full => {
            Ok(Captured { ended, stdout: stdout.secret(), stderr: stderr.secret() })
        }
        _ => Err(ProcessError::TooMuchOutput { program: shown(program), limit: CAPTURE_LIMIT }),
    }
}

struct Kept {
    bytes: Zeroizing<Vec<u8>>,
    full: bool,
}

impl Kept {
    fn new() -> Self {
        Self { bytes: Zeroizing::new(Vec::new()), full: false }
    }

    fn keep(&mut self, bytes: &[u8]) -> ControlFlow<()> {
        if self.bytes.len() + bytes.len() > CAPTURE_LIMIT {
            self.full = true;
            return ControlFlow::Break(());
        }
        self.bytes.extend_from_slice(bytes);
        ControlFlow::Continue(())
    }

    fn secret(&self) -> SecretString {
        String::from_utf8_lossy(&self.bytes).into_owned().into()
    }
}
