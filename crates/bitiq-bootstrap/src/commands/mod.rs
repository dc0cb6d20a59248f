//! The commands: one file each, with its arguments and its function.

mod check;
pub mod completions;

mod env;
mod explain;
mod infra_id;
mod init;
mod man;
mod overview;

mod plan;
mod reference;
mod release;
mod repo_creds;
mod run;
mod schema;
mod status;
mod support_bundle;
mod trace;
mod validate;
mod vault_auth;
mod verify;

use diagnostics::{Failure, Subject};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::Path;

use advice::CommandContext;
use clap::{ArgMatches, Command};
use secret::SecretString;
use settings::variables;

use crate::app::App;
use crate::entry::{Entry, about};
use crate::error::CommandError;
use crate::flags::{Takes, set_to};
use crate::pipeline::ci;
use crate::printer::{Printer, print_error};
use crate::show::{Failed, Output};
use crate::{everywhere, exit, help, show};

const MORE: &str =
    "bitiq-bootstrap <COMMAND> --help tells more of one; bitiq-bootstrap alone shows what to do next.";

/// Leads to what stdout is.
const STDOUT: &str = "/dev/stdout";

/// The whole command line.
pub fn command() -> Command {
    let commands: Vec<Command> = COMMANDS.iter().map(Entry::define).collect();
    let about = |name: &str| about(commands.iter().find(|command| command.get_name() == name));
    let template = format!(
        "{{about}}\n\n{{usage-heading}} {{usage}}\n\n{}{{options}}\n{{after-help}}",
        help::overview(about)
    );
    Command::new("bitiq-bootstrap")
        .help_template(template)
        .after_help(MORE)
        .after_long_help(format!("{}\n{MORE}", help::whole()))
        .about("Hands a fresh OpenShift/Kubernetes cluster over to GitOps (Day-1)")
        .version(env!("CARGO_PKG_VERSION"))
        .args(everywhere::args())
        .subcommands(commands)
}

/// All commands, in the order of the reference.
pub const COMMANDS: &[Entry] = &[
    init::ENTRY,
    run::ENTRY,
    plan::ENTRY,
    check::ENTRY,
    verify::ENTRY,
    status::ENTRY,
    validate::ENTRY,
    env::ENTRY,
    explain::ENTRY,
    vault_auth::ENTRY,
    repo_creds::ENTRY,
    release::ENTRY,
    infra_id::ENTRY,
    trace::ENTRY,
    support_bundle::ENTRY,
    schema::ENTRY,
    completions::ENTRY,
    man::ENTRY,
    reference::ENTRY,
];

/// The command of this name.
pub fn entry(name: &str) -> Option<&'static Entry> {
    COMMANDS.iter().find(|entry| entry.name == name)
}

/// Runs the command of these arguments.
pub fn dispatch(matches: &ArgMatches, environment: BTreeMap<OsString, OsString>) -> u8 {
    let called = matches.subcommand().and_then(|(name, matches)| Some((entry(name)?, matches)));
    let Some((entry, matches)) = called else {
        let code = overview::show(matches, &environment, &takes());
        return show::stdout_error().map_or(code, |error| unwritten(false, error));
    };
    let app = App::new(entry.called(matches), &takes(), command, matches, environment);
    app.log_requests();
    if app.output.streams_events() && !app.called.writes {
        let message =
            format!("{} has no events: only {} stream with -o jsonl", kind(entry), streaming().join(", "));
        return app.fail(&[show::usage_failure(&message).hint("-o json")]);
    }
    let code = (entry.run)(&app).unwrap_or_else(|failures| app.fail(&failures));
    match show::stdout_error() {
        Some(error) if [exit::DONE, exit::PENDING].contains(&code) => unwritten(app.called.writes, error),
        _ => code,
    }
}

/// The settings that each command takes.
pub fn takes() -> Vec<(&'static str, Takes)> {
    COMMANDS.iter().map(|entry| (entry.name, entry.takes)).collect()
}

/// Names a command that has no events.
fn kind(entry: &Entry) -> String {
    if entry.streams.is_some() { format!("{} --dry-run", entry.name) } else { entry.name.into() }
}

/// The commands whose events can be streamed.
fn streaming() -> Vec<&'static str> {
    COMMANDS.iter().filter(|entry| entry.streams.is_some()).map(|entry| entry.name).collect()
}

/// Reports lost output: the command did its work, but could not print it.
fn unwritten(writes: bool, error: &str) -> u8 {
    print_error(None, &format!("{}\n", show::failure(&lost_output(error), show::Lines::All)));
    if writes { exit::STEP } else { exit::REFUSED }
}

/// Not all of the output reached stdout.
fn lost_output(error: &str) -> Failure {
    let of_disk = disk::copied(&std::io::Error::other(error));
    let words = |of_disk: &std::io::Error| disk::explain(of_disk, Path::new(STDOUT)).to_string();
    let why = of_disk.as_ref().map_or_else(|| error.to_owned(), words);
    let advice = match of_disk.map(|of_disk| of_disk.kind()) {
        Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => "make room where stdout goes",
        _ => "send stdout to another file",
    };
    CommandError::OutputLost { why, advice }.refused(Subject::Stdout)
}

