//! A run as it happens: who we are where, a line for each step, what is waited for, how it ended.

mod banner;
mod ci;
mod script;
mod sink;
mod summary;
mod terminal;
mod view;
mod waits;

use std::time::{Duration, Instant};

use diagnostics::{
    Event, EventKind, Failure, Listener, RunPlan, Step, Subject, Wait, WaitThrottle, changed_settings,
    duration,
};
use indicatif::ProgressBar;
use trace::{Change, RunStatus, StepStatus};

use self::banner::banner;
use self::script::Frame;
use self::sink::{COMMAND, Sink};
use self::summary::{End, Heard, VALUES, summary};
use self::waits::Waits;
pub(super) use terminal::target;
pub use view::{Ci, Verbosity, View};

use super::failure::{failure, retry};
use super::plan::steps;
use super::spinner::fits;
use super::style::{self, DIM, ERROR, SUCCESS, WARNING, paint};
use crate::invocation::Invocation;

/// Heading for the time in which another run held this cluster's folder.
const LOCK: Subject = Subject::Lock;
/// A script that said something so long ago lives.
const SIGN_OF_LIFE: Duration = Duration::from_secs(60);
/// The folded group of what is looked at before anything is written.
const LOOKS: &str = "looks";

/// Shows events as they come.
pub fn progress(view: View) -> Box<dyn Listener> {
    Box::new(Progress {
        sink: Sink::new(&view),
        verbosity: view.verbosity,
        ci: view.ci,
        invocation: view.invocation,
        looks: Vec::new(),
        step: None,
        since: Instant::now(),
        locked_out: None,
        spoke: None,
        frame: Frame::default(),
        waits: Waits::default(),
        throttle: WaitThrottle::default(),
        heard: Heard::default(),
        group: None,
    })
}

struct Progress {
    sink: Sink,
    verbosity: Verbosity,
    ci: Option<Ci>,
    invocation: Invocation,
    /// Systems under observation, side by side.
    looks: Vec<(Subject, Option<ProgressBar>)>,
    /// The step at work.
    step: Option<(Step, Option<ProgressBar>)>,
    /// When it began.
    since: Instant,
    /// Since when another run is waited for, before the first step.
    locked_out: Option<Instant>,
    frame: Frame,
    /// When a line of the script was shown last.
    spoke: Option<Instant>,
    waits: Waits,
    throttle: WaitThrottle,
    heard: Heard,
    /// The folded group that is open, as it is called in this job.
    group: Option<String>,
}

impl Progress {
    /// Renders a duration. A terminal shows it only if it is long enough to matter.
    fn took(&self, took: Duration) -> String {
        match self.sink.is_live() && took < Duration::from_millis(100) && self.verbosity < Verbosity::Verbose
        {
            true => String::new(),
            false => format!("  {}", paint(DIM, duration::show(took))),
        }
    }

    fn checked(&mut self, system: Subject, ok: bool, detail: &str, took: Duration) {
        self.end_of_look(system);
        match (ok, detail) {
            // The command has no business with it.
            (true, "") => {}
            (true, _) => {
                let took = self.took(took);
                self.sink.line(&format!("{} {system:<16} {detail}{took}", paint(SUCCESS, "✓")), 19);
            }
            (false, "") => self.sink.line(&format!("{} {system:<16} not looked at", paint(DIM, "-")), 19),
            // Its causes, and what to do, are told at the end.
            (false, _) => {
                let (took, first) = (self.took(took), detail.lines().next().unwrap_or_default());
                self.sink.line(&format!("{} {system:<16} {first}{took}", paint(ERROR, "✗")), 19);
            }
        }
    }

    /// Removes the spinners of all looks: further output comes after them.
    fn end_of_looks(&mut self) {
        self.looks.drain(..).filter_map(|(_, bar)| bar).for_each(|bar| bar.finish_and_clear());
    }

    fn end_of_look(&mut self, system: Subject) {
        let ended = self.looks.iter().position(|(looked_at, _)| *looked_at == system);
        if let Some((_, Some(bar))) = ended.map(|at| self.looks.swap_remove(at)) {
            bar.finish_and_clear();
        }
    }

    fn began(&mut self, step: Step) {
        if step == Step::Preflight {
            self.begin_group(LOOKS, "looking at every system");
        }
        self.heard.times.extend(self.locked_out.take().map(|since| (LOCK, since.elapsed())));
        self.step = Some((step, self.sink.spinner(step.name())));
        self.since = Instant::now();
    }

