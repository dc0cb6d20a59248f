//! What happens in a run, as it happens. Terminal output, JSON output and the trace listen to the same stream; the
//! run knows none of them.

use crate::{Step, Subject};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use trace::{Change, Link, RunStatus, StepStatus};

use crate::check_row::Row;
use crate::facts::Facts;
use crate::failure::Failure;
use crate::here::Here;
use crate::plan::RunPlan;

/// One thing that happened. Texts are for people; none holds a secret.
#[derive(Debug, Clone)]
pub enum Event {
    /// One of the systems is being looked at, before anything is written.
    Checking {
        /// Which one.
        system: Subject,
    },
    /// What that look gave.
    Checked {
        /// Which one.
        system: Subject,
        /// Whether nothing stands in the way there.
        ok: bool,
        /// In a few words; empty where it was not looked at: the command has no business with it, or, where something
        /// stands in the way, that is another system's failure, told there.
        detail: String,
        /// How long the look took.
        took: Duration,
    },
    /// One thing that was looked at, before anything is written: what `check` is made of.
    Row(Box<Row>),
    /// Everything is known: who we are where, and what is handed over.
    Known(Box<Facts>),
    /// What will be done.
    Planned(Arc<RunPlan>),
    /// The first write comes next.
    WritesBegin,
    /// A step begins.
    StepStarted {
        /// Which one.
        step: Step,
    },
    /// A step waits, or tells something on its way.
    StepProgress {
        /// Which one.
        step: Step,
        /// What for, or what.
        text: String,
    },
    /// A step waits; told when the wait begins, whenever what was seen last changes, and once a minute where it does not.
    Waiting(Box<Wait>),
    /// While the script runs: something it may be waiting for, seen beside it ("toy-web-prod Degraded: ImagePullBackOff").
    Watched {
        /// What, and how it is.
        text: String,
    },
    /// A step wrote something; told right after the write, so that a step that fails later has told it.
    Wrote {
        /// The step.
        step: Step,
        /// What was written.
        change: Change,
    },
    /// A step ended.
    StepEnded {
        /// Which one.
        step: Step,
        /// How.
        status: StepStatus,
        /// In a few words.
        detail: String,
        /// What was written.
        changes: Vec<Change>,
        /// How long it took.
        took: Duration,
    },
    /// Lines of the script's output that came together, masked.
    ScriptOutput {
        /// Whether they came from standard error.
        stderr: bool,
        /// With a line break between each two.
        lines: String,
    },
    /// Something to know that stops nothing.
    Warning {
        /// What.
        text: String,
    },
    /// Where to look in a browser.
    Links(Vec<Link>),
    /// Something failed; one event for each failure.
    Failed(Box<Failure>),
    /// The run is over.
    Ended {
        /// How.
        status: RunStatus,
        /// With which exit code.
        exit_code: u8,
        /// How long it took.
        took: Duration,
        /// Its trace; none where not even that could be written.
        trace: Option<PathBuf>,
        /// The script's output, where it ran.
        log: Option<PathBuf>,
    },
}

impl Event {
    /// The same with its commands as they are typed here.
    fn here(self, here: &Here) -> Self {
        match self {
            Self::Failed(failure) => Self::Failed(Box::new(failure.here(here))),
            Self::Row(row) => Self::Row(Box::new(row.here(here))),
            Self::Warning { text } => Self::Warning { text: here.text(&text) },
            Self::Waiting(wait) => Self::Waiting(Box::new(Wait {
                last: wait.last.as_deref().map(|last| here.text(last)),
                ..*wait
            })),
            other => other,
        }
    }
}

/// What a step waits for.
#[derive(Debug, Clone)]
pub struct Wait {
    /// The step, or the command.
    pub subject: Subject,
    /// For what, such as "the Application toy-web-prod to be synced".
    pub waiting_for: String,
    /// What was seen last, where something was; a command that ends the wait stands on a line of its own below it.
    pub last: Option<String>,
    /// How long it has waited.
    pub waited: Duration,
    /// How long it waits at most; none where it waits for as long as it takes.
    pub limit: Option<Duration>,
    /// Whether what was seen last is a count: it changes all the time, and a log is told of it once a minute.
    pub counts: bool,
}

/// What a panic leaves.
type Panic = Box<dyn std::any::Any + Send>;

/// Hears every event, in order.
pub trait Listener: Send {
    /// Takes one event. A listener never fails the run: what it can't do it keeps to itself or tells at the end.
    fn hear(&mut self, event: &Event);
}

/// Where a run tells its events.
#[derive(Clone, Default)]
pub struct Events {
    listeners: Arc<Mutex<Vec<Box<dyn Listener>>>>,
    /// How the commands in what is told are typed.
    pub here: Here,
}

impl Events {
    /// Tells nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells nobody yet; commands are told as they are typed here.
    pub fn at(here: Here) -> Self {
        Self { here, ..Self::default() }
    }

    /// One more listener.
    pub fn add(&self, listener: Box<dyn Listener>) {
        self.lock().push(listener);
    }

    /// Tells all of them. A listener that panics hears nothing more; the others are told first.
    ///
    /// # Panics
    /// A listener did.
    pub fn emit(&self, event: Event) {
        if let Some(panic) = self.told(event) {
            std::panic::resume_unwind(panic);
        }
    }

    /// The same for what is told at the end, where nobody can catch a panic any more.
    pub fn tell(&self, event: Event) {
        let _ = self.told(event);
    }

    fn told(&self, event: Event) -> Option<Panic> {
        let event = event.here(&self.here);
        let mut listeners = self.lock();
        let (mut panicked, mut at) = (None, 0);
        while at < listeners.len() {
            match catch_unwind(AssertUnwindSafe(|| listeners[at].hear(&event))) {
                Ok(()) => at += 1,
                Err(panic) => {
                    let broken = listeners.remove(at);
                    catch_unwind(AssertUnwindSafe(|| drop(broken))).ok();
                    panicked.get_or_insert(panic);
                }
            }
        }
        panicked
    }

    /// A warning.
    pub fn warn(&self, text: impl Into<String>) {
        self.emit(Event::Warning { text: text.into() });
    }

    /// Progress of a step.
    pub fn progress(&self, step: Step, text: impl Into<String>) {
        self.emit(Event::StepProgress { step, text: text.into() });
    }

    /// A write of a step.
    pub fn wrote(&self, step: Step, change: Change) {
        self.emit(Event::Wrote { step, change });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Box<dyn Listener>>> {
        self.listeners.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
