use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use rustix::process::Signal;
use secret::SecretString;

/// A program to start, and all that it gets: nothing is inherited.
#[derive(Clone)]
pub struct Program {
    /// A path, or a name that is looked for in the `PATH` of [`Program::env`]. A relative path with a slash is meant
    /// from [`Program::dir`].
    pub program: OsString,
    /// Its arguments. They are seen by everybody on the machine: never a secret.
    pub args: Vec<OsString>,
    /// The folder it runs in; this process's own where there is none.
    pub dir: Option<PathBuf>,
    /// Its whole environment.
    pub env: BTreeMap<OsString, OsString>,
    /// What it reads on standard input; else that is empty.
    pub input: Option<SecretString>,
    /// After this time it is ended.
    pub limit: Option<Duration>,
    /// How long its process group may take to end by itself once it was told to, before it is killed.
    pub grace: Duration,
    /// What its process group is told when the run is cancelled.
    pub stop_signal: StopSignal,
}

impl Program {
    /// A program with these arguments: empty environment, no input, no time limit, 30 seconds of grace.
    pub fn new<A: Into<OsString>>(program: impl Into<OsString>, args: impl IntoIterator<Item = A>) -> Self {
        Self {
            program: program.into(),
            args: args.into_iter().map(Into::into).collect(),
            dir: None,
            env: BTreeMap::new(),
            input: None,
            limit: None,
            grace: Duration::from_secs(30),
            stop_signal: StopSignal::default(),
        }
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the environment nor the input: both may hold secrets.
        f.debug_struct("Program")
            .field("program", &self.program)
            .field("dir", &self.dir)
            .finish_non_exhaustive()
    }
}

/// The signal that is passed on to a program when the run is cancelled: the one this process got. Clones share it, so
/// that whoever listens for signals can set it right before cancelling.
#[derive(Debug, Clone)]
pub struct StopSignal(Arc<AtomicI32>);

impl StopSignal {
    /// Pass on `signal` (its number: 2 is SIGINT, 15 is SIGTERM). What no signal has as its number is ignored.
    pub fn set(&self, signal: i32) {
        if Signal::from_named_raw(signal).is_some() {
            self.0.store(signal, Ordering::SeqCst);
        }
    }

    /// The number of the signal to pass on.
    pub fn get(&self) -> i32 {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn signal(&self) -> Signal {
        Signal::from_named_raw(self.get()).unwrap_or(Signal::TERM)
    }
}

impl Default for StopSignal {
    fn default() -> Self {
        Self(Arc::new(AtomicI32::new(Signal::TERM.as_raw())))
    }
}

/// How a program came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By itself, with this exit code.
    Exited(i32),
    /// By this signal, which was not ours.
    Signaled(i32),
    /// By us: it took longer than its limit.
    TimedOut {
        /// The limit.
        limit: Duration,
    },
    /// By us: the run was cancelled.
    Stopped,
}

impl Ended {
    /// Whether the program ended by itself with exit code 0.
    pub fn success(&self) -> bool {
        *self == Self::Exited(0)
    }
}

/// Where a piece of output came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}
