//! The commands: one file each, with its arguments and its function.

mod check;
pub mod completions;
mod env;
mod infra_id;
mod init;
mod man;
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

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::app::{App, ci, print_wrong_in};
use crate::flags::set_to;
use crate::{exit, groups, show, way};

const MORE: &str =
    "bitiq-bootstrap <COMMAND> --help tells more of one; bitiq-bootstrap alone shows what to do next.";

/// The whole command line.
pub fn command() -> Command {
    let commands = all();
    let about = |name: &str| about(commands.iter().find(|command| command.get_name() == name));
    let template = format!(
        "{{about}}\n\n{{usage-heading}} {{usage}}\n\n{}{{options}}\n{{after-help}}",
        groups::overview(about)
    );
    Command::new("bitiq-bootstrap")
        .help_template(template)
        .after_help(MORE)
        .after_long_help(format!("{}\n{MORE}", groups::whole()))
        .about("Hands a fresh OpenShift/Kubernetes cluster over to GitOps (Day-1)")
        .version(env!("CARGO_PKG_VERSION"))
        .args(global())
        .subcommands(commands)
}

/// What a command does, in a line.
fn about(command: Option<&Command>) -> String {
    command.and_then(Command::get_about).map(ToString::to_string).unwrap_or_default()
}

fn all() -> Vec<Command> {
    let all = [
        init::define(),
        run::define(),
        plan::define(),
        check::define(),
        verify::define(),
        status::define(),
        validate::define(),
        env::define(),
        vault_auth::define(),
        repo_creds::define(),
        release::define(),
        infra_id::define(),
        trace::define(),
        support_bundle::define(),
        schema::define(),
        completions::define(),
        man::define(),
        reference::define(),
    ];
    let with_examples = |command: Command| {
        let examples = groups::examples(command.get_name());
        let more = command.get_arguments().any(clap::Arg::is_hide_short_help_set);
        let short = if more { format!("{examples}\nAll flags: --help") } else { examples.clone() };
        command.after_help(short).after_long_help(examples)
    };
    all.into_iter().map(with_examples).collect()
}

fn global() -> Vec<Arg> {
    let arg = |name: &'static str| Arg::new(name).long(name).global(true).help_heading("Everywhere");
    let all = [
        (
            arg("root")
                .value_name("DIR")
                .value_parser(clap::value_parser!(PathBuf))
                .help("The folder that holds clusters/ [default: the nearest one upward from here]"),
            "BITIQ_BOOTSTRAP_ROOT",
        ),
        (
            arg("output")
                .short('o')
                .value_name("FORMAT")
                .value_parser(["text", "json", "jsonl"])
                .default_value("text")
                .help("text for people; json: one document on stdout; jsonl: each event as a line, for the commands that write"),
            "BITIQ_BOOTSTRAP_OUTPUT",
        ),
        (
            arg("quiet")
                .short('q')
                .action(ArgAction::SetTrue)
                .value_parser(clap::builder::FalseyValueParser::new())
                .help("Leave the script's output to bootstrap.log"),
            "BITIQ_BOOTSTRAP_QUIET",
        ),
        (
            arg("verbose")
                .short('v')
                .action(ArgAction::Count)
                .conflicts_with("quiet")
                .help("Also what each step changes, before and after it did; -vv: every event too"),
            "BITIQ_BOOTSTRAP_VERBOSE",
        ),
        (
            arg("color")
                .value_name("WHEN")
                .value_parser(["auto", "always", "never"])
                .default_value("auto")
                .help("When to use colours"),
            "BITIQ_BOOTSTRAP_COLOR",
        ),
    ];
    all.into_iter().map(|(arg, name)| crate::flags::variable(arg, name)).collect()
}

/// The argument CLUSTER.
fn cluster() -> Arg {
    Arg::new("cluster")
        .value_name("CLUSTER")
        .add(completions::clusters())
        .help("The cluster, as its folder is named below clusters/ [CLUSTER]")
}

