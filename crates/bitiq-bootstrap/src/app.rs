//! Context of every command: the global flags, the environment, the place of `clusters/`.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use advice::CommandContext;
use clap::{ArgMatches, Command};
use cluster_spec::SpecProblems;
use diagnostics::{Failure, Subject};
use secret::Mask;
use settings::variables;

use crate::error::CommandError;
use crate::everywhere::Everywhere;
use crate::flags::{Takes, set_to};
use crate::invocation::{Called, Invocation};
use crate::masked::mask_of;
use crate::pipeline::ci;
use crate::show::{Ci, Output, Verbosity};

/// Context of every command.
pub struct App<'a> {
    /// The command.
    pub(crate) called: Called,
    /// The whole command line: the manual and the reference are made of it.
    pub whole: fn() -> Command,
    /// Its arguments.
    pub matches: &'a ArgMatches,
    /// `--root`.
    pub(crate) root: Option<PathBuf>,
    /// The environment of this process.
    pub environment: BTreeMap<OsString, OsString>,
    /// `-o`.
    pub output: Output,
    /// The runner of a pipeline, where there is one.
    pub(crate) ci: Option<Ci>,
    /// `-q`, `-v`, `-vv`.
    pub(crate) verbosity: Verbosity,
    /// The command line of this process.
    pub(crate) invocation: Invocation,
    /// Fills the commands of advice in.
    pub(crate) commands: CommandContext,
    /// The one mask of this process.
    pub(crate) mask: Mask,
    /// Problems of cluster.yaml, each with its place, after it failed to load.
    pub(crate) problems: OnceCell<SpecProblems>,
    /// The cluster that was meant, once one was named that is not there.
    pub(crate) meant: OnceCell<String>,
}

impl<'a> App<'a> {
    /// From the arguments of the command and the environment.
    pub fn new(
        called: Called,
        commands: &[(&'static str, Takes)],
        whole: fn() -> Command,
        matches: &'a ArgMatches,
        environment: BTreeMap<OsString, OsString>,
    ) -> Self {
        let everywhere = Everywhere::read(matches);
        let ci = ci(&environment);
        match everywhere.color.as_deref() {
            Some("always") => anstream::ColorChoice::AlwaysAnsi.write_global(),
            Some("never") => anstream::ColorChoice::Never.write_global(),
            // A pipeline's log shows colours, though it is no terminal.
            _ if ci.is_some() && set_to(&environment, variables::NO_COLOR).is_none() => {
                anstream::ColorChoice::AlwaysAnsi.write_global();
            }
            _ => {}
        }
        let verbosity = match (everywhere.quiet, everywhere.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, 0) => Verbosity::Normal,
            (false, 1) => Verbosity::Verbose,
            (false, _) => Verbosity::Debug,
        };
        let mask = mask_of(&|name| called.takes.lookup(matches, &environment, name), &environment);
        let exported = exported_cluster(&environment);
        let invocation = Invocation::new(std::env::args_os(), Some(&called), matches, exported, commands);
        let invocation = invocation.masked(&mask);
        let commands_in_advice = invocation.commands();
        Self {
            called,
            whole,
            matches,
            root: everywhere.root,
            environment,
            output: everywhere.output,
            ci,
            verbosity,
            invocation,
            commands: commands_in_advice,
            mask,
            problems: OnceCell::new(),
            meant: OnceCell::new(),
        }
    }

    /// A variable of the environment, or its flag.
    pub fn lookup(&self, name: &str) -> Option<OsString> {
        self.called.takes.lookup(self.matches, &self.environment, name)
    }

    /// The cluster: on the command line, else `$CLUSTER`.
    ///
    /// # Errors
    /// Neither.
    pub fn cluster_name(&self) -> Result<String, Failure> {
        self.called.cluster.clone().or_else(|| self.exported_cluster()).ok_or_else(|| {
            let clusters = self.repository().map(|it| it.clusters()).unwrap_or_default();
            let listed = || format!("; there are: {}", cluster_spec::listed(&clusters));
            let there_are = if clusters.is_empty() { String::new() } else { listed() };
            CommandError::NoCluster { there_are }.usage(Subject::Arguments)
        })
    }

    /// `$CLUSTER`.
    pub fn exported_cluster(&self) -> Option<String> {
        exported_cluster(&self.environment)
    }

    /// A variable of the environment that is not empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        set_to(&self.environment, name)
    }

    /// Returns the command line of this process.
    pub fn invocation(&self) -> &Invocation {
        &self.invocation
    }

    /// Returns what fills the commands of advice in.
    pub fn commands(&self) -> &CommandContext {
        &self.commands
    }
}

fn exported_cluster(environment: &BTreeMap<OsString, OsString>) -> Option<String> {
    set_to(environment, variables::CLUSTER).map(String::from)
}
