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

use anstyle::Style;
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

use super::failure::{Lines, failure, retry};
use super::plan::steps;
use super::spinner::fits;
use super::style::{self, DIM, ERROR, SUCCESS, WARNING, paint};
use crate::invocation::Invocation;

/// Heading for the time in which another run held this cluster's folder.
const LOCK: Subject = Subject::Lock;
/// Output of the script is a sign of life for so long.
const SIGN_OF_LIFE: Duration = Duration::from_secs(60);
/// A terminal keeps a line of a wait that took so long.
const LONG_WAIT: Duration = Duration::from_secs(5);
/// The folded group of the preflight checks.
const CHECKS: &str = "checks";
/// The column where the detail of a check begins: behind mark, system and time.
const CHECK_DETAIL: usize = 27;

/// Shows events as they come.
pub fn progress(view: View) -> Box<dyn Listener> {
    Box::new(Progress {
        sink: Sink::new(&view),
        verbosity: view.verbosity,
        ci: view.ci,
        invocation: view.invocation,
        observed: Vec::new(),
        step: None,
        steps: Vec::new(),
        locked: None,
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
    observed: Vec<(Subject, Option<ProgressBar>)>,
    /// The step at work.
    step: Option<(Step, Option<ProgressBar>)>,
    /// All steps, in order.
    steps: Vec<Step>,
    /// The spinner of a wait for a lock, before the first step.
    locked: Option<ProgressBar>,
    /// When it began.
    since: Instant,
    /// Start of the wait for another run, before the first step.
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
    /// The column of times. A terminal shows a duration only if it is long enough to matter.
    fn took(&self, took: Duration) -> String {
        let is_short = took < Duration::from_millis(100) && self.verbosity < Verbosity::Verbose;
        let text = if self.sink.is_live() && is_short { String::new() } else { duration::show(took) };
        paint(DIM, format!("{text:>6}"))
    }

    /// `[3/9]`
    fn number(&self, step: Step) -> String {
        let all = self.steps.len().to_string();
        let at = self.steps.iter().position(|it| *it == step).map(|at| (at + 1).to_string());
        let width = all.len() * 2 + 3;
        let text = at.map(|at| format!("[{at:>0$}/{all}]", all.len())).unwrap_or_default();
        paint(DIM, format!("{text:<width$}"))
    }

    /// A line of a step: its number, mark, name, status and time, then the detail.
    fn step_line(
        &self,
        step: Step,
        (mark, colour): (&str, Style),
        status: &str,
        took: Duration,
        detail: &str,
    ) {
        let (number, time) = (self.number(step), self.took(took));
        let mark = paint(colour, mark);
        let head = format!("{number} {mark} {step:<11} {status:<9} {time}  ");
        let indent = super::wrap::width(&head);
        self.sink.line(format!("{head}{detail}").trim_end(), indent);
    }

    fn checked(&mut self, system: Subject, ok: bool, detail: &str, took: Duration) {
        self.end_observation(system);
        let line = |mark: String, time: &str, detail: &str| {
            self.sink.line(&format!("{mark} {system:<16} {time:>6}  {detail}"), CHECK_DETAIL);
        };
        let first = detail.lines().next().unwrap_or_default();
        match (ok, detail) {
            // The command does not need the system.
            (true, "") => {}
            (true, _) => line(paint(SUCCESS, "✓"), &self.took(took), detail),
            (false, "") => line(paint(DIM, "–"), "", "not checked"),
            // The error with its causes and its hint comes at the end.
            (false, _) => line(paint(ERROR, "✗"), &self.took(took), first),
        }
    }

    /// Removes the spinners of all observations: further output comes after them.
    fn end_observations(&mut self) {
        self.observed.drain(..).filter_map(|(_, bar)| bar).for_each(|bar| bar.finish_and_clear());
    }

    fn end_observation(&mut self, system: Subject) {
        let ended = self.observed.iter().position(|(observed, _)| *observed == system);
        if let Some((_, Some(bar))) = ended.map(|at| self.observed.swap_remove(at)) {
            bar.finish_and_clear();
        }
    }

    fn began(&mut self, step: Step) {
        if step == Step::Preflight {
            self.begin_group(CHECKS, "preflight checks");
        }
        self.end_lock_wait();
        self.end_wait();
        self.heard.times.extend(self.locked_out.take().map(|since| (LOCK, since.elapsed())));
        let text = format!("{} {step}", self.sink.bare(&self.number(step)));
        self.step = Some((step, self.sink.spinner(text.trim_start())));
        self.since = Instant::now();
    }

    /// Shows the activity of the running step, or the wait for a lock.
    fn spin(&self, text: &str) {
        let of_step = self.step.as_ref().and_then(|(_, bar)| bar.as_ref());
        if let Some(bar) = of_step.or(self.locked.as_ref()) {
            let first = text.lines().next().unwrap_or_default();
            bar.set_message(self.sink.shortened(&self.sink.cleaned(first)).into_owned());
        }
    }

    fn end_lock_wait(&mut self) {
        self.locked.take().iter().for_each(ProgressBar::finish_and_clear);
    }

    fn progressed(&self, step: Step, text: &str) {
        let text = format!("{step}: {text}");
        self.spin(&text);
        // The output of the script shows that it is running.
        if self.frame.is_open() && self.spoke.is_some_and(|spoke| spoke.elapsed() < SIGN_OF_LIFE) {
            return;
        }
        // A text that does not fit beside a spinner, and the path of the script's log, are printed whole.
        if !self.sink.is_live() || step == Step::Script || !fits(&text, self.sink.columns()) {
            self.sink.line(&format!("{} {text}", paint(DIM, "…")), 2);
        }
    }

    fn waiting(&mut self, wait: &Wait) {
        if self.step.is_none() && !wait.counts {
            self.locked_out.get_or_insert_with(Instant::now);
        }
        if self.sink.is_live() {
            return self.waiting_live(wait);
        }
        if self.throttle.allows(wait) {
            let line = self.waits.line(wait);
            self.sink.line(&format!("{} {line}", paint(DIM, "…")), 2);
        }
    }

    /// In a terminal a wait is in the spinner only. A command that ends the wait is printed: it is to be copied.
    fn waiting_live(&mut self, wait: &Wait) {
        if self.step.is_none() && self.locked.is_none() && !wait.counts {
            self.locked = self.sink.spinner("");
        }
        let whole = waits::whole(wait);
        self.spin(&whole);
        let is_new = !self.waits.repeats(wait);
        self.waits.remember(wait);
        if is_new && waits::command(wait).is_some() {
            self.sink.line(&format!("{} {whole}", paint(DIM, "…")), 2);
        }
    }

    fn planned(&mut self, plan: &RunPlan) {
        self.steps = plan.steps.iter().map(|step| step.name).collect();
        if self.verbosity >= Verbosity::Verbose {
            steps(plan, self.sink.columns()).lines().for_each(|line| self.sink.unbroken(line));
        }
    }

    fn ended(&mut self, step: Step, status: StepStatus, detail: &str, changes: &[Change], took: Duration) {
        self.close_frame(if status == StepStatus::Skipped { None } else { Some("exit code 0") }, Some(took));
        self.end_group();
        self.over();
        self.step_line(step, style::step(status.into()), status.as_str(), took, detail);
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

    /// Ends a wait. A terminal keeps a line of a long one.
    fn end_wait(&mut self) {
        let waited = self.waits.over().filter(|waited| waited.waited >= LONG_WAIT && self.sink.is_live());
        if let Some(waited) = waited {
            self.sink.line(&format!("{} {}", paint(DIM, "…"), waits::ended(&waited)), 2);
        }
    }

    /// Ends the spinner of the step, and its wait.
    fn over(&mut self) -> Option<Step> {
        self.end_wait();
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
        self.spin(text);
    }

    fn warning(&mut self, text: &str) {
        self.sink.line(&format!("{} {}", paint(WARNING, "! warning:"), text.replace('\n', COMMAND)), 2);
        if let Some(annotation) = self.ci.and_then(|ci| ci.warning(&self.sink.bare(text))) {
            self.sink.command(&annotation);
        }
        self.heard.warnings.push(text.to_owned());
    }

    fn failed(&mut self, failed: &Failure) {
        self.end_observations();
        self.close_frame(Some(&failed.message), None);
        self.end_group();
        // Before the first write a failure belongs to a system, not to the step.
        if self
            .step
            .as_ref()
            .is_some_and(|(step, _)| failed.subject == (*step).into() || *step == Step::Preflight)
            && let Some(step) = self.over()
        {
            let how = if failed.is_of_signal() { "interrupted" } else { "failed" };
            let took = self.since.elapsed();
            self.step_line(step, ("✗", ERROR), how, took, "");
            self.heard.times.push((step.into(), took));
            self.heard.script_ran |= step == Step::Script && !failed.never_began;
        }
        // The end prints it, where it is seen last.
        self.heard.failures.push(failed.clone());
    }

    fn end(&mut self, end: &End<'_>) {
        self.end_observations();
        self.end_lock_wait();
        self.end_group();
        self.over();
        // The verdict comes last: the errors may fill the screen.
        self.print_errors();
        let room = self.sink.columns().filter(|_| self.sink.is_live());
        let (first, rows) = summary(&self.heard, end, &self.invocation, room);
        self.sink.line(&first, 2);
        for (name, value) in rows {
            let row = format!("  {name:<9} {value}");
            match name {
                // To be copied.
                "next" | "trace" | "log" | "open" => self.sink.unbroken(&row),
                _ => self.sink.line(&row.replace('\n', COMMAND), VALUES),
            }
        }
        if end.status != RunStatus::Succeeded {
            self.print_retry();
        }
        self.heard.failures.clear();
    }

    fn print_errors(&self) {
        for failed in &self.heard.failures {
            if let Some(annotation) = self.ci.and_then(|ci| ci.error(failed, |text| self.sink.bare(text))) {
                self.sink.command(&annotation);
            }
            // A terminal has the lines in the frame of the script, or in its log.
            self.sink.error(&failure(failed, if self.sink.is_live() { Lines::Failing } else { Lines::All }));
        }
    }

    /// Prints the command to type once the cause is fixed.
    fn print_retry(&self) {
        if !self.heard.failures.is_empty() {
            let changed = changed_settings(&self.heard.failures);
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
        self.end_observations();
        self.end_lock_wait();
        self.print_errors();
        self.print_retry();
    }
}

impl Listener for Progress {
    fn hear(&mut self, event: &Event) {
        match &event.kind {
            EventKind::Checking { system } => {
                let bar = self.sink.spinner(&format!("checking {system}"));
                self.observed.push((*system, bar));
            }
            EventKind::Checked { system, ok, detail, took } => self.checked(*system, *ok, detail, *took),
            EventKind::Known(facts) => {
                self.end_observations();
                self.end_group();
                self.frame.know(facts);
                banner(facts, self.invocation.runs_script(), &self.sink);
            }
            EventKind::Planned(plan) => self.planned(plan),
            EventKind::Check(_) | EventKind::WritesBegin => {}
            EventKind::StepStarted { step } => self.began(*step),
            EventKind::StepProgress { step, text } => self.progressed(*step, text),
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
