use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use child_process::Words;
use gix::progress::{Count, Id, MessageLevel, NestedProgress, Progress, StepShared, UNKNOWN, Unit};
use parking_lot::{Mutex, MutexGuard};
use tokio::time::Instant;

/// The objects that gix has found in a pack so far (`gix_pack::index::write::ProgressId::IndexObjects`).
const OBJECTS: Id = *b"IWIO";

/// What came from a Git host so far. Clones share it.
#[derive(Clone, Default)]
pub struct Traffic(Arc<Inner>);

#[derive(Default)]
struct Inner {
    bytes: AtomicU64,
    /// Signs of life that bring no bytes, such as a pause that the host asked for.
    beats: AtomicU64,
    steps: Mutex<Vec<(Id, StepShared)>>,
    words: Mutex<Option<Words>>,
}

/// How much came from a Git host.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Received {
    /// Objects of the repository.
    pub objects: u64,
    /// Bytes, as they came over the wire.
    pub bytes: u64,
}

impl Traffic {
    /// What came so far.
    pub fn received(&self) -> Received {
        let steps = self.steps();
        let objects = steps.iter().filter(|(id, _)| *id == OBJECTS).map(|(_, step)| count(step)).sum();
        Received { objects, bytes: self.0.bytes.load(Ordering::Relaxed) }
    }

    /// Counts bytes that came.
    pub(crate) fn came(&self, bytes: usize) {
        self.0.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Somebody is at work, though nothing comes.
    pub(crate) fn beat(&self) {
        self.0.beats.fetch_add(1, Ordering::Relaxed);
    }

    /// From now on the words of this program are those of the other side.
    pub(crate) fn hear(&self, words: Words) {
        *self.0.words.lock() = Some(words);
    }

    /// What the program that talks to the host has said on standard error.
    pub(crate) fn words(&self) -> Option<String> {
        self.0.words.lock().as_ref().map(Words::so_far)
    }

    /// A reader whose bytes are counted.
    pub(crate) fn counting<R>(&self, reader: R) -> Counting<R> {
        Counting { reader, traffic: self.clone() }
    }

    /// Where gix counts what it does.
    pub(crate) fn progress(&self) -> Counter {
        self.counter(UNKNOWN)
    }

    /// Returns once nothing has come and nothing was done for `limit`; never where that is zero.
    pub(crate) async fn silence(&self, limit: Duration) {
        if limit.is_zero() {
            return std::future::pending().await;
        }
        let pulse = (limit / 20).clamp(Duration::from_millis(5), Duration::from_secs(1));
        let (mut seen, mut since) = (self.life(), Instant::now());
        while since.elapsed() < limit {
            tokio::time::sleep(pulse).await;
            let life = self.life();
            if life != seen {
                (seen, since) = (life, Instant::now());
            }
        }
    }

    /// A number that changes whenever something comes or is done.
    fn life(&self) -> u64 {
        let steps: u64 = self.steps().iter().map(|(_, step)| count(step)).sum();
        self.0.bytes.load(Ordering::Relaxed) + self.0.beats.load(Ordering::Relaxed) + steps
    }

    fn counter(&self, id: Id) -> Counter {
        let step = StepShared::new(AtomicUsize::new(0));
        self.steps().push((id, step.clone()));
        Counter { id, step, traffic: self.clone() }
    }

    fn steps(&self) -> MutexGuard<'_, Vec<(Id, StepShared)>> {
        self.0.steps.lock()
    }
}

fn count(step: &StepShared) -> u64 {
    step.load(Ordering::Relaxed) as u64
}

impl fmt::Debug for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Traffic").field(&self.received()).finish()
    }
}

/// Counts the bytes that are read through it.
pub(crate) struct Counting<R> {
    reader: R,
    traffic: Traffic,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.traffic.came(count);
        Ok(count)
    }
}

/// One thing that gix counts.
pub(crate) struct Counter {
    id: Id,
    step: StepShared,
    traffic: Traffic,
}

impl Count for Counter {
    fn set(&self, step: usize) {
        self.step.store(step, Ordering::Relaxed);
    }

    fn step(&self) -> usize {
        self.step.load(Ordering::Relaxed)
    }

    fn inc_by(&self, step: usize) {
        self.step.fetch_add(step, Ordering::Relaxed);
    }

    fn counter(&self) -> StepShared {
        self.step.clone()
    }
}

impl Progress for Counter {
    fn init(&mut self, _max: Option<usize>, _unit: Option<Unit>) {}

    fn set_name(&mut self, _name: String) {}

    fn name(&self) -> Option<String> {
        None
    }

    fn id(&self) -> Id {
        self.id
    }

    fn message(&self, _level: MessageLevel, _message: String) {
        self.traffic.beat();
    }
}

impl NestedProgress for Counter {
    type SubProgress = Self;

    fn add_child(&mut self, _name: impl Into<String>) -> Self {
        self.traffic.counter(UNKNOWN)
    }

    fn add_child_with_id(&mut self, _name: impl Into<String>, id: Id) -> Self {
        self.traffic.counter(id)
    }
}
