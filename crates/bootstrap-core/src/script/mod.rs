//! Runs the repository's own `scripts/bootstrap.sh`: its environment, its output, how it may end.

mod diagnose;

use crate::error::RunError;
use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use child_process::{Ended, Program, Stream};
use secret::Mask;
use trace::{Cause, History, Trace};

use child_process::GRACE;
use diagnostics::{EventKind, Failure, FailureKind, SCRIPT, Step, duration};
use preflight::state::ObservedState;
use preflight::{Context, Request};
use settings::variables;

use diagnose::{Diagnosis, LastOutput, few};

/// So many of the last lines are shown when the script fails.
const LAST_LINES: usize = 15;
/// So many letters of each of them.
const LONGEST_LINE: usize = 500;
/// The log is cut after so many bytes: a flood must not fill the disk.
const LONGEST_LOG: u64 = 256 * 1024 * 1024;

/// What the script is given.
pub(crate) struct Handover<'a> {
    pub request: &'a Request,
    pub state: &'a ObservedState,
    pub trace: &'a Trace,
}

impl Handover<'_> {
    /// The script's environment: all of ours but the logins, and the contract's variables.
    fn environment(&self) -> BTreeMap<OsString, OsString> {
        let Request { spec, folder, settings, .. } = self.request;
        let passed =
            |name: &OsStr| settings.script.pass_env.iter().any(|let_through| OsStr::new(let_through) == name);
        let withheld = |name: &OsStr| name.to_str().is_some_and(variables::withheld) && !passed(name);
        let mut env: BTreeMap<_, _> = settings
            .environment
            .iter()
            .filter(|(name, _)| !withheld(name))
            .map(|(n, v)| (n.clone(), v.clone()))
            .collect();
        let mut set = |name: &str, value: &OsStr| drop(env.insert(name.into(), value.into()));
        set("KUBECONFIG", folder.kubeconfig().as_os_str());
        set("ENV", OsStr::new(&spec.env));
        set("BASE_DOMAIN", OsStr::new(spec.apps_domain().as_str()));
        set("TARGET_REV", OsStr::new(spec.repo_ref.as_str()));
        set("GIT_REPO_URL", OsStr::new(spec.repo_url.as_str()));
        set(variables::TRACEPARENT, OsStr::new(&self.trace.traceparent(Step::Script.name())));
        let tracestate = self.trace.trace_context.as_ref().and_then(|context| context.state.as_deref());
        let infra_id = self.state.cluster.identity.infra_id.as_deref();
        // The caller's TRACESTATE means nothing without the trace it came with, its INFRA_ID is not this cluster's.
        for (name, value) in [(variables::TRACESTATE, tracestate), ("INFRA_ID", infra_id)] {
            env.remove(OsStr::new(name));
            env.extend(value.map(|value| (name.into(), value.into())));
        }
        env
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// It could not be started, failed, took too long, or was told to end.
    pub(crate) async fn run(&self, context: &Context) -> Result<(), Failure> {
        let Request { folder, settings, .. } = self.request;
        let diagnosis = &Diagnosis {
            cluster: &self.state.cluster.access,
            namespace: &settings.cluster.argocd_namespace,
            after: settings.script.watch_after,
        };
        let log = History::new(folder.runs()).run(&self.trace.run_id).log();
        let mut program = Program::new(SCRIPT, Vec::<OsString>::new());
        program.dir = Some(folder.gitops_src());
        program.env = self.environment();
        program.limit = settings.script.limit;
        program.grace = GRACE;
        program.stop_signal = context.stop.signal.clone();
        let mut output = Output::open(&log, LONGEST_LOG)?;
        context.events.progress(Step::Script, format!("log: {}", log.display()));
        let events = context.events.clone();
        let last_output = LastOutput::now();
        let mut hear = |stream: Stream, lines: &str| {
            last_output.update();
            let lines = without_logins(lines, &context.mask);
            output.take(&lines);
            events.emit(EventKind::ScriptOutput {
                stderr: stream == Stream::Stderr,
                lines: lines.into_owned(),
            });
        };
        let ended = tokio::select! {
            biased;
            ended = child_process::run(&program, &context.mask, &context.stop.token, &mut hear) => ended,
            never = report_beside(diagnosis, &last_output, context) => match never {},
        };
        let ended = ended.map_err(|error| Failure {
            never_began: error.is_of_start(),
            ..Failure::of(FailureKind::Step, Step::Script, &error)
        })?;
        let log = log.display().to_string();
        let error = match ended {
            Ended::Exited(0) => return output.close(),
            Ended::Exited(code) => RunError::ScriptFailed { code, log },
            Ended::Signaled(signal) => RunError::ScriptKilled { signal, log },
            Ended::TimedOut { limit } => RunError::ScriptTooSlow { limit: duration::show(limit), log },
            Ended::Stopped => {
                let mut stopped = context.stop.failure(Step::Script);
                stopped.causes.push(output.last_lines());
                stopped.causes.extend(output.unwritten());
                return Err(stopped);
            }
        };
        let mut failure = Failure::stating(FailureKind::Step, Step::Script, &error);
        failure.causes = vec![output.last_lines()];
        failure.causes.extend(output.unwritten());
        failure.causes.extend(not_well(diagnosis, context).await);
        Err(failure)
    }
}

