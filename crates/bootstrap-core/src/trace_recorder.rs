//! The listener that keeps the trace: on disk and valid from the first event to the last.

use std::path::PathBuf;
use std::sync::Arc;

use cluster_spec::ClusterFolder;
use jiff::Timestamp;
use parking_lot::Mutex;
use trace::{Credentials, History, Kubernetes, RunStatus, StepStatus, Trace, VaultRecord, Writer};

use diagnostics::{Event, EventKind, Facts, Listener, Step};

/// The trace of a run, on disk at each event that changes it. Clones share it.
#[derive(Clone)]
pub struct TraceRecorder(Arc<Mutex<State>>);

struct State {
    trace: Trace,
    writer: Writer,
    run_file: PathBuf,
    latest_file: Option<PathBuf>,
    /// The latest trace is that of a run that reached its first write.
    writes_began: bool,
    silent: bool,
}

impl TraceRecorder {
    /// Begins with `trace`; `latest_file` is none for a command that is not the latest run. Nothing is on disk yet.
    pub fn new(trace: Trace, folder: &ClusterFolder, latest_file: Option<PathBuf>) -> Self {
        let writer = Writer::new(folder.work());
        let run_file = History::new(folder.runs()).run(&trace.run_id).trace();
        let (writes_began, silent) = (false, false);
        Self(Arc::new(Mutex::new(State { trace, writer, run_file, latest_file, writes_began, silent })))
    }

    /// Puts the trace on disk now.
    ///
    /// # Errors
    /// What keeps it from being written.
    pub fn save(&self) -> Result<(), trace::WriteError> {
        self.0.lock().save()
    }

    /// Closes the trace: the run ended like this.
    ///
    /// # Errors
    /// What keeps it from being written. A success that is not on the disk is none: the trace stays open.
    pub fn close(&self, status: RunStatus, exit_code: u8) -> Result<(), trace::WriteError> {
        let mut state = self.0.lock();
        let open = state.trace.clone();
        state.trace.finish(status, i32::from(exit_code), Timestamp::now());
        let written = state.save();
        if written.is_err() && status == RunStatus::Succeeded {
            state.trace = open;
        }
        written
    }

    /// Whether the latest trace could be written, without writing it.
    ///
    /// # Errors
    /// A folder in its place, or a link that leads outside.
    pub fn check_latest(&self) -> Result<(), trace::WriteError> {
        let state = self.0.lock();
        state.latest_file.as_deref().map_or(Ok(()), |latest| state.writer.check(latest))
    }

    /// Nothing is written from now on.
    pub fn keep_silent(&self) {
        self.0.lock().silent = true;
    }

    /// Where the trace is: the latest one once the run has written, else that of this run alone; none where nothing
    /// may be written.
    pub fn file(&self) -> Option<PathBuf> {
        let state = self.0.lock();
        let latest = state.latest_file.as_ref().filter(|_| state.writes_began);
        (!state.silent).then(|| latest.unwrap_or(&state.run_file).clone())
    }

    /// The script's output, where it ran.
    pub fn log(&self) -> Option<PathBuf> {
        let log = self.0.lock().run_file.with_file_name("bootstrap.log");
        log.is_file().then_some(log)
    }

    /// The trace as it stands.
    pub fn trace(&self) -> Trace {
        self.0.lock().trace.clone()
    }

    /// The step at work; preflight before the first.
    pub fn at_work(&self) -> Step {
        let state = self.0.lock();
        let running = state.trace.steps.iter().find(|step| step.status == StepStatus::Running);
        running.and_then(|step| Step::named(&step.name)).unwrap_or(Step::Preflight)
    }

    /// Whether anything was written by now.
    pub fn wrote(&self) -> bool {
        self.0.lock().writes_began
    }

    /// What was proven of Vault.
    pub fn proof(&self, text: &str) {
        if let Some(vault) = &mut self.0.lock().trace.vault {
            vault.proof = Some(text.into());
        }
    }
}

impl State {
    fn save(&self) -> Result<(), trace::WriteError> {
        if self.silent {
            return Ok(());
        }
        let of_the_run = self.writer.write(&self.run_file, &self.trace);
        match &self.latest_file {
            Some(latest) if self.writes_began => of_the_run.and(self.writer.write(latest, &self.trace)),
            _ => of_the_run,
        }
    }

    /// Whether the trace changed.
    fn take(&mut self, event: &Event) -> bool {
        let now = event.at;
        let trace = &mut self.trace;
        match &event.kind {
            EventKind::Known(facts) => record_facts(trace, facts),
            EventKind::WritesBegin => self.writes_began = true,
            EventKind::StepStarted { step } => trace.step_mut(step.name()).begin(now),
            // What the step came to says all of it again.
            EventKind::Wrote { step, change } => trace.step_mut(step.name()).changes.push(change.clone()),
            EventKind::StepEnded { step, status, detail, changes, .. } => {
                let step = trace.step_mut(step.name());
                if !detail.is_empty() {
                    step.detail.push(detail.clone());
                }
                step.changes.clone_from(changes);
                step.end(*status, now);
            }
            EventKind::Warning { text } => trace.warnings.push(text.to_string()),
            EventKind::Links(links) => trace.links.clone_from(links),
            EventKind::Failed(failure) => self.record_failure(failure, now),
            // It was closed before the end was told.
            EventKind::Ended { .. } => return false,
            EventKind::Checking { .. }
            | EventKind::Checked { .. }
            | EventKind::Check(_)
            | EventKind::Planned(_)
            | EventKind::Waiting(_)
            | EventKind::Watched { .. }
            | EventKind::StepProgress { .. }
            | EventKind::ScriptOutput { .. } => return false,
        }
        true
    }

    fn record_failure(&mut self, failure: &diagnostics::Failure, now: Timestamp) {
        let record = failure.record();
        if let Some(step) =
            self.trace.steps.iter_mut().find(|step| step.name == record.step && !step.status.is_over())
        {
            step.end(StepStatus::Failed, now);
        }
        match &mut self.trace.error {
            None => self.trace.error = Some(record),
            Some(first) => first.also.push(record),
        }
    }
}

fn record_facts(trace: &mut Trace, facts: &Facts) {
    trace.git_sha.clone_from(&facts.git_sha);
    trace.kubernetes = Some(Kubernetes {
        server: facts.server.clone(),
        version: facts.version.clone(),
        cluster_id: facts.cluster_id.clone(),
        infra_id: facts.infra_id.clone(),
        recreated_from: facts.recreated_from.clone(),
    });
    trace.credentials = facts
        .credentials
        .as_ref()
        .map(|login| Credentials { source: login.source.clone(), path: Some(login.origin.clone()) });
    trace.vault = facts.vault.as_ref().map(|vault| VaultRecord {
        address: vault.address.clone(),
        namespace: vault.namespace.clone(),
        mount: vault.mount.clone(),
        proof: None,
    });
}

impl Listener for TraceRecorder {
    fn hear(&mut self, event: &Event) {
        let mut state = self.0.lock();
        if state.take(event) {
            // What keeps it from being written counts when the trace is closed: until then it may pass.
            state.save().ok();
        }
    }
}
