//! What every command has at hand: the global flags, the environment, where `clusters/` is.

use diagnostics::{Failure, FailureKind, Here, Step, Subject};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use bootstrap_core::{Context, Request, SETTINGS, Scope, Settings};
use clap::ArgMatches;
use cluster_spec::{LoadError, Loaded, Repository, SpecProblems};
use secret::Mask;
use trace::{StartedBy, Tool};

use crate::again::Again;
use crate::broken;
use crate::commands::Entry;
use crate::everywhere::Everywhere;
use crate::exit;
use crate::flags::set_to;
use crate::masked::{mask_all, mask_of};
use crate::show::{self, Ci, Detail, Output, View};
use crate::signals;

/// Where what is wrong with cluster.yaml is said to have happened.
const CLUSTER_YAML: Subject = Subject::ClusterYaml;

/// What every command has at hand.
pub struct App<'a> {
    /// The command.
    entry: &'static Entry,
    /// Its arguments.
    pub matches: &'a ArgMatches,
    /// `--root`.
    root: Option<PathBuf>,
    /// The environment of this process.
    pub environment: BTreeMap<OsString, OsString>,
    /// `-o`.
    pub output: Output,
    /// `-o jsonl`: each event is a line on stdout, and there is no document.
    pub lines: bool,
    /// The runner of a pipeline, where there is one.
    ci: Option<Ci>,
    /// `-q`, `-v`, `-vv`.
    detail: Detail,
    /// How the command was called.
    again: Again,
    /// How other commands are typed here.
    here: Here,
    /// What is wrong with cluster.yaml, each with its place, once it was loaded in vain.
    /// The one mask of this process.
    mask: Mask,
    problems: OnceCell<SpecProblems>,
    /// The cluster that was meant, once one was named that is not there.
    meant: OnceCell<String>,
}

impl<'a> App<'a> {
    /// From the arguments of the command and the environment.
    pub fn new(
        entry: &'static Entry,
        matches: &'a ArgMatches,
        environment: BTreeMap<OsString, OsString>,
    ) -> Self {
        let everywhere = Everywhere::read(matches);
        let asked = everywhere.output.as_deref().unwrap_or("text");
        let lines = asked == "jsonl";
        let output = if lines || asked == "json" { Output::Json } else { Output::Text };
        let ci = ci(&environment);
        match everywhere.color.as_deref() {
            Some("always") => anstream::ColorChoice::AlwaysAnsi.write_global(),
            Some("never") => anstream::ColorChoice::Never.write_global(),
            // A pipeline's log shows colours, though it is no terminal.
            _ if ci.is_some() && set_to(&environment, "NO_COLOR").is_none() => {
                anstream::ColorChoice::AlwaysAnsi.write_global();
            }
            _ => {}
        }
        let detail = match (everywhere.quiet, everywhere.verbose) {
            (true, _) => Detail::Quiet,
            (false, 0) => Detail::Normal,
            (false, 1) => Detail::Verbose,
            (false, _) => Detail::Debug,
        };
        let mask = mask_of(&|name| entry.takes.lookup(matches, &environment, name), &environment);
        let again = Again::new(std::env::args_os(), Some(entry), matches, exported_cluster(&environment));
        let again = again.masked(&mask);
        let here = again.here();
        Self {
            entry,
            matches,
            root: everywhere.root,
            environment,
            output,
            lines,
            ci,
            detail,
            again,
            here,
            mask,
            problems: OnceCell::new(),
            meant: OnceCell::new(),
        }
    }

    /// A variable of the environment, or its flag.
    pub fn lookup(&self, name: &str) -> Option<OsString> {
        self.entry.takes.lookup(self.matches, &self.environment, name)
    }