    /// Shows the activity of the running step.
    fn says(&self, text: &str) {
        if let Some((_, Some(bar))) = &self.step {
            let first = text.lines().next().unwrap_or_default();
            bar.set_message(self.sink.cleaned(first));
        }
    }

    fn told(&self, step: Step, text: &str) {
        let text = format!("{step}: {text}");
        self.says(&text);
        // Its output shows that it lives.
        if self.frame.is_open() && self.spoke.is_some_and(|spoke| spoke.elapsed() < SIGN_OF_LIFE) {
            return;
        }
        // What does not fit beside a spinner is told whole; where the script's output goes is needed to its end.
        if !self.sink.is_live() || step == Step::Script || !fits(&text, self.sink.columns()) {
            self.sink.line(&format!("{} {text}", paint(DIM, "…")), 2);
        }
    }

    fn waiting(&mut self, wait: &Wait) {
        if self.step.is_none() && !wait.counts {
            self.locked_out.get_or_insert_with(Instant::now);
        }
        let whole = waits::whole(wait);
        self.says(&whole);
        if !self.throttle.allows(wait) {
            return;
        }
        let repeats = self.waits.repeats(wait);
        let line = self.waits.line(wait);
        // What was seen last, and the command that ends the wait, come last, and are to be read. A spinner shows that the
        // run lives: only a log is told again what did not change.
        let spins = self.sink.is_live() && self.step.is_some();
        if !spins || (!repeats && !fits(&whole, self.sink.columns())) {
            self.sink.line(&format!("{} {line}", paint(DIM, "…")), 2);
        }
    }

    fn planned(&self, plan: &RunPlan) {
        if self.verbosity >= Verbosity::Verbose {
            steps(plan, self.sink.columns()).lines().for_each(|line| self.sink.unbroken(line));
        }
    }

    fn ended(&mut self, step: Step, status: StepStatus, detail: &str, changes: &[Change], took: Duration) {
        self.close_frame(if status == StepStatus::Skipped { None } else { Some("exit code 0") }, Some(took));
        self.end_group();
        self.over();
        let (mark, colour) = style::step(status.into());
        let time = self.took(took);
        let line = format!("{} {step:<12} {:<10} {detail}{time}", paint(colour, mark), status.as_str());
        self.sink.line(&line, 26);
        if self.verbosity >= Verbosity::Verbose {
            changes.iter().for_each(|change| self.sink.line(&format!("{:26}{change}", ""), 28));
        }
        self.heard.times.push((step.into(), took));
        self.heard.script_ran |= step == Step::Script && status == StepStatus::Changed;
        self.heard.vault_given_back |= step == Step::VaultAuth && status != StepStatus::Skipped;
        // That the script ran is a line of its own.
        let written = changes.iter().filter(|change| change.action != trace::Action::Run);
        self.heard.changed.extend(written.map(|change| change.object.clone()));
    }

    /// No step is at work, and nothing is waited for.
    fn over(&mut self) -> Option<Step> {
        self.waits.over();
        let (step, bar) = self.step.take()?;
        bar.iter().for_each(ProgressBar::finish_and_clear);
        Some(step)
    }

    fn output(&mut self, lines: &str) {
        if self.verbosity == Verbosity::Quiet {
            return;
        }
        self.spoke = Some(Instant::now());
        if self.frame.open() {
            self.begin_group(Step::Script.name(), diagnostics::SCRIPT);
            if self.ci.is_none() {
                self.sink.line(&format!("  {}", paint(DIM, self.frame.head())), 4);
            }
        }
        // As the script broke it: its lines are to be found again in the log.
        self.sink.behind(&format!("  {} ", paint(DIM, "│")), lines);
    }

    fn close_frame(&mut self, how: Option<&str>, took: Option<Duration>) {
        if let (true, Some(how)) = (self.frame.close(), how) {
            let took = took.map(|took| format!(" after {}", duration::show(took))).unwrap_or_default();
            self.sink.line(&format!("  {}", paint(DIM, format!("└ {how}{took}"))), 4);
        }
    }

    fn watched(&self, text: &str) {
        match self.frame.is_open() {
            true => self.sink.line(&format!("  {} {}", paint(DIM, "╎"), paint(style::NOTE, text)), 4),
            false => self.sink.line(&format!("{} {text}", paint(DIM, "…")), 2),
        }
        self.says(text);
    }

    fn warning(&mut self, text: &str) {
        self.sink.line(&format!("{} {}", paint(WARNING, "warning:"), text.replace('\n', COMMAND)), 2);
        if let Some(annotation) = self.ci.and_then(|ci| ci.warning(&self.sink.bare(text))) {
            self.sink.command(&annotation);
        }
        self.heard.warnings.push(text.to_owned());
    }

