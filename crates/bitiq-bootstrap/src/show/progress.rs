//! A run as it happens: a spinner and lines in a terminal, lines with timestamps elsewhere.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use bootstrap_core::{Event, Facts, Listener, duration};
use indicatif::ProgressBar;
use secret::Mask;
use trace::RunStatus;

use super::Output;
use super::plain::plain;
use super::style::{self, BOLD, DIM, GOOD, NOTE, ODD, paint};
use super::waiting::{fits, spinner};
use super::wrap::{columns, hang};
use crate::exit;

/// Shows events as they come.
pub fn progress(output: Output, terminal: bool, quiet: bool, mask: Mask) -> Box<dyn Listener> {
    Box::new(Progress { output, spinner: terminal.then(spinner), quiet, mask, step: "" })
}

struct Progress {
    output: Output,
    spinner: Option<ProgressBar>,
    quiet: bool,
    /// The last net: what reaches a person went through it, whatever the rooms did.
    mask: Mask,
    /// The step at work.
    step: &'static str,
}

impl Progress {
    /// To stdout, or to stderr where stdout is one JSON document.
    fn line(&self, text: &str) {
        self.hanging(text, 2);
    }

    /// The same, however long.
    fn unbroken(&self, text: &str) {
        self.put(&self.mask.text(text));
    }

    /// The same, broken to the terminal's width, what follows indented by `indent`.
    fn hanging(&self, text: &str, indent: usize) {
        let text = self.mask.text(text);
        let text = plain(&text);
        let columns = self.spinner.as_ref().and_then(|_| columns());
        self.put(&hang(&text, columns, indent));
    }

    fn put(&self, text: &str) {
        match &self.spinner {
            Some(bar) => bar.suspend(|| self.write(text)),
            None => self.write(&format!("{} {text}", jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ"))),
        }
    }

    fn write(&self, text: &str) {
        match self.output {
            Output::Text => writeln!(anstream::stdout(), "{text}").ok(),
            Output::Json => writeln!(anstream::stderr(), "{text}").ok(),
        };
    }

    fn error(&self, text: &str) {
        let text = self.mask.text(text);
        let text = plain(&text);
        let write = || writeln!(anstream::stderr(), "{text}").ok();
        match &self.spinner {
            Some(bar) => bar.suspend(write),
            None => write(),
        };
    }

    /// How long it took; to someone who watches only where that is worth a word.
    fn took(&self, took: Duration) -> String {
        match self.spinner.is_some() && took < Duration::from_millis(100) {
            true => String::new(),
            false => format!("  {}", paint(DIM, duration::show(took))),
        }
    }

    fn waiting(&self, text: &str) {
        if let Some(bar) = &self.spinner {
            bar.set_message(plain(&self.mask.text(text)).into_owned());
        }
    }

    fn banner(&self, facts: &Facts) {
        self.line(&paint(BOLD, &facts.cluster));
        let row = |name: &str, value: String| self.hanging(&format!("  {name:<11} {value}"), 14);
        let id = facts.infra_id.as_deref().unwrap_or(&facts.cluster_id);
        row("cluster", format!("{} {} ({id}) as {}", facts.server, facts.version, facts.user));
        if !facts.git_sha.is_empty() {
            row("repository", format!("{} {} at {}", facts.repo_url, facts.repo_ref, facts.git_sha));
        }
        row("environment", format!("ENV={} BASE_DOMAIN={}", facts.env, facts.base_domain));
        if let Some(login) = &facts.credentials {
            row("login", login.origin.clone());
        }
        if let Some(vault) = &facts.vault {
            let namespace =
                vault.namespace.as_deref().map(|name| format!(" namespace {name}")).unwrap_or_default();
            row("vault", format!("{}{namespace} auth/{}", vault.address, vault.mount));
        }
        facts.notes.iter().for_each(|note| self.line(&format!("  {} {note}", paint(NOTE, "note:"))));
    }

    fn ended(&self, run: RunStatus, exit_code: u8, took: Duration, trace: Option<&Path>) {
        if let Some(bar) = &self.spinner {
            bar.finish_and_clear();
        }
        let trace = trace.map(|trace| format!("; trace: {}", trace.display())).unwrap_or_default();
        let written =
            if matches!(exit_code, exit::REFUSED | exit::LOCKED) { ", nothing was written" } else { "" };
        self.line(&format!("{} in {}{written}{trace}", paint(style::run(run), run), duration::show(took)));
    }
}

impl Drop for Progress {
    /// A command that ends without [`Event::Ended`], such as `plan`, leaves no spinner behind.
    fn drop(&mut self) {
        if let Some(bar) = &self.spinner {
            bar.finish_and_clear();
        }
    }
}

impl Listener for Progress {
    fn hear(&mut self, event: &Event) {
        match event {
            Event::Checking { system } => self.waiting(&format!("looking at {system}")),
            Event::Checked { system, ok: true, detail, took } => {
                self.hanging(&format!("{} {system:<16} {detail}{}", paint(GOOD, "✓"), self.took(*took)), 19);
            }
            // The failure itself is told at the end, with its causes.
            Event::Checked { system, ok: false, detail, .. } if detail.is_empty() => {
                self.line(&format!("{} {system:<16} not looked at", paint(DIM, "-")));
            }
            Event::Checked { system, ok: false, .. } => {
                self.line(&format!("{} {system}", paint(style::BAD, "✗")))
            }
            Event::Known(facts) => self.banner(facts),
            Event::Row(_) | Event::Planned(_) | Event::WritesBegin | Event::Links(_) => {}
            Event::StepStarted { step } => {
                self.step = step;
                self.waiting(step);
            }
            Event::StepProgress { step, text } => {
                let text = format!("{step}: {text}");
                self.waiting(&text);
                // What was seen last, and the command that ends the wait, come last, and are to be read and copied.
                if self.spinner.is_none() || !fits(&text, columns()) {
                    self.unbroken(&format!("{} {text}", paint(DIM, "…")));
                }
            }
            Event::Waiting(wait) => {
                let last = wait.last.as_deref().map(|last| format!(" (last: {last})")).unwrap_or_default();
                self.line(&format!(
                    "{} {}: waiting for {}{last}",
                    paint(DIM, "…"),
                    wait.step,
                    wait.waiting_for
                ));
            }
            Event::Watched { text } => self.line(&format!("{} {text}", paint(DIM, "…"))),
            Event::StepEnded { step, status, detail, took, .. } => {
                self.step = "";
                let (mark, colour) = style::step(*status);
                let (status, took) = (status.as_str(), self.took(*took));
                self.hanging(&format!("{} {step:<12} {status:<10} {detail}{took}", paint(colour, mark)), 26);
            }
            Event::ScriptOutput { line, .. } if !self.quiet => {
                // As the script broke it: its lines are to be found again in the log.
                self.unbroken(&format!("  {} {line}", paint(DIM, "│")));
            }
            Event::ScriptOutput { .. } => {}
            Event::Warning { text } => self.line(&format!("{} {text}", paint(ODD, "warning:"))),
            Event::Failed(failure) => {
                if failure.step == self.step {
                    self.line(&format!("{} {:<12} failed", paint(style::BAD, "✗"), self.step));
                    self.step = "";
                }
                self.error(&super::failure(failure));
            }
            Event::Ended { status, exit_code, took, trace } => {
                self.ended(*status, *exit_code, *took, trace.as_deref());
            }
        }
    }
}
