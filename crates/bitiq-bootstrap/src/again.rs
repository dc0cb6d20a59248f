//! The command line as it was typed, for hints: what to type to try again, or next.

use std::ffi::{OsStr, OsString};

use clap::ArgMatches;
use clap::parser::ValueSource;

use crate::app::typed_cluster;

/// How the command was called. Flags never hold a secret, so nothing has to be hidden.
#[derive(Debug, Clone, Default)]
pub struct Again {
    /// The program, as it was called.
    program: String,
    /// The command, such as `run`.
    pub command: String,
    /// The cluster, where there is one.
    cluster: Option<String>,
    /// All arguments.
    arguments: Vec<String>,
    /// Those among them that say where things are: any other command needs them too.
    places: Vec<String>,
}

impl Again {
    /// From the arguments of this process, and what was made of them. A cluster that `$CLUSTER` alone names, `exported`,
    /// is named in what is to be typed.
    pub fn new(
        mut typed: impl Iterator<Item = OsString>,
        command: &str,
        matches: &ArgMatches,
        exported: Option<String>,
    ) -> Self {
        let program = typed.next().map(|name| lossy(&name)).unwrap_or_else(|| env!("CARGO_PKG_NAME").into());
        let mut arguments: Vec<String> = typed.map(|argument| lossy(&argument)).collect();
        let named = typed_cluster(matches);
        let at = arguments.iter().position(|argument| argument == command);
        if let (None, Some(cluster), Some(at)) = (&named, &exported, at) {
            arguments.insert(at + 1, cluster.clone());
        }
        let cluster = named.or(exported);
        Self { program, command: command.into(), cluster, arguments, places: places(matches) }
    }

    /// The cluster; empty where there is none.
    pub fn cluster(&self) -> &str {
        self.cluster.as_deref().unwrap_or_default()
    }

    /// The same command once more.
    pub fn retry(&self) -> String {
        self.joined(self.arguments.iter())
    }

    /// Another command for the same cluster.
    pub fn other(&self, command: &str) -> String {
        let command = command.to_owned();
        self.joined([&command].into_iter().chain(&self.cluster).chain(&self.places))
    }

    fn joined<'a>(&'a self, arguments: impl Iterator<Item = &'a String>) -> String {
        let words: Vec<String> =
            std::iter::once(&self.program).chain(arguments).map(|it| quoted(it)).collect();
        words.join(" ")
    }
}

/// `--root` and `--kubeconfig`, where they were typed.
fn places(matches: &ArgMatches) -> Vec<String> {
    let typed = |name: &&str| {
        let known = matches.try_contains_id(name).is_ok();
        known && matches.value_source(name) == Some(ValueSource::CommandLine)
    };
    let place = |name: &str| Some([format!("--{name}"), lossy(matches.get_raw(name)?.next()?)]);
    ["root", "kubeconfig"].into_iter().filter(typed).filter_map(place).flatten().collect()
}

fn lossy(text: &OsStr) -> String {
    text.to_string_lossy().into_owned()
}

/// For a POSIX shell: as it is where that is safe, else in single quotes.
pub fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        value.into()
    } else {
        format!("'{}'", value.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(typed: &str, cluster: Option<&str>) -> Again {
        let words: Vec<OsString> = typed.split(' ').map(|word| word.replace('_', " ").into()).collect();
        let matches = crate::commands::command().try_get_matches_from(&words).unwrap();
        let (command, matches) = matches.subcommand().unwrap();
        Again::new(words.into_iter(), command, matches, cluster.map(String::from))
    }

    #[test]
    fn the_same_command_is_given_as_it_was_typed() {
        let typed = "bitiq-bootstrap run prod --kubeconfig /tmp/my_config -q";
        let again = again(typed, Some("prod"));
        assert_eq!(again.retry(), "bitiq-bootstrap run prod --kubeconfig '/tmp/my config' -q");
        assert_eq!(again.other("verify"), "bitiq-bootstrap verify prod --kubeconfig '/tmp/my config'");
    }

    #[test]
    fn a_cluster_of_the_environment_is_named_in_what_is_to_be_typed() {
        let again = again("scripts/bitiq-bootstrap.sh run --strict", Some("prod"));
        assert_eq!(again.retry(), "scripts/bitiq-bootstrap.sh run prod --strict");
        assert_eq!(again.other("verify"), "scripts/bitiq-bootstrap.sh verify prod");
    }

    #[test]
    fn flags_that_locate_things_go_with_every_command_and_others_do_not() {
        let again = again("bitiq-bootstrap run prod --root /elsewhere --strict", Some("prod"));
        assert_eq!(again.other("trace"), "bitiq-bootstrap trace prod --root /elsewhere");
    }

    #[test]
    fn a_shell_reads_what_was_meant() {
        assert_eq!(quoted("prod"), "prod");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's $HOME"), "'it'\\''s $HOME'");
        assert_eq!(quoted(""), "''");
    }
}
