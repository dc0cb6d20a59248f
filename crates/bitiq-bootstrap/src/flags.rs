//! Flags made of the list of variables: every variable has a flag, every flag a variable, and the flag wins.
//!
//! The one place that reads what clap parsed. A flag is a constant that makes the argument and reads it, and a command's
//! settings are one list that does both: clap tells an unknown name only in a debug build.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::marker::PhantomData;
use std::path::PathBuf;

use clap::builder::{FalseyValueParser, ValueParser};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches};
use settings::variables::{Group, Kind, VARS, Var};

/// The headings, in the order of the help.
pub const GROUPS: &[(Group, &str)] = &[
    (Group::Cluster, "Cluster"),
    (Group::Repository, "Repository and its login"),
    (Group::Vault, "Vault"),
    (Group::Operator, "Operator and Argo CD"),
    (Group::Script, "Script"),
    (Group::Run, "Run"),
];

/// The settings that a command takes. Its flags are made of this list and read by it.
#[derive(Debug, Clone, Copy)]
pub struct Takes {
    groups: &'static [Group],
    alone: &'static [&'static str],
}

impl Takes {
    /// None.
    pub const NOTHING: Self = Self::all_of(&[]);

    /// All settings of these groups.
    pub const fn all_of(groups: &'static [Group]) -> Self {
        Self { groups, alone: &[] }
    }

    /// These too, by their flags and whatever their group.
    pub const fn and(self, alone: &'static [&'static str]) -> Self {
        Self { groups: self.groups, alone }
    }

    /// As clap takes them.
    pub fn args(self) -> Vec<Arg> {
        self.settings().map(|(flag, var)| setting(flag, var)).collect()
    }

    /// Each with its flag.
    pub fn settings(self) -> impl Iterator<Item = (&'static str, &'static Var)> {
        let flags = VARS.iter().filter_map(|var| Some((var.flag?, var)));
        flags.filter(move |(flag, var)| self.groups.contains(&var.group) || self.alone.contains(flag))
    }

    /// What stands for a variable: the flag's value, where it is taken and given, else the environment's.
    pub fn lookup(
        self,
        matches: &ArgMatches,
        environment: &BTreeMap<OsString, OsString>,
        name: &str,
    ) -> Option<OsString> {
        let taken = self.settings().find(|(_, var)| var.name == name);
        let given = taken.and_then(|(flag, var)| given(matches, flag, var.kind));
        given.or_else(|| environment.get(OsStr::new(name)).cloned())
    }
}

fn given(matches: &ArgMatches, flag: &'static str, kind: Kind) -> Option<OsString> {
    match kind {
        Kind::Switch => is_set(matches, flag).then(|| "1".into()),
        Kind::List => {
            let values = Given::<String>::new(flag).all(matches);
            (!values.is_empty()).then(|| values.join(",").into())
        }
        Kind::File => Given::<OsString>::new(flag).one(matches),
        Kind::Text | Kind::Duration => Given::<String>::new(flag).one(matches).map(OsString::from),
    }
}

/// A flag without a value that is the binary's own, and its variable.
#[derive(Debug, Clone, Copy)]
pub struct Switch {
    name: &'static str,
    help: &'static str,
    variable: &'static str,
}

impl Switch {
    /// A flag of this name.
    pub const fn new(name: &'static str, help: &'static str, variable: &'static str) -> Self {
        Self { name, help, variable }
    }

    /// As clap takes it.
    pub fn arg(self) -> Arg {
        let arg = Arg::new(self.name).long(self.name).action(ArgAction::SetTrue);
        variable(arg.value_parser(FalseyValueParser::new()).help(self.help), self.variable)
    }

    /// Whether it was given.
    pub fn is_set(self, matches: &ArgMatches) -> bool {
        is_set(matches, self.name)
    }
}

/// An argument with values.
#[derive(Debug)]
pub struct Given<T> {
    name: &'static str,
    of: PhantomData<fn() -> T>,
}

/// What an argument may be made of.
pub trait Value: Clone + Send + Sync + 'static {
    /// What clap makes it with.
    fn parser() -> ValueParser;
}

impl Value for String {
    fn parser() -> ValueParser {
        ValueParser::string()
    }
}

impl Value for OsString {
    fn parser() -> ValueParser {
        ValueParser::os_string()
    }
}

impl Value for PathBuf {
    fn parser() -> ValueParser {
        ValueParser::path_buf()
    }
}

impl<T: Value> Given<T> {
    /// An argument of this name.
    pub const fn new(name: &'static str) -> Self {
        Self { name, of: PhantomData }
    }

    /// By its place, as clap takes it.
    pub fn positional(&self) -> Arg {
        Arg::new(self.name).value_parser(T::parser())
    }

    /// As a flag.
    pub fn flag(&self) -> Arg {
        self.positional().long(self.name)
    }

    /// Its value.
    pub fn one(&self, matches: &ArgMatches) -> Option<T> {
        self.all(matches).pop()
    }

    /// All its values.
    #[expect(clippy::disallowed_methods, reason = "the one reader: the type is that of `positional`")]
    pub fn all(&self, matches: &ArgMatches) -> Vec<T> {
        matches.get_many::<T>(self.name).into_iter().flatten().cloned().collect()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one reader: of switches alone")]
fn is_set(matches: &ArgMatches, name: &str) -> bool {
    matches.get_one::<bool>(name).is_some_and(|set| *set)
}

/// How often a flag was given that is counted.
#[expect(clippy::disallowed_methods, reason = "the one reader: of counted flags alone")]
pub fn count(matches: &ArgMatches, name: &str) -> u8 {
    matches.get_one::<u8>(name).copied().unwrap_or_default()
}

/// What was typed on the command line for a flag that the command takes; not what came by its variable.
#[expect(clippy::disallowed_methods, reason = "the one reader: of flags that the command takes")]
pub fn typed(matches: &ArgMatches, name: &str) -> Option<OsString> {
    let is_typed = matches.value_source(name) == Some(ValueSource::CommandLine);
    is_typed.then(|| matches.get_raw(name)?.next().map(OsStr::to_os_string)).flatten()
}

/// What a variable is set to. An empty one counts as unset.
pub fn set_to<'e>(environment: &'e BTreeMap<OsString, OsString>, name: &str) -> Option<&'e str> {
    environment.get(OsStr::new(name))?.to_str().filter(|value| !value.is_empty())
}

fn setting(name: &'static str, var: &'static Var) -> Arg {
    let heading = GROUPS.iter().find(|(group, _)| *group == var.group).map(|(_, heading)| *heading);
    let arg = Arg::new(name).long(name).help(help(var)).help_heading(heading);
    let arg = arg.hide_short_help(!var.everyday);
    match var.kind {
        Kind::Switch => arg.action(ArgAction::SetTrue),
        Kind::List => arg.action(ArgAction::Append).value_name("NAME"),
        Kind::Text => arg.value_name("TEXT"),
        Kind::Duration => arg.value_name("DURATION"),
        Kind::File => arg.value_name("FILE").value_parser(OsString::parser()),
    }
}

fn help(var: &Var) -> String {
    match var.default {
        Some(default) => format!("{} [{}] [default: {default}]", var.meaning(), var.name),
        None => format!("{} [{}]", var.meaning(), var.name),
    }
}

/// The variable of a flag that is the binary's own. An empty one counts as unset, which clap would not have so.
#[expect(clippy::disallowed_methods, reason = "the binary is where the environment is read")]
pub fn variable(arg: Arg, name: &'static str) -> Arg {
    let set = std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let arg = arg.help(format!("{help} [{name}]"));
    if set { arg.env(name).hide_env(true) } else { arg }
}
