use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use child_process::Words;
use gix::progress::{Count, Id, MessageLevel, NestedProgress, Progress, StepShared, UNKNOWN, Unit};
use parking_lot::{Mutex, MutexGuard};
use tokio::time::Instant;

/// The counter of gix for the objects found in a pack (`gix_pack::index::write::ProgressId::IndexObjects`).
const OBJECTS: Id = *b"IWIO";

/// The count of data received from a Git host. Clones share the count.
#[derive(Clone, Default)]
pub struct Traffic(Arc<Inner>);

#[derive(Default)]
struct Inner {
    bytes: AtomicU64,
    /// Signs of activity without bytes, for example a pause that the host requests.
    beats: AtomicU64,
    steps: Mutex<Vec<(Id, StepShared)>>,
    words: Mutex<Option<Words>>,
}

/// An amount of data from a Git host.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Received {
    /// The number of repository objects.
    pub objects: u64,
    /// The number of bytes on the wire.
    pub bytes: u64,
}

impl Traffic {
    /// Returns the data received so far.
    pub fn received(&self) -> Received {
        let steps = self.steps();
        let objects = steps.iter().filter(|(id, _)| *id == OBJECTS).map(|(_, step)| count(step)).sum();
        Received { objects, bytes: self.0.bytes.load(Ordering::Relaxed) }
    }

    /// Counts received bytes.
    pub(crate) fn came(&self, bytes: usize) {
        self.0.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Counts a sign of activity without bytes.
    pub(crate) fn beat(&self) {
        self.0.beats.fetch_add(1, Ordering::Relaxed);
    }

    /// Sets the standard error of the program that connects to the host.
    pub(crate) fn hear(&self, words: Words) {
        *self.0.words.lock() = Some(words);
    }

    /// Returns the standard error of the program that connects to the host.
    pub(crate) fn words(&self) -> Option<String> {
        self.0.words.lock().as_ref().map(Words::so_far)
    }

    /// Returns a reader that counts its bytes.
    pub(crate) fn counting<R>(&self, reader: R) -> Counting<R> {
        Counting { reader, traffic: self.clone() }
    }

    /// Returns the progress counter for gix.
    pub(crate) fn progress(&self) -> Counter {
        self.counter(UNKNOWN)
    }

    /// Returns after `limit` without data and without activity. A `limit` of zero never ends.
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

    /// Returns a number that changes with each received byte and each activity.
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

/// A reader that counts its bytes.
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

/// A progress counter of gix.
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
