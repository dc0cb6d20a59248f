use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Child;
use tokio::time::{Instant, sleep_until};
use zeroize::Zeroizing;

use crate::Stream;

/// A stream that has been still for so long is not in the middle of a line: it waits, perhaps with a question.
const STILL: Duration = Duration::from_millis(200);
const READ_AT_ONCE: usize = 64 * 1024;

/// What comes out of a program.
pub(crate) enum Output<'a> {
    /// The next bytes.
    Bytes(&'a [u8]),
    /// Nothing came for a while after the last bytes.
    Still,
    /// Nothing more will come.
    End,
}

/// Both output streams of a program, read as they come and no faster than they are used.
pub(crate) struct Pipes {
    stdout: Pipe,
    stderr: Pipe,
}

struct Pipe {
    reader: Option<Box<dyn AsyncRead + Send + Sync + Unpin>>,
    buffer: Zeroizing<Vec<u8>>,
    still_at: Option<Instant>,
}

/// What [`Pipe::next`] saw; the bytes stay in the pipe's buffer.
enum Seen {
    Bytes(usize),
    Still,
    End,
}

impl Pipes {
    pub(crate) fn of(child: &mut Child) -> Self {
        Self {
            stdout: Pipe::new(child.stdout.take().map(|pipe| Box::new(pipe) as _)),
            stderr: Pipe::new(child.stderr.take().map(|pipe| Box::new(pipe) as _)),
        }
    }

    /// Whether both streams have ended.
    pub(crate) fn ended(&self) -> bool {
        self.stdout.reader.is_none() && self.stderr.reader.is_none()
    }

    /// The next output; waits for ever once both streams have ended. Nothing is lost when it is dropped half-way.
    pub(crate) async fn next(&mut self) -> (Stream, Output<'_>) {
        let (stream, seen) = tokio::select! {
            seen = self.stdout.next() => (Stream::Stdout, seen),
            seen = self.stderr.next() => (Stream::Stderr, seen),
        };
        let pipe = match stream {
            Stream::Stdout => &self.stdout,
            Stream::Stderr => &self.stderr,
        };
        (stream, pipe.output(seen))
    }
}

impl Pipe {
    fn new(reader: Option<Box<dyn AsyncRead + Send + Sync + Unpin>>) -> Self {
        Self { reader, buffer: Zeroizing::new(vec![0; READ_AT_ONCE]), still_at: None }
    }

    async fn next(&mut self) -> Seen {
        let Some(reader) = &mut self.reader else { return std::future::pending().await };
        let still_at = self.still_at;
        let still = async {
            match still_at {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            read = reader.read(&mut self.buffer) => match read {
                Ok(count) if count > 0 => {
                    self.still_at = Some(Instant::now() + STILL);
                    Seen::Bytes(count)
                }
                // A pipe that can't be read any more has nothing more to say.
                _ => {
                    self.reader = None;
                    Seen::End
                }
            },
            () = still => {
                self.still_at = None;
                Seen::Still
            }
        }
    }

    fn output(&self, seen: Seen) -> Output<'_> {
        match seen {
            Seen::Bytes(count) => Output::Bytes(&self.buffer[..count]),
            Seen::Still => Output::Still,
            Seen::End => Output::End,
        }
    }
}
