//! Flags made of the list of variables: every variable has a flag, every flag a variable, and the flag wins.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use bootstrap_core::vars::{Group, Kind, VARS, Var};
use clap::{Arg, ArgAction, ArgMatches};

/// The headings, in the order of the help.
pub const GROUPS: &[(Group, &str)] = &[
    (Group::Cluster, "Cluster"),
    (Group::Repository, "Repository and its login"),
    (Group::Vault, "Vault"),
    (Group::Operator, "Operator and Argo CD"),
    (Group::Script, "Script"),
    (Group::Run, "Run"),
];

/// The settings that `-h` shows; `--help` shows all.
const EVERYDAY: [&str; 14] = [
    "kubeconfig",
    "argocd-namespace",
    "credentials-from",
    "commit",
    "vault-addr",
    "vault-mount",
    "skip-vault-auth",
    "approve-install-plan",
    "skip-script",
    "script-timeout",
    "require-tool",
    "wait-lock",
    "wait-ready",
    "strict",
];

/// The cluster of the command line.
pub fn typed_cluster(matches: &ArgMatches) -> Option<String> {
    let typed = |name: &str| matches.try_get_one::<String>(name).ok().flatten();
    typed("cluster").or_else(|| typed("cluster-flag")).filter(|name| !name.is_empty()).cloned()
}

/// What a variable is set to. An empty one counts as unset.
pub fn set_to<'e>(environment: &'e BTreeMap<OsString, OsString>, name: &str) -> Option<&'e str> {
    environment.get(OsStr::new(name))?.to_str().filter(|value| !value.is_empty())
}

/// The flags of these groups, as clap takes them.
pub fn of(groups: &[Group]) -> Vec<Arg> {
    VARS.iter().filter(|var| groups.contains(&var.group)).filter_map(flag).collect()
}

/// These flags alone, whatever their group.
pub fn named(names: &[&str]) -> Vec<Arg> {
    let is_named = |var: &&Var| var.flag.is_some_and(|flag| names.contains(&flag));
    VARS.iter().filter(is_named).filter_map(flag).collect()
}

fn flag(var: &'static Var) -> Option<Arg> {
    let name = var.flag?;
    let heading = GROUPS.iter().find(|(group, _)| *group == var.group).map(|(_, heading)| *heading);
    let arg = Arg::new(name).long(name).help(help(var)).help_heading(heading);
    let arg = arg.hide_short_help(!EVERYDAY.contains(&name));
    Some(match var.kind {
        Kind::Switch => arg.action(ArgAction::SetTrue),
        Kind::List => arg.action(ArgAction::Append).value_name("NAME"),
        Kind::Text => arg.value_name("TEXT"),
        Kind::Duration => arg.value_name("DURATION"),
        Kind::File => arg.value_name("FILE").value_parser(clap::value_parser!(OsString)),
    })
}

fn help(var: &Var) -> String {
    match var.default {
        Some(default) => format!("{} [{}] [default: {default}]", var.meaning, var.name),
        None => format!("{} [{}]", var.meaning, var.name),
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

/// A flag without a value that is the binary's own, and its variable.
pub fn switch(name: &'static str, help: &'static str, variable: &'static str) -> Arg {
    let arg = Arg::new(name)
        .long(name)
        .action(ArgAction::SetTrue)
        .value_parser(clap::builder::FalseyValueParser::new())
        .help(help);
    self::variable(arg, variable)
}

/// What stands for each variable: the flag's value, else the environment's.
pub fn lookup(
    matches: &ArgMatches,
    environment: &BTreeMap<OsString, OsString>,
    name: &str,
) -> Option<OsString> {
    let given = bootstrap_core::vars::named(name).and_then(|var| given(matches, var));
    given.or_else(|| environment.get(std::ffi::OsStr::new(name)).cloned())
}

fn given(matches: &ArgMatches, var: &Var) -> Option<OsString> {
    let flag = var.flag?;
    // A command that does not have this flag.
    if matches.try_contains_id(flag).is_err() {
        return None;
    }
    match var.kind {
        Kind::Switch => matches.get_flag(flag).then(|| "1".into()),
        Kind::List => {
            let values: Vec<&str> = matches.get_many::<String>(flag)?.map(String::as_str).collect();
            Some(values.join(",").into())
        }
        Kind::File => matches.get_one::<OsString>(flag).cloned(),
        Kind::Text | Kind::Duration => matches.get_one::<String>(flag).map(OsString::from),
    }
}
