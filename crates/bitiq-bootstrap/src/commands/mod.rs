//! The commands: one file each, with its arguments and its function.

mod check;
mod env;
mod infra_id;
mod plan;
mod reference;
mod release;
mod repo_creds;
mod run;
mod schema;
mod status;
mod trace;
mod validate;
mod vault_auth;
mod verify;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::app::App;
use crate::{exit, show};

/// The whole command line.
pub fn command() -> Command {
    Command::new("bitiq-bootstrap")
        .about("Hands a fresh OpenShift/Kubernetes cluster over to GitOps (Day-1)")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .args(global())
        .subcommands([
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
            schema::define(),
            reference::define(),
        ])
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
                .value_parser(["text", "json"])
                .default_value("text")
                .help("text for people, json: one document on stdout"),
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
        .help("The cluster, as its folder is named below clusters/ [CLUSTER]")
}

/// Runs the command of these arguments.
pub fn dispatch(matches: &ArgMatches, environment: BTreeMap<OsString, OsString>) -> u8 {
    let Some((name, matches)) = matches.subcommand() else { return exit::USAGE };
    let app = App::new(matches, environment);
    match name {
        "run" => run::run(&app),
        "plan" => plan::run(&app),
        "check" => check::run(&app),
        "verify" => verify::run(&app),
        "status" => status::run(&app),
        "validate" => validate::run(&app),
        "env" => env::run(&app),
        "vault-auth" => vault_auth::run(&app),
        "repo-creds" => repo_creds::run(&app),
        "infra-id" => infra_id::run(&app),
        "release" => release::run(&app),
        "trace" => trace::run(&app),
        "schema" => schema::run(&app),
        "reference" => reference::run(&app),
        _ => exit::USAGE,
    }
}

/// Help, or what is wrong with the command line: that as JSON too, where JSON was asked for.
pub fn not_understood(error: &clap::Error, environment: &BTreeMap<OsString, OsString>) -> u8 {
    error.print().ok();
    if !error.use_stderr() {
        return exit::DONE;
    }
    let asked = environment.get(OsStr::new("BITIQ_BOOTSTRAP_OUTPUT")).is_some_and(|output| output == "json");
    if asked || asks_for_json(std::env::args_os()) {
        show::print_json(&show::json::usage(error.to_string().trim_end(), exit::USAGE));
    }
    exit::USAGE
}

/// The arguments could not be parsed: the flag is looked for by eye.
fn asks_for_json(arguments: impl Iterator<Item = OsString>) -> bool {
    let arguments: Vec<OsString> = arguments.collect();
    let joined = |flag: &OsString| flag == "-ojson" || flag == "-o=json" || flag == "--output=json";
    let apart = |pair: &[OsString]| (pair[0] == "-o" || pair[0] == "--output") && pair[1] == "json";
    arguments.iter().any(joined) || arguments.windows(2).any(apart)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(arguments: &str, expect: bool) {
        assert_eq!(asks_for_json(arguments.split(' ').map(OsString::from)), expect, "{arguments}");
    }

    #[test]
    fn json_is_seen_in_arguments_that_can_t_be_parsed() {
        check("run demo --bogus -o json", true);
        check("--output=json run", true);
        check("run -ojson", true);
        check("run json -o text", false);
    }
}