    /// The cluster: on the command line, else `$CLUSTER`.
    ///
    /// # Errors
    /// Neither.
    pub fn cluster_name(&self) -> Result<String, Failure> {
        self.entry.cluster(self.matches).or_else(|| self.exported_cluster()).ok_or_else(|| {
            let failure = Failure::new(FailureKind::Usage, Subject::Arguments, "no cluster is named");
            let clusters = self.repository().map(|it| it.clusters()).unwrap_or_default();
            match clusters.is_empty() {
                true => failure.hint("name it on the command line, or with CLUSTER=<cluster>"),
                false => failure.hint(format!(
                    "name it on the command line, or with CLUSTER=<cluster>; there are: {}",
                    cluster_spec::listed(&clusters)
                )),
            }
        })
    }

    /// `$CLUSTER`.
    pub fn exported_cluster(&self) -> Option<String> {
        exported_cluster(&self.environment)
    }

    /// A variable of the environment that is not empty.
    fn text(&self, name: &str) -> Option<&str> {
        set_to(&self.environment, name)
    }

    /// The folder that holds `clusters/`.
    ///
    /// # Errors
    /// There is none.
    pub fn repository(&self) -> Result<Repository, Failure> {
        let root = &self.root;
        if root.as_ref().is_some_and(|root| root.to_string_lossy().contains(char::is_control)) {
            let message = "--root holds a control character, such as a line break";
            return Err(Failure::new(FailureKind::Usage, Subject::Arguments, message)
                .hint("name the folder that holds clusters/: --root DIR"));
        }
        repository(root.clone()).ok_or_else(|| {
            let here = here();
            let message = format!("no folder clusters/ here ({}) or above", here.display());
            Failure::new(FailureKind::Usage, Subject::Arguments, message)
                .hint("name the folder that holds it: --root DIR")
        })
    }

