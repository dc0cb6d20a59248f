//! The command line as it was typed, for hints: what to type to try again, or next.

use advice::{CommandContext, CommandLine};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use clap::ArgMatches;
use secret::Mask;
use secret::quoted;
use settings::variables::{Kind, VARS, Var};

use crate::everywhere::ROOT_NAME;
use crate::flags::{Takes, typed};

/// How the command was called. What prints it hides the logins of URLs.
#[derive(Debug, Clone, Default)]
pub struct Invocation {
    /// The program, as it was called.
    program: String,
    /// The command, such as `run`.
    pub command: String,
    /// True if it writes.
    writes: bool,
    /// The cluster, where there is one.
    cluster: Option<String>,
    /// All arguments.
    arguments: Vec<String>,
    /// Those among them that say where things are, for each command that takes them.
    places: BTreeMap<String, Vec<String>>,
    /// Hides what was typed in the wrong place.
    mask: Mask,
}

/// The command that was called.
#[derive(Debug, Clone)]
pub struct Called {
    /// Its name.
    pub name: &'static str,
    /// Its names beside that.
    pub other_names: &'static [&'static str],
    /// The settings that it takes.
    pub takes: Takes,
    /// The cluster that was typed.
    pub cluster: Option<String>,
    /// True if it writes, and has events to stream.
    pub writes: bool,
}

