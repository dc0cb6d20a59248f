//! What happens in a run, as it happens. Terminal output, JSON output and the trace listen to the same stream; the
//! run knows none of them.

use crate::{Step, Subject};
use parking_lot::Mutex;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use advice::{Advice, CommandContext};
use jiff::Timestamp;
use secret::Mask;
use trace::{Change, Link, RunStatus, StepStatus};

use crate::check::Check;
use crate::facts::Facts;
use crate::failure::Failure;
use crate::plan::RunPlan;

/// Something that happened, and when. Texts are for people; none holds a known secret.
#[derive(Debug, Clone)]
pub struct Event {
    /// When it was told.
    pub at: Timestamp,
    /// What happened.
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum EventKind {
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
    Check(Box<Check>),
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
        /// What, and what to do about it.
        text: Advice,
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

impl EventKind {
    /// The same with its commands filled in.
    fn filled(self, context: &CommandContext) -> Self {
        match self {
            Self::Failed(failure) => Self::Failed(Box::new(failure.filled(context))),
            Self::Check(check) => Self::Check(Box::new(check.filled(context))),
            Self::Warning { text } => Self::Warning { text: text.filled(context) },
            other => other,
        }
    }

    /// The same with every known secret hidden. The lines of the script were masked as a stream, where a secret may go over
    /// several of them.
    fn masked(self, mask: &Mask) -> Self {
        let text = |text: &str| mask.text(text);
        match self {
            Self::Checked { system, ok, detail, took } => {
                Self::Checked { system, ok, detail: text(&detail), took }
            }
            Self::Check(check) => Self::Check(Box::new(check.masked(mask))),
            Self::Known(facts) => Self::Known(Box::new(facts.map(text))),
            Self::Planned(plan) => Self::Planned(Arc::new(plan.map(text))),
            Self::StepProgress { step, text: words } => Self::StepProgress { step, text: text(&words) },
            Self::Waiting(wait) => Self::Waiting(Box::new(Wait {
                waiting_for: text(&wait.waiting_for),
                last: wait.last.as_deref().map(text),
                ..*wait
            })),
            Self::Watched { text: words } => Self::Watched { text: text(&words) },
            Self::Wrote { step, change } => Self::Wrote { step, change: change.map(text) },
            Self::StepEnded { step, status, detail, changes, took } => {
                let changes = changes.into_iter().map(|change| change.map(text)).collect();
                Self::StepEnded { step, status, detail: text(&detail), changes, took }
            }
            Self::Warning { text } => Self::Warning { text: text.masked(mask) },
            Self::Links(links) => Self::Links(links.into_iter().map(|link| link.map(text)).collect()),
            Self::Failed(failure) => Self::Failed(Box::new(failure.masked(mask))),
            Self::Checking { .. }
            | Self::WritesBegin
            | Self::StepStarted { .. }
            | Self::ScriptOutput { .. }
            | Self::Ended { .. } => self,
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

/// Where a run tells its events. Here alone they are masked and get their time.
#[derive(Clone, Default)]
pub struct Events {
    listeners: Arc<Mutex<Vec<Box<dyn Listener>>>>,
    mask: Mask,
    /// Fills the commands in.
    pub commands: CommandContext,
}

impl Events {
    /// Without listeners. Commands are filled in, known secrets are hidden.
    pub fn new(commands: CommandContext, mask: Mask) -> Self {
        Self { commands, mask, ..Self::default() }
    }

    /// Tells nobody yet, with the same mask and the same way to type commands.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self::new(self.commands.clone(), self.mask.clone())
    }

    /// One more listener.
    pub fn add(&self, listener: Box<dyn Listener>) {
        self.listeners.lock().push(listener);
    }

    /// Tells all of them. A listener that panics hears nothing more; the others are told first.
    ///
    /// # Panics
    /// A listener did.
    pub fn emit(&self, kind: EventKind) {
        if let Some(panic) = self.told(kind) {
            std::panic::resume_unwind(panic);
        }
    }

    /// The same for what is told at the end, where nobody can catch a panic any more.
    pub fn tell(&self, kind: EventKind) {
        let _ = self.told(kind);
    }

    fn told(&self, kind: EventKind) -> Option<Panic> {
        let event = Event { at: Timestamp::now(), kind: kind.filled(&self.commands).masked(&self.mask) };
        let mut listeners = self.listeners.lock();
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
    pub fn warn(&self, text: impl Into<Advice>) {
        self.emit(EventKind::Warning { text: text.into() });
    }

    /// Progress of a step.
    pub fn progress(&self, step: Step, text: impl Into<String>) {
        self.emit(EventKind::StepProgress { step, text: text.into() });
    }

    /// A write of a step.
    pub fn wrote(&self, step: Step, change: Change) {
        self.emit(EventKind::Wrote { step, change });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Failure, Step, Subject};

    const SECRET: &str = "hunter2-hunter2";

    /// Remembers what it hears.
    #[derive(Clone, Default)]
    struct Ear(Arc<Mutex<Vec<String>>>);

    impl Listener for Ear {
        fn hear(&mut self, event: &Event) {
            self.0.lock().push(format!("{:?}", event.kind));
        }
    }

    /// What a listener hears of this event, where the secret is known.
    fn heard(kind: EventKind) -> String {
        let mask = Mask::new();
        mask.add(&secret::SecretString::from(SECRET));
        let (events, ear) = (Events::new(CommandContext::default(), mask), Ear::default());
        events.add(Box::new(ear.clone()));
        events.emit(kind);
        ear.0.lock().pop().unwrap()
    }

    #[test]
    fn no_text_of_an_event_has_a_known_secret() {
        let text = || format!("it said {SECRET}");
        let change = || Change::update(text()).fields([text()]);
        let failure = || {
            let mut failure = Failure::example(Subject::Vault, text()).hint(text()).command(text());
            failure.causes.push(text().into());
            failure
        };
        let facts = crate::Facts {
            server: text(),
            user: text(),
            notes: vec![text()],
            vault: Some(crate::VaultFacts { address: text(), namespace: Some(text()), mount: text() }),
            credentials: Some(crate::LoginFacts { source: "env".into(), origin: text() }),
            ..crate::Facts::default()
        };
        let mut plan = RunPlan::default();
        plan.push(Step::Record, crate::Intent::Change { changes: vec![change()] });
        plan.push(Step::Script, crate::Intent::Run { what: text() });
        let wait = Wait {
            subject: Step::Operator.into(),
            waiting_for: text(),
            last: Some(text()),
            waited: Duration::ZERO,
            limit: None,
            counts: false,
        };
        let (step, took) = (Step::Record, Duration::ZERO);
        let status = StepStatus::Changed;
        let all = [
            EventKind::Checked { system: Subject::Vault, ok: true, detail: text(), took },
            EventKind::Check(Box::new(Check::refused(crate::CheckId::VaultToken, failure()))),
            EventKind::Known(Box::new(facts)),
            EventKind::Planned(Arc::new(plan)),
            EventKind::StepProgress { step, text: text() },
            EventKind::Waiting(Box::new(wait)),
            EventKind::Watched { text: text() },
            EventKind::Wrote { step, change: change() },
            EventKind::StepEnded { step, status, detail: text(), changes: vec![change()], took },
            EventKind::Warning { text: text().into() },
            EventKind::Links(vec![Link { name: text(), url: text() }]),
            EventKind::Failed(Box::new(failure())),
        ];
        for kind in all {
            let heard = heard(kind);
            assert!(heard.contains("***") && !heard.contains(SECRET), "{heard}");
        }
    }

    #[test]
    fn all_listeners_hear_of_an_event_at_one_time() {
        #[derive(Clone, Default)]
        struct Clock(Arc<Mutex<Option<Timestamp>>>);
        impl Listener for Clock {
            fn hear(&mut self, event: &Event) {
                *self.0.lock() = Some(event.at);
            }
        }
        let (one, two, events) = (Clock::default(), Clock::default(), Events::default());
        events.add(Box::new(one.clone()));
        events.add(Box::new(two.clone()));
        events.warn("once");
        let at = *one.0.lock();
        assert!(at.is_some() && at == *two.0.lock());
    }

    fn prod() -> CommandContext {
        CommandContext::new("it".into(), "/".into()).for_cluster("prod")
    }

    #[test]
    fn commands_are_filled_in() {
        let own = || Advice::command(advice::CommandLine::own("check"));
        let failure = Failure::example(Subject::Vault, "no").hint(own());
        let all = [
            EventKind::Warning { text: own() },
            EventKind::Check(Box::new(Check::refused(crate::CheckId::Nodes, failure.clone()))),
            EventKind::Failed(Box::new(failure)),
        ];
        for kind in all {
            let told = format!("{:?}", kind.filled(&prod()));
            assert!(told.contains("\"prod\"") && !told.contains("Own("), "{told}");
        }
    }

    #[test]
    fn events_apart_keep_mask_and_commands_and_tell_none_of_the_listeners_before() {
        let mask = Mask::new();
        mask.add(&secret::SecretString::from(SECRET));
        let (events, ear, apart_ear) = (Events::new(prod(), mask), Ear::default(), Ear::default());
        events.add(Box::new(ear.clone()));
        let apart = events.apart();
        apart.add(Box::new(apart_ear.clone()));
        let text = Advice::say(format!("{SECRET}: ")).inline(advice::CommandLine::own("check"));
        apart.tell(EventKind::Warning { text });
        let told = apart_ear.0.lock();
        assert!(told[0].contains("prod") && !told[0].contains(SECRET), "{told:?}");
        assert!(ear.0.lock().is_empty());
    }

    #[test]
    fn progress_and_writes_of_a_step_are_told_with_it() {
        let (events, ear) = (Events::default(), Ear::default());
        events.add(Box::new(ear.clone()));
        events.progress(Step::Record, "on its way");
        events.wrote(Step::Record, Change::create("ConfigMap a/b"));
        let told = ear.0.lock();
        assert_eq!(told[0], r#"StepProgress { step: Record, text: "on its way" }"#);
        assert!(told[1].starts_with("Wrote { step: Record") && told[1].contains("ConfigMap a/b"), "{told:?}");
    }

    #[test]
    fn a_listener_that_panics_hears_nothing_more_and_the_others_all() {
        struct Broken;
        impl Listener for Broken {
            fn hear(&mut self, _: &Event) {
                panic!("broken");
            }
        }
        let (first, last, events) = (Ear::default(), Ear::default(), Events::default());
        events.add(Box::new(first.clone()));
        events.add(Box::new(Broken));
        events.add(Box::new(last.clone()));
        assert!(catch_unwind(AssertUnwindSafe(|| events.warn("once"))).is_err());
        events.warn("twice");
        assert_eq!((first.0.lock().len(), last.0.lock().len()), (2, 2));
    }
}