    /// cluster.yaml of the named cluster.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn load(&self) -> Result<Loaded, Failure> {
        let repository = self.repository()?;
        let cluster = self.cluster_name()?;
        cluster_spec::load(&repository, &cluster).map_err(|error| {
            let failure = Failure::verbatim(FailureKind::Usage, CLUSTER_YAML, said(&error), error.hint());
            match error {
                LoadError::Invalid(mut problems) => {
                    problems.file = from_here(&repository.root().join(&problems.file));
                    self.problems.set(*problems).ok();
                }
                LoadError::NoSuchCluster { nearest: Some(nearest), .. } => {
                    self.meant.set(nearest).ok();
                }
                _ => {}
            }
            failure
        })
    }

    /// Everything a run of `scope` needs.
    ///
    /// # Errors
    /// cluster.yaml or the settings are wrong.
    pub fn request(&self, scope: Scope) -> Result<Request, Vec<Failure>> {
        let loaded = self.load().map_err(|failure| vec![failure])?;
        let settings = Settings::from_vars(&|name| self.lookup(name), self.environment.clone())?;
        let text = |name: &str| {
            self.environment.get(OsStr::new(name)).and_then(|value| value.to_str()).map(String::from)
        };
        Ok(Request {
            scope,
            spec: loaded.spec,
            folder: loaded.folder,
            spec_warnings: loaded.warnings,
            settings,
            started_by: StartedBy {
                user: ["SUDO_USER", "USER", "LOGNAME"]
                    .into_iter()
                    .find_map(text)
                    .unwrap_or_else(bootstrap_core::this_user),
                host: bootstrap_core::this_machine(),
                pid: std::process::id(),
            },
            tool: Tool {
                name: env!("CARGO_PKG_NAME").into(),
                version: env!("CARGO_PKG_VERSION").into(),
                command: scope.name().into(),
            },
            temporary: std::env::temp_dir(),
        })
    }

    /// A context whose events are shown as this command shows them, and that signals end.
    pub fn context(&self) -> Context {
        self.context_to(self.output)
    }

    /// The same for a command whose stdout is meant for a program.
    pub fn context_beside_stdout(&self) -> Context {
        self.context_to(Output::Json)
    }

    fn silent_context(&self) -> Context {
        let context = Context::new(self.here.clone(), self.mask.clone());
        context.events.add(Box::new(broken::Writes));
        context
    }

    fn context_to(&self, output: Output) -> Context {
        let context = self.silent_context();
        context.events.add(show::progress(self.view(output)));
        if self.lines {
            context.events.add(Box::new(show::jsonl::Lines::default()));
        }
        self.log(&context);
        context
    }

    fn view(&self, output: Output) -> View {
        // What is said goes to stderr where stdout is for a program.
        let watched = match output {
            Output::Text => std::io::stdout().is_terminal(),
            Output::Json => std::io::stderr().is_terminal() && !self.lines,
        };
        let terminal = self.ci.is_none() && watched;
        let dumb = self.text("TERM").is_none_or(|term| term == "dumb");
        let utf8 = show::locale_is_utf8(&self.environment).unwrap_or(false);
        View {
            output,
            // Spinners are drawn on stderr.
            live: terminal && !dumb && !self.logs() && std::io::stderr().is_terminal(),
            stamps: !terminal,
            ascii: terminal && (dumb || !utf8),
            ci: self.ci,
            detail: self.detail,
            again: self.again.clone(),
        }
    }

    /// A context for a command that says everything at its end.
    pub fn context_of_a_report(&self) -> Context {
        let context = self.silent_context();
        let terminal = std::io::stdout().is_terminal() && self.output == Output::Text;
        show::waiting(terminal).into_iter().for_each(|listener| context.events.add(listener));
        self.log(&context);
        context
    }

    /// Whether a line for each event stands on stderr, which spinners would be drawn over.
    fn logs(&self) -> bool {
        self.detail == Detail::Debug || self.text("RUST_LOG").and_then(show::log::level).is_some()
    }

    /// `RUST_LOG`.
    fn log(&self, context: &Context) {
        let rust_log = self.text("RUST_LOG");
        let asked = (self.detail == Detail::Debug).then_some(show::log::Level::Debug);
        if let Some(level) = rust_log.and_then(show::log::level).max(asked) {
            let log = show::log::Log { level, ci: self.ci };
            if let Some(why) = self.bad_traceparent() {
                log.passed_over(&format!("{why}: it is passed over"));
            }
            context.events.add(Box::new(log));
        }
    }

    /// What is wrong with `TRACEPARENT`. Nobody but whoever looks for it needs to hear.
    fn bad_traceparent(&self) -> Option<trace::BadTraceparent> {
        let given = self.environment.get(OsStr::new("TRACEPARENT")).filter(|value| !value.is_empty())?;
        trace::TraceContext::parse(given.to_str().unwrap_or_default(), None).err()
    }

    /// Runs a command that waits on the world.
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .worker_threads(2)
            .build()
            .map(|runtime| {
                let value = runtime.block_on(async {
                    tokio::select! {
                        biased;
                        value = bootstrap_core::broken::caught(work) => value,
                        never = signals::beat() => match never {},
                    }
                });
                // A blocking call that hangs (a Git host that says nothing) must not keep the process.
                runtime.shutdown_background();
                value
            })
            .map_err(|error| Failure::of(FailureKind::Refused, Step::Preflight, &error, None))?
            .map_err(|it| broken::failure(&it, Subject::Command(self.entry.name)).here(&self.here))
    }

    /// Prints the failures where they belong and gives the exit code.
    pub fn fail(&self, failures: &[Failure]) -> u8 {
        self.fail_for(failures, self.problems.get())
    }

    /// The same for failures that have nothing to do with what is wrong with cluster.yaml.
    pub fn fail_beside(&self, failures: &[Failure]) -> u8 {
        self.fail_for(failures, None)
    }

    fn fail_for(&self, failures: &[Failure], problems: Option<&SpecProblems>) -> u8 {
        let code = exit::code(bootstrap_core::gravest(failures));
        let failures = self.told(failures);
        match self.output {
            Output::Json if self.lines => show::jsonl::refused(&failures, code),
            Output::Json => self.print_json(&show::json::failures(&failures, code, problems)),
            Output::Text => {
                let failed = failures.iter().map(show::failure);
                let mut shown: Vec<String> =
                    problems.map_or_else(|| failed.collect(), |it| vec![show::problems(it)]);
                shown.extend(self.retry(&failures));
                writeln!(anstream::stderr(), "{}", shown_in(self.ci, &shown.join("\n"))).ok();
            }
        }
        code
    }

    /// What was typed, to be typed again, where the failures are of what is to be mended first.
    fn retry(&self, failures: &[Failure]) -> Option<String> {
        if let Some(meant) = self.meant.get() {
            return Some(show::retry(&self.again.with_cluster(meant).retry("")));
        }
        let mended = |it: &Failure| match it.subject {
            SETTINGS => true,
            // Not where there is no such cluster.
            CLUSTER_YAML => self.problems.get().is_some(),
            _ => false,
        };
        let said: Vec<&str> = failures
            .iter()
            .flat_map(|it| [it.message.as_str(), it.hint.as_deref().unwrap_or_default()])
            .collect();
        failures.iter().all(mended).then(|| show::retry(&self.again.retry(&said.join("\n"))))
    }

    /// The failures as the document that `fail` prints.
    pub fn failure_document(&self, failures: &[Failure]) -> serde_json::Value {
        let code = exit::code(bootstrap_core::gravest(failures));
        show::json::failures(&self.told(failures), code, self.problems.get())
    }

    /// Without what must not be seen, and with their commands as they are typed here.
    fn told(&self, failures: &[Failure]) -> Vec<Failure> {
        failures.iter().map(|it| it.clone().masked(&self.mask).here(&self.here)).collect()
    }

    /// How the command was called.
    pub fn again(&self) -> &Again {
        &self.again
    }

    /// How other commands are typed here.
    pub fn here(&self) -> &Here {
        &self.here
    }

    /// Prints text for people on stdout.
    pub fn print(&self, text: &str) {
        print_in(self.ci, &self.mask.text(text));
    }

    /// The same of a text of ours, its commands as they are typed here for this cluster.
    pub fn print_of(&self, cluster: &str, text: &str) {
        self.print(&self.here.of(cluster).text(text));
    }

    /// Prints the one JSON document of this command.
    pub fn print_json(&self, document: &serde_json::Value) {
        let mut document = document.clone();
        mask_all(&mut document, &self.mask);
        show::print_json(&document);
    }
}