impl Invocation {
    /// From the arguments of this process, and what was made of them. A cluster that `$CLUSTER` alone names, `exported`,
    /// is named in what is to be typed. No `called`: no command was. `commands`: all of them, and the settings that each takes.
    pub fn new(
        mut typed: impl Iterator<Item = OsString>,
        called: Option<&Called>,
        matches: &ArgMatches,
        exported: Option<String>,
        commands: &[(&'static str, Takes)],
    ) -> Self {
        let program = typed.next().map(|name| lossy(&name)).unwrap_or_else(|| env!("CARGO_PKG_NAME").into());
        let mut arguments: Vec<String> = typed.map(|argument| lossy(&argument)).collect();
        let command = called.map_or("", |called| called.name);
        let takes = called.map_or(Takes::NOTHING, |called| called.takes);
        let named = called.and_then(|called| called.cluster.clone());
        let is_command =
            |word: &str| called.is_some_and(|it| it.name == word || it.other_names.contains(&word));
        let at = arguments.iter().position(|argument| is_command(argument));
        if let (None, Some(cluster), Some(at)) = (&named, &exported, at) {
            arguments.insert(at + 1, cluster.clone());
        }
        let cluster = named.or(exported);
        Self {
            program,
            command: command.into(),
            writes: called.is_some_and(|called| called.writes),
            cluster,
            arguments,
            places: places(&given(matches, takes), commands),
            mask: Mask::new(),
        }
    }

    /// The same, whose commands are told through this mask.
    #[must_use]
    pub fn masked(mut self, mask: &Mask) -> Self {
        self.mask = mask.clone();
        self
    }

    /// The cluster; empty where there is none.
    pub fn cluster(&self) -> &str {
        self.cluster.as_deref().unwrap_or_default()
    }

    /// True if this command is going to run the script.
    pub fn runs_script(&self) -> bool {
        self.writes && self.command == preflight::Scope::Run.name()
    }

    /// The same for another cluster.
    pub fn with_cluster(&self, cluster: &str) -> Self {
        let mut again = self.clone();
        let named = self.cluster.as_ref();
        let typed = again.arguments.iter_mut().filter(|argument| Some(&**argument) == named);
        typed.for_each(|argument| cluster.clone_into(argument));
        again.cluster = Some(cluster.to_owned());
        again
    }

    /// The same command once more, without what may hold a login or breaks the line. Each of the `changed` settings, by its
    /// variable, needs another value: it is to be filled in.
    pub fn retry(&self, changed: &[&str]) -> String {
        let mut words = vec![quoted(&self.program)];
        let mut arguments = self.arguments.iter().peekable();
        while let Some(argument) = arguments.next() {
            let (flag, value) =
                argument.split_once('=').map_or((argument.as_str(), None), |(it, of)| (it, Some(of)));
            if holds_login(value.unwrap_or(argument)) || argument.contains(char::is_control) {
                words.push(value.map_or_else(|| OTHER.to_owned(), |_| format!("{flag}={OTHER}")));
            } else if !takes_another_value(flag, changed) {
                words.push(quoted(argument));
            } else if value.is_some() {
                words.push(format!("{flag}={OTHER}"));
            } else {
                words.extend([flag.to_owned(), OTHER.to_owned()]);
                arguments.next_if(|value| !value.starts_with('-'));
            }
        }
        self.mask.text(&words.join(" "))
    }

    /// Another command for the same cluster.
    pub fn other(&self, command: &str) -> String {
        self.mask.text(&CommandLine::own(command).filled(&self.commands()).to_string())
    }

    /// Returns what fills the commands of advice in.
    pub fn commands(&self) -> CommandContext {
        let mut commands =
            CommandContext::new(self.program.clone(), std::env::current_dir().unwrap_or_default());
        commands.cluster.clone_from(&self.cluster);
        commands.places.clone_from(&self.places);
        commands
    }
}

/// Stands for what is to be filled in.
const OTHER: &str = "…";

/// True if the value of this flag is to be changed. A file may have been mended where it is.
fn takes_another_value(flag: &str, changed: &[&str]) -> bool {
    let setting = VARS.iter().find(|var| var.flag.is_some() && var.flag == flag.strip_prefix("--"));
    let takes = |var: &Var| matches!(var.kind, Kind::Text | Kind::Duration);
    setting.is_some_and(|var| takes(var) && changed.contains(&var.name))
}

/// The flags of `given` that each command takes.
fn places(
    given: &[(&'static str, String)],
    commands: &[(&'static str, Takes)],
) -> BTreeMap<String, Vec<String>> {
    let of = |takes: Takes| {
        let is_taken = |name: &str| name == ROOT_NAME || takes.settings().any(|(flag, _)| flag == name);
        let given = given.iter().filter(|(name, _)| is_taken(name));
        given.flat_map(|(name, value)| [format!("--{name}"), value.clone()]).collect()
    };
    commands.iter().map(|(name, takes)| ((*name).to_owned(), of(*takes))).collect()
}

/// The flags that say where things are and were typed: `--root`, and the settings that a command repeats.
fn given(matches: &ArgMatches, takes: Takes) -> Vec<(&'static str, String)> {
    let place = |name: &'static str| Some((name, lossy(&typed(matches, name)?)));
    let settings = takes.settings().filter(|(_, var)| var.in_commands).map(|(flag, _)| flag);
    std::iter::once(ROOT_NAME)
        .chain(settings)
        .filter_map(place)
        .filter(|(_, value)| !holds_login(value))
        .collect()
}

/// Whether a login may stand in it: an address with something before its `@`, with a scheme or without.
fn holds_login(value: &str) -> bool {
    value.rsplit_once('@').is_some_and(|(login, _)| login.contains(':'))
}

fn lossy(text: &OsStr) -> String {
    text.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use settings::variables;

    use super::*;

    fn again(typed: &str, cluster: Option<&str>) -> Invocation {
        let words: Vec<OsString> = typed.split(' ').map(|word| word.replace('_', " ").into()).collect();
        let matches = crate::commands::command().try_get_matches_from(&words).unwrap();
        let (command, matches) = matches.subcommand().unwrap();
        let called = crate::commands::entry(command).map(|it| it.called(matches));
        let all = crate::commands::takes();
        Invocation::new(words.into_iter(), called.as_ref(), matches, cluster.map(String::from), &all)
    }

    #[test]
    fn the_same_command_is_given_as_it_was_typed() {
        let typed = "bitiq-bootstrap run prod --kubeconfig /tmp/my_config -q";
        let again = again(typed, Some("prod"));
        assert_eq!(again.retry(&[]), "bitiq-bootstrap run prod --kubeconfig '/tmp/my config' -q");
        assert_eq!(again.other("verify"), "bitiq-bootstrap verify prod --kubeconfig '/tmp/my config'");
    }

    #[test]
    fn a_cluster_of_the_environment_is_named_in_what_is_to_be_typed() {
        let again = again("scripts/bitiq-bootstrap.sh run --strict", Some("prod"));
        assert_eq!(again.retry(&[]), "scripts/bitiq-bootstrap.sh run prod --strict");
        assert_eq!(again.other("verify"), "scripts/bitiq-bootstrap.sh verify prod");
    }

    #[test]
    fn a_cluster_of_the_environment_is_named_behind_another_name_of_the_command_too() {
        let again = again("bitiq-bootstrap bootstrap-gitops --strict", Some("prod"));
        assert_eq!(again.retry(&[]), "bitiq-bootstrap bootstrap-gitops prod --strict");
    }

    #[test]
    fn flags_that_locate_things_go_with_every_command_and_others_do_not() {
        let again = again("bitiq-bootstrap run prod --root /elsewhere --strict", Some("prod"));
        assert_eq!(again.other("trace"), "bitiq-bootstrap trace prod --root /elsewhere");
    }

    #[test]
    fn the_namespace_and_the_vault_go_with_every_command_that_takes_them() {
        let typed =
            "bitiq-bootstrap run prod --argocd-namespace gitops --vault-addr https://v --commit abc --force";
        let again = again(typed, Some("prod"));
        assert_eq!(
            again.other("check"),
            "bitiq-bootstrap check prod --argocd-namespace gitops --vault-addr https://v"
        );
        assert_eq!(again.other("trace"), "bitiq-bootstrap trace prod");
    }

    #[test]
    fn a_value_that_stood_in_the_way_is_to_be_filled_in_anew() {
        let again = again("bitiq-bootstrap run prod --script-timeout 5s --commit=abc -q", Some("prod"));
        let timeout = variables::BITIQ_BOOTSTRAP_SCRIPT_TIMEOUT;
        let retry = again.retry(&[timeout, variables::BITIQ_BOOTSTRAP_KUBECONFIG]);
        assert_eq!(retry, "bitiq-bootstrap run prod --script-timeout … --commit=abc -q");
        let retry = again.retry(&[variables::BITIQ_BOOTSTRAP_COMMIT]);
        assert_eq!(retry, "bitiq-bootstrap run prod --script-timeout 5s --commit=… -q");
        assert_eq!(again.retry(&[]), "bitiq-bootstrap run prod --script-timeout 5s --commit=abc -q");
    }

    #[test]
    fn what_may_hold_a_login_goes_with_no_other_command() {
        let typed =
            "bitiq-bootstrap run prod --https-proxy http://bob:pass@p --vault-addr https://bob:pass@v";
        assert_eq!(again(typed, Some("prod")).other("check"), "bitiq-bootstrap check prod");
    }

    #[test]
    fn the_cluster_that_was_meant_stands_in_the_place_of_the_one_that_was_typed() {
        let again = again("bitiq-bootstrap run prdo --strict", Some("prdo"));
        assert_eq!(again.with_cluster("prod").retry(&[]), "bitiq-bootstrap run prod --strict");
    }

    #[test]
    fn no_login_is_typed_for_anybody() {
        let typed = "bitiq-bootstrap run prod --https-proxy bob:pa#ss@p:1 --vault-addr=https://b:p/q@v -q";
        let expect = "bitiq-bootstrap run prod --https-proxy … --vault-addr=… -q";
        assert_eq!(again(typed, Some("prod")).retry(&[]), expect);
        assert_eq!(again("bitiq-bootstrap run https://b:p@h", None).retry(&[]), "bitiq-bootstrap run …");
    }

    #[test]
    fn a_command_is_given_only_the_flags_that_it_takes() {
        let again = again("bitiq-bootstrap run prod --root /elsewhere --kubeconfig k", Some("prod"));
        assert_eq!(again.other("trace"), "bitiq-bootstrap trace prod --root /elsewhere");
        let hint = CommandLine::own("repo-creds").filled(&again.commands());
        assert_eq!(hint.to_string(), "bitiq-bootstrap repo-creds prod --root /elsewhere --kubeconfig k");
    }
}
