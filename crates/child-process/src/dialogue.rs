use std::io::Read as _;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use rustix::process::Signal;

use crate::group::Group;
use crate::start::start_blocking;
use crate::{ProcessError, Program};

/// How much of what a program says on standard error is kept.
const SAID: usize = 8 * 1024;
/// How long its standard error is waited for once nobody talks to it any more.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A program that somebody talks to over its pipes. Its whole group is killed when this goes out of scope.
pub struct Dialogue {
    child: Child,
    group: Arc<Group>,
    words: Words,
    ended: Receiver<()>,
}

/// The last words of a program on standard error, as far as they have come. Clones share them.
#[derive(Clone, Default)]
pub struct Words(Arc<Mutex<Vec<u8>>>);

impl Words {
    /// The last 8 KiB so far. The program may be at work still.
    pub fn so_far(&self) -> String {
        String::from_utf8_lossy(&self.0.lock()).into_owned()
    }

    fn add(&self, bytes: &[u8]) {
        let mut kept = self.0.lock();
        kept.extend_from_slice(bytes);
        let surplus = kept.len().saturating_sub(SAID);
        kept.drain(..surplus);
    }
}

/// Ends a dialogue from elsewhere, so that whoever waits in it wakes up.
#[derive(Clone)]
pub struct Ender(Weak<Group>);

/// Starts a program that blocking code talks to. [`Program::input`], `limit` and `grace` do not count: whoever talks
/// keeps an [`Ender`] for that.
///
/// # Errors
/// The program could not be started.
pub fn dialogue(program: &Program) -> Result<(Dialogue, ChildStdin, ChildStdout), ProcessError> {
    let mut child = start_blocking(program)?;
    let group = Arc::new(Group::of(Some(child.id())));
    let missing = || ProcessError::Wait {
        program: program.program.to_string_lossy().into_owned(),
        source: std::io::Error::other("it has no pipes"),
    };
    let (stdin, stdout) = (child.stdin.take().ok_or_else(missing)?, child.stdout.take().ok_or_else(missing)?);
    let words = Words::default();
    let ended = listen(child.stderr.take().ok_or_else(missing)?, words.clone());
    Ok((Dialogue { child, group, words, ended }, stdin, stdout))
}

impl Dialogue {
    /// Whatever ends it when its time is over.
    pub fn ender(&self) -> Ender {
        Ender(Arc::downgrade(&self.group))
    }

    /// What the program said on standard error: its last 8 KiB. To be asked once its pipes have ended; a program that
    /// keeps its standard error open is waited for a second.
    pub fn said(&self) -> String {
        // It has ended, or it is heard no longer.
        let _ = self.ended.recv_timeout(LAST_WORDS);
        self.words.so_far()
    }

    /// The program's words while it is at work.
    pub fn words(&self) -> Words {
        self.words.clone()
    }
}

impl Drop for Dialogue {
    fn drop(&mut self) {
        self.group.signal(Signal::KILL);
        let _ = self.child.wait();
    }
}

impl Ender {
    /// Kills the program and its group, if they are still there.
    pub fn end(&self) {
        if let Some(group) = self.0.upgrade() {
            group.signal(Signal::KILL);
        }
    }
}

/// Reads to the end, so that the program never waits for a reader, and keeps the end of it. The receiver hears of the end.
fn listen(mut stderr: ChildStderr, words: Words) -> Receiver<()> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 1024];
        while let Ok(count @ 1..) = stderr.read(&mut buffer) {
            words.add(&buffer[..count]);
        }
        // Nobody may be there any more to hear it.
        let _ = sender.send(());
    });
    receiver
}