/// The known secrets are hidden already; a login in a URL is none of them.
fn without_logins<'a>(lines: &'a str, mask: &Mask) -> Cow<'a, str> {
    if lines.contains("://") { mask.text(lines).into() } else { lines.into() }
}

/// Reports what the script may wait for, and after a signal that it may take a while to end.
async fn report_beside(diagnosis: &Diagnosis<'_>, last_output: &LastOutput, context: &Context) -> Infallible {
    tokio::select! {
        never = diagnosis.report(last_output, context) => match never {},
        () = context.stop.token.cancelled() => {}
    }
    let grace = duration::show(GRACE);
    let text = format!("stopping the script (up to {grace}; press Ctrl-C again to kill it)");
    context.events.emit(EventKind::Watched { text });
    std::future::pending().await
}

/// Returns what was not well in the cluster when the script failed: often the reason.
async fn not_well(diagnosis: &Diagnosis<'_>, context: &Context) -> Option<Cause> {
    let said = context.stop.until_stopped(diagnosis.findings()).await??;
    (!said.is_empty()).then(|| {
        format!("cluster state when it failed:\n{}", context.mask.text(&few(said).join("\n"))).into()
    })
}

/// The log file, and the last lines for the error.
struct Output {
    log: fs_err::File,
    path: PathBuf,
    longest: u64,
    written: u64,
    last: VecDeque<String>,
    problem: Option<std::io::Error>,
}

impl Output {
    fn open(path: &Path, longest: u64) -> Result<Self, Failure> {
        use fs_err::os::unix::fs::OpenOptionsExt as _;
        let failed = |error: std::io::Error| Failure::of_io(FailureKind::Step, Step::Script, &error);
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder).map_err(failed)?;
        }
        let log =
            fs_err::OpenOptions::new().create(true).append(true).mode(0o600).open(path).map_err(failed)?;
        Ok(Self { log, path: path.to_owned(), longest, written: 0, last: VecDeque::new(), problem: None })
    }

    /// Takes lines that came together.
    fn take(&mut self, lines: &str) {
        self.remember(lines);
        if self.written > self.longest {
            return;
        }
        let mut text = String::with_capacity(lines.len() + 1);
        for line in lines.split('\n') {
            self.written = self.written.saturating_add(line.len() as u64 + 1);
            if self.written > self.longest {
                let longest = self.longest >> 20;
                text.push_str(&format!("[log truncated: the script wrote more than {longest} MiB]\n"));
                break;
            }
            text.push_str(line);
            text.push('\n');
        }
        if self.problem.is_none() {
            self.problem = self.log.write_all(text.as_bytes()).err();
        }
    }

    fn remember(&mut self, lines: &str) {
        let mut newest: Vec<&str> = lines.rsplit('\n').take(LAST_LINES).collect();
        newest.reverse();
        let surplus = (self.last.len() + newest.len()).saturating_sub(LAST_LINES);
        self.last.drain(..surplus.min(self.last.len()));
        self.last.extend(newest.into_iter().map(shortened));
    }

    fn last_lines(&self) -> Cause {
        match self.last.is_empty() {
            true => "the script printed nothing".into(),
            false => Cause::ScriptOutput(self.last.iter().cloned().collect()),
        }
    }

    /// A log that could not be written is the run's failure only once the script has ended: it was running.
    fn close(self) -> Result<(), Failure> {
        let Some(error) = &self.problem else { return Ok(()) };
        let problem = disk::explain(error, &self.path);
        let error = RunError::LogNotWhole { log: self.path.display().to_string(), problem };
        Err(Failure::stating(FailureKind::Step, Step::Script, &error))
    }

    /// Why the log is incomplete.
    fn unwritten(&self) -> Option<Cause> {
        let words = disk::explain(self.problem.as_ref()?, &self.path);
        Some(format!("the log {} is incomplete: {words}", self.path.display()).into())
    }
}

/// The whole line is in the log.
fn shortened(line: &str) -> String {
    match line.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{} … ({} bytes)", &line[..end], line.len()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_fills_is_told_with_how_the_script_ended() {
        let mut output = Output::open(Path::new("/dev/full"), 2 << 20).unwrap();
        output.take("a line");
        let failure = output.close().unwrap_err();
        let begin = "scripts/bootstrap.sh succeeded, but its log /dev/full is incomplete: ";
        assert!(failure.message.starts_with(begin) && failure.hint.is_some(), "{failure:?}");
    }

    #[test]
    fn a_flood_is_cut_in_the_log_and_its_last_lines_are_known_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("runs/1/bootstrap.log");
        let mut output = Output::open(&log, 2 << 20).unwrap();
        let line = "x".repeat((1 << 20) - 1);
        for _ in 0..4 {
            output.take(&line);
        }
        output.take("the end");
        let last = output.last_lines().to_string();
        assert!(last.ends_with("x … (1048575 bytes)\nthe end") && last.len() < 3_000, "{}", last.len());
        output.close().unwrap();
        let text = fs_err::read_to_string(log).unwrap();
        assert_eq!(text, format!("{line}\n{line}\n[log truncated: the script wrote more than 2 MiB]\n"));
    }
}