/// Help, or what is wrong with the command line: that as JSON too, where JSON was asked for.
pub fn not_understood(error: &clap::Error, environment: &BTreeMap<OsString, OsString>) -> u8 {
    if !error.use_stderr() {
        show::record_stdout_result(error.print());
        return show::stdout_error().map_or(exit::DONE, |error| unwritten(false, error));
    }
    // A secret may have been typed in the wrong place.
    let mask =
        crate::masked::mask_of(&|name| environment.get(std::ffi::OsStr::new(name)).cloned(), environment);
    for value in std::env::args_os().filter_map(|argument| setting(argument.to_str()?).map(str::to_owned)) {
        mask.add(&SecretString::from(value));
    }
    print_error(ci(environment), &mask.text(&error.render().ansi().to_string()));
    let (output, commands) = (output(environment), &CommandContext::default());
    if !output.is_for_people() {
        let failures = [show::usage_failure(mask.text(&error.to_string()).trim_end())];
        let printer = Printer { output, ci: None, mask: &mask, commands, environment };
        printer.failures(&Failed::new(&failures, exit::USAGE, None, None));
    }
    exit::USAGE
}

/// The format that was asked for, of several the last one of all formats.
fn output(environment: &BTreeMap<OsString, OsString>) -> Output {
    let variable = set_to(environment, variables::BITIQ_BOOTSTRAP_OUTPUT);
    let asked = |format: &str| variable == Some(format) || asks_for(format, std::env::args_os());
    let found = Output::ALL.into_iter().rev().find(|(name, _)| asked(name));
    found.map(|(_, output)| output).unwrap_or_default()
}

/// The value of `NAME=VALUE`, a variable that was typed behind the command, and not before it.
fn setting(argument: &str) -> Option<&str> {
    let (name, value) = argument.split_once('=')?;
    let of_a_variable = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    (!name.is_empty() && name.chars().all(of_a_variable)).then_some(value)
}

/// The arguments could not be parsed: the flag is looked for by eye.
fn asks_for(format: &str, arguments: impl Iterator<Item = OsString>) -> bool {
    let arguments: Vec<OsString> = arguments.collect();
    let whole = ["-o", "-o=", "--output="].map(|flag| format!("{flag}{format}"));
    let joined = |flag: &OsString| whole.iter().any(|whole| flag == whole.as_str());
    let apart = |pair: &[OsString]| (pair[0] == "-o" || pair[0] == "--output") && pair[1] == format;
    arguments.iter().any(joined) || arguments.windows(2).any(apart)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(arguments: &str, expect: bool) {
        assert_eq!(asks_for("json", arguments.split(' ').map(OsString::from)), expect, "{arguments}");
    }

    #[test]
    fn a_variable_behind_the_command_is_known_by_its_name() {
        assert_eq!(setting("VAULT_TOKEN=a=b"), Some("a=b"));
        assert_eq!((setting("--flag=x"), setting("demo"), setting("=x")), (None, None, None));
    }

    #[test]
    fn every_flag_of_every_command_names_a_variable_that_is_known() {
        let all = command();
        let globals = all.get_arguments().map(|arg| ("every command", arg));
        let own = all.get_subcommands().flat_map(|it| it.get_arguments().map(|arg| (it.get_name(), arg)));
        let flags: Vec<_> = globals.chain(own).filter(|(_, arg)| arg.get_long().is_some()).collect();
        assert!(flags.len() > 60, "{}", flags.len());
        let others = settings::variables::OTHER_VARS.iter().map(|(name, _)| *name);
        let known: Vec<&str> = settings::variables::VARS.iter().map(|var| var.name).chain(others).collect();
        for (command, arg) in flags {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            let named = known.iter().any(|name| help.contains(&format!("[{name}]")));
            assert!(named, "{command} --{}: {help}", arg.get_id());
        }
    }

    #[test]
    fn output_that_was_lost_is_told_in_words_of_ours_and_with_what_to_do() {
        let check = |error: std::io::Error, expect: &str, next: &str| {
            let failure = lost_output(&error.to_string());
            assert!(failure.message.contains(expect), "{}", failure.message);
            assert!(!failure.message.contains("os error"), "{}", failure.message);
            let hint = failure.hint.unwrap_or_default().to_string();
            assert!(hint.contains(next) && hint.ends_with("then run the command again"), "{hint}");
        };
        let number = std::io::Error::from_raw_os_error;
        check(number(28), "the disk is full", "make room where stdout goes");
        check(number(5), "input/output error", "send stdout to another file");
    }

    #[test]
    fn json_is_seen_in_arguments_that_can_t_be_parsed() {
        check("run demo --bogus -o json", true);
        check("--output=json run", true);
        check("run -ojson", true);
        check("run json -o text", false);
        check("run -o jsonl", false);
    }
}
