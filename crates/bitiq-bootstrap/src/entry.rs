//! Entries of the command table, and what several commands share.

use clap::{Arg, ArgMatches, Command};
use diagnostics::Failures;
use settings::variables;

use crate::app::App;
use crate::flags::{Given, Switch, Takes};
use crate::invocation::Called;
use crate::{candidates, help};

/// A command: its name, what it takes, what it does.
pub struct Entry {
    /// As it is typed.
    pub name: &'static str,
    /// Its names beside that: an old one, or the one that people expect.
    pub other_names: &'static [&'static str],
    /// The settings it takes.
    pub takes: Takes,
    /// Its arguments and its help, without the settings.
    pub define: fn() -> Command,
    /// The cluster that was typed.
    pub cluster: fn(&ArgMatches) -> Option<String>,
    /// True if the command writes when called so, and has events to stream. `None`: never.
    pub streams: Option<fn(&ArgMatches) -> bool>,
    /// Does it, and gives the exit code, or the failures that end it.
    pub run: fn(&App<'_>) -> Result<u8, Failures>,
}

impl Entry {
    /// The cluster that was typed; an empty name is none.
    pub fn cluster(&self, matches: &ArgMatches) -> Option<String> {
        (self.cluster)(matches).filter(|name| !name.is_empty())
    }

    /// The command as it was called.
    pub fn called(&self, matches: &ArgMatches) -> Called {
        let Self { name, other_names, takes, .. } = *self;
        let writes = self.streams.is_some_and(|streams| streams(matches));
        Called { name, other_names, takes, cluster: self.cluster(matches), writes }
    }

    pub fn define(&self) -> Command {
        let command = (self.define)().aliases(self.other_names).args(self.takes.args());
        let examples = help::examples(self.name) + &help::other_names(self.other_names);
        let more = command.get_arguments().any(Arg::is_hide_short_help_set);
        let short = if more { format!("{examples}\nAll flags: --help") } else { examples.clone() };
        command.after_help(short).after_long_help(examples)
    }
}

/// Describes a command in a line.
pub fn about(command: Option<&Command>) -> String {
    command.and_then(Command::get_about).map(ToString::to_string).unwrap_or_default()
}

/// The flag of a command that writes: it shows the changes, and makes none.
pub const DRY_RUN: Switch =
    Switch::new("dry-run", "Show what would change, and change nothing", variables::BITIQ_BOOTSTRAP_DRY_RUN);

/// True unless a command that writes only shows its changes.
pub fn writes(matches: &ArgMatches) -> bool {
    !DRY_RUN.is_set(matches)
}

const CLUSTER: Given<String> = Given::new("cluster");

/// The argument CLUSTER.
pub fn cluster() -> Arg {
    CLUSTER
        .positional()
        .value_name("CLUSTER")
        .add(candidates::clusters())
        .help("The cluster, as its folder is named below clusters/ [CLUSTER]")
}

/// Returns the typed CLUSTER.
pub fn typed_cluster(matches: &ArgMatches) -> Option<String> {
    CLUSTER.one(matches)
}

/// Of a command without CLUSTER.
pub fn no_cluster(_: &ArgMatches) -> Option<String> {
    None
}