    fn failed(&mut self, failed: &Failure) {
        self.end_of_looks();
        self.close_frame(Some(&failed.message), None);
        self.end_group();
        // Before the first write failures are told under the system that they are of.
        if self
            .step
            .as_ref()
            .is_some_and(|(step, _)| failed.subject == (*step).into() || *step == Step::Preflight)
            && let Some(step) = self.over()
        {
            let how = if failed.is_of_signal() { "interrupted" } else { "failed" };
            let took = self.since.elapsed();
            let time = self.took(took);
            self.sink.line(&format!("{} {step:<12} {how}{time}", paint(ERROR, "✗")), 2);
            self.heard.times.push((step.into(), took));
            self.heard.script_ran |= step == Step::Script && !failed.never_began;
        }
        // Told at the end, where it is seen last.
        self.heard.failures.push(failed.clone());
    }

    fn end(&mut self, end: &End<'_>) {
        self.end_of_looks();
        self.end_group();
        self.over();
        let (first, rows) = summary(&self.heard, end, &self.invocation);
        self.sink.line(&first, 2);
        for (name, value) in rows {
            let row = format!("  {name:<9} {value}");
            match name {
                // To be copied.
                "next" | "trace" | "log" | "open" => self.sink.unbroken(&row),
                _ => self.sink.line(&row.replace('\n', COMMAND), VALUES),
            }
        }
        self.tell_failures(end.status);
    }

    /// Prints failures, causes and the command to type: they are the last thing on the screen.
    fn tell_failures(&mut self, status: RunStatus) {
        let failures = std::mem::take(&mut self.heard.failures);
        for failed in &failures {
            if let Some(annotation) = self.ci.and_then(|ci| ci.error(failed, |text| self.sink.bare(text))) {
                self.sink.command(&annotation);
            }
            self.sink.error(&failure(failed));
        }
        if !failures.is_empty() && status != RunStatus::Succeeded {
            let changed = changed_settings(&failures);
            self.sink.error(&retry(&self.invocation.retry(&changed)));
        }
    }

    fn begin_group(&mut self, group: &str, title: &str) {
        if let (Some(ci), None) = (self.ci, &self.group) {
            let now = now();
            let name = ci::section(group, self.invocation.cluster(), std::process::id(), now);
            self.sink.command(&ci.begin(&name, title, now));
            self.group = Some(name);
        }
    }

    fn end_group(&mut self) {
        if let (Some(ci), Some(name)) = (self.ci, self.group.take()) {
            self.sink.command(&ci.end(&name, now()));
        }
    }
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

impl Drop for Progress {
    /// A command that ends without [`EventKind::Ended`], such as `plan`, leaves no spinner and no open group behind.
    fn drop(&mut self) {
        self.end_group();
        self.over();
        self.end_of_looks();
        self.tell_failures(RunStatus::Failed);
    }
}

impl Listener for Progress {
    fn hear(&mut self, event: &Event) {
        match &event.kind {
            EventKind::Checking { system } => {
                let bar = self.sink.spinner(&format!("looking at {system}"));
                self.looks.push((*system, bar));
            }
            EventKind::Checked { system, ok, detail, took } => self.checked(*system, *ok, detail, *took),
            EventKind::Known(facts) => {
                self.end_of_looks();
                self.end_group();
                self.frame.know(facts);
                banner(facts, self.invocation.command == preflight::Scope::Run.name(), &self.sink);
            }
            EventKind::Planned(plan) => self.planned(plan),
            EventKind::Check(_) | EventKind::WritesBegin => {}
            EventKind::StepStarted { step } => self.began(*step),
            EventKind::StepProgress { step, text } => self.told(*step, text),
            EventKind::Waiting(wait) => self.waiting(wait),
            EventKind::Watched { text } => self.watched(text),
            EventKind::Wrote { change, .. } => self.heard.changed.push(change.object.clone()),
            EventKind::StepEnded { step, status, detail, changes, took } => {
                self.ended(*step, *status, detail, changes, *took);
            }
            EventKind::ScriptOutput { lines, .. } => self.output(lines),
            EventKind::Warning { text } => self.warning(&text.to_string()),
            EventKind::Links(links) => self.heard.links.clone_from(links),
            EventKind::Failed(failure) => self.failed(failure),
            EventKind::Ended { status, exit_code, took, trace, log } => self.end(&End {
                status: *status,
                exit_code: *exit_code,
                took: *took,
                trace: trace.as_deref(),
                log: log.as_deref(),
            }),
        }
    }
}