/// Runs the command of these arguments.
pub fn dispatch(matches: &ArgMatches, environment: BTreeMap<OsString, OsString>) -> u8 {
    let Some((name, matches)) = matches.subcommand() else {
        let code = way::show(matches, &environment, command);
        return show::lost().map_or(code, |error| unwritten("", error));
    };
    let app = App::new(name, matches, environment, command);
    if app.lines && !streams(name, matches) {
        let message = format!("{name} has no events: only {} stream with -o jsonl", STREAMING.join(", "));
        return app.fail(&[show::json::usage_failure(&message).hint("-o json")]);
    }
    let code = answer(name, &app);
    match show::lost() {
        Some(error) if [exit::DONE, exit::PENDING].contains(&code) => unwritten(name, error),
        _ => code,
    }
}

/// What was asked for was done and could not be told.
fn unwritten(name: &str, error: &str) -> u8 {
    writeln!(std::io::stderr(), "error stdout: not all of the output could be written: {error}").ok();
    if STREAMING.contains(&name) { exit::STEP } else { exit::REFUSED }
}

fn answer(name: &str, app: &App<'_>) -> u8 {
    match name {
        "run" => run::run(app),
        "plan" => plan::run(app),
        "check" => check::run(app),
        "verify" => verify::run(app),
        "status" => status::run(app),
        "validate" => validate::run(app),
        "env" => env::run(app),
        "vault-auth" => vault_auth::run(app),
        "repo-creds" => repo_creds::run(app),
        "infra-id" => infra_id::run(app),
        "release" => release::run(app),
        "trace" => trace::run(app),
        "support-bundle" => support_bundle::run(app),
        "schema" => schema::run(app),
        "init" => init::run(app),
        "completions" => completions::run(app),
        "man" => man::run(app),
        "reference" => reference::run(app),
        _ => exit::USAGE,
    }
}

/// The commands whose events can be streamed: those that write.
const STREAMING: &[&str] = &["run", "vault-auth", "repo-creds", "release"];

fn streams(name: &str, matches: &ArgMatches) -> bool {
    let dry = matches.try_get_one::<bool>("dry-run").ok().flatten().copied().unwrap_or(false);
    STREAMING.contains(&name) && !dry
}

/// Help, or what is wrong with the command line: that as JSON too, where JSON was asked for.
pub fn not_understood(error: &clap::Error, environment: &BTreeMap<OsString, OsString>) -> u8 {
    if !error.use_stderr() {
        show::written(error.print());
        return show::lost().map_or(exit::DONE, |error| unwritten("", error));
    }
    // A secret may have been typed in the wrong place.
    let mask = crate::app::mask_of(&|name| environment.get(std::ffi::OsStr::new(name)).cloned(), environment);
    print_wrong_in(ci(environment), &mask.text(&error.render().ansi().to_string()));
    let asked = |format: &str| {
        set_to(environment, "BITIQ_BOOTSTRAP_OUTPUT") == Some(format) || asks_for(format, std::env::args_os())
    };
    let message = mask.text(&error.to_string());
    if asked("jsonl") {
        show::jsonl::refused(&[show::json::usage_failure(message.trim_end())], exit::USAGE);
    } else if asked("json") {
        show::print_json(&show::json::usage(message.trim_end(), exit::USAGE));
    }
    exit::USAGE
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
    fn every_flag_of_every_command_names_a_variable_that_is_known() {
        let all = command();
        let globals = all.get_arguments().map(|arg| ("every command", arg));
        let own = all.get_subcommands().flat_map(|it| it.get_arguments().map(|arg| (it.get_name(), arg)));
        let flags: Vec<_> = globals.chain(own).filter(|(_, arg)| arg.get_long().is_some()).collect();
        assert!(flags.len() > 60, "{}", flags.len());
        let others = bootstrap_core::vars::OTHER_VARS.iter().map(|(name, _)| *name);
        let known: Vec<&str> = bootstrap_core::vars::VARS.iter().map(|var| var.name).chain(others).collect();
        for (command, arg) in flags {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            let named = known.iter().any(|name| help.contains(&format!("[{name}]")));
            assert!(named, "{command} --{}: {help}", arg.get_id());
        }
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