fn exported_cluster(environment: &BTreeMap<OsString, OsString>) -> Option<String> {
    set_to(environment, "CLUSTER").map(String::from)
}

/// The repository of clusters at `root`, else the nearest one upward from here.
pub fn repository(root: Option<PathBuf>) -> Option<Repository> {
    match root {
        // The script is given paths below it, and runs elsewhere.
        Some(root) => Some(Repository::at(std::path::absolute(&root).unwrap_or(root))),
        None => Repository::find(&here()),
    }
}

/// A path as it reaches the file from here.
fn from_here(path: &Path) -> String {
    path.strip_prefix(here()).unwrap_or(path).display().to_string()
}

fn here() -> PathBuf {
    std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."))
}

/// Prints text for people on stdout, where there is no command at work.
pub fn print_in(ci: Option<Ci>, text: &str) {
    show::written(write!(anstream::stdout(), "{}", shown_in(ci, text)));
}

/// Prints what is wrong with a command line, on stderr: what was typed stands in it.
pub fn print_wrong_in(ci: Option<Ci>, text: &str) {
    write!(anstream::stderr(), "{}", shown_in(ci, text)).ok();
}

/// A text as a terminal, or the log of a pipeline, may have it.
fn shown_in(ci: Option<Ci>, text: &str) -> String {
    let plain = show::plain(text);
    ci.map_or_else(|| plain.to_string(), |ci| ci.harmless(&plain).into_owned())
}

/// The runner of a pipeline, as it says itself.
pub fn ci(environment: &BTreeMap<OsString, OsString>) -> Option<Ci> {
    let says = |name: &str| set_to(environment, name) == Some("true");
    match (says("GITHUB_ACTIONS"), says("GITLAB_CI")) {
        (true, _) => Some(Ci::GitHub),
        (false, true) => Some(Ci::GitLab),
        (false, false) => None,
    }
}

/// An error of loading with its causes, which name the path.
fn said(error: &LoadError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
