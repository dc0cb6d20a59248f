//! The flags that every command takes.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches};
use settings::variables;

use crate::flags::{self, Given, Switch, variable};
use crate::show::Output;

/// The name of the flag for the folder that holds `clusters/`.
pub const ROOT_NAME: &str = "root";
const ROOT: Given<PathBuf> = Given::new(ROOT_NAME);
const OUTPUT: Given<Output> = Given::new("output");
const COLOR: Given<String> = Given::new("color");
const VERBOSE: &str = "verbose";
const QUIET: Switch =
    Switch::new("quiet", "Leave the script's output to bootstrap.log", variables::BITIQ_BOOTSTRAP_QUIET);

/// What was made of them.
#[derive(Debug)]
pub struct Everywhere {
    /// `--root`.
    pub root: Option<PathBuf>,
    /// `-o`.
    pub output: Output,
    /// `-q`.
    pub quiet: bool,
    /// How many `-v`.
    pub verbose: u8,
    /// `--color`.
    pub color: Option<String>,
}

impl Everywhere {
    /// From the arguments of any command, or of none.
    pub fn read(matches: &ArgMatches) -> Self {
        Self {
            root: ROOT.one(matches),
            output: OUTPUT.one(matches).unwrap_or_default(),
            quiet: QUIET.is_set(matches),
            verbose: flags::count(matches, VERBOSE),
            color: COLOR.one(matches),
        }
    }
}

/// As clap takes them.
pub fn args() -> Vec<Arg> {
    let root = ROOT.flag().value_name("DIR");
    let root = root.help("The folder that holds clusters/ [default: the nearest one upward from here]");
    let output = OUTPUT.flag().short('o').value_name("FORMAT").help(Output::HELP);
    let output = output.default_value("text");
    let verbose = Arg::new(VERBOSE).long(VERBOSE).short('v').action(ArgAction::Count).conflicts_with("quiet");
    let verbose = verbose.help("Also what each step changes, before and after it did; -vv: every event too");
    let color = COLOR.flag().value_name("WHEN").value_parser(["auto", "always", "never"]);
    let color = color.default_value("auto").help("When to use colours");
    let all = [
        variable(root, variables::BITIQ_BOOTSTRAP_ROOT),
        variable(output, variables::BITIQ_BOOTSTRAP_OUTPUT),
        QUIET.arg().short('q'),
        variable(verbose, variables::BITIQ_BOOTSTRAP_VERBOSE),
        variable(color, variables::BITIQ_BOOTSTRAP_COLOR),
    ];
    all.into_iter().map(|arg| arg.global(true).help_heading("Everywhere")).collect()
}
