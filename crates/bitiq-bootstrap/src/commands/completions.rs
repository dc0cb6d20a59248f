//! `completions SHELL`: what a shell sources so that commands, flags, clusters and runs complete.
//!
//! The script asks this program at each completion: `BITIQ_BOOTSTRAP_COMPLETE` says which shell asks. Only files below
//! `clusters/` are read for that, and whatever is wrong with them, nothing is completed and nothing said.

use diagnostics::{Failure, FailureKind, Failures, Subject};
use std::ffi::OsStr;
use std::path::PathBuf;

use clap::Command;
use clap::builder::PossibleValuesParser;
use clap_complete::env::{CompleteEnv, Shells};
use secret::quoted;
use settings::variables;

use crate::app::App;
use crate::entry::Entry;
use crate::error::CommandError;
use crate::exit;
use crate::flags::{Given, Takes};

/// The variable by which the shell's script asks.
const ASKED: &str = variables::BITIQ_BOOTSTRAP_COMPLETE;
const NAME: &str = env!("CARGO_PKG_NAME");

const SHELL: Given<String> = Given::new("shell");

pub const ENTRY: Entry = Entry {
    name: "completions",
    other_names: &["completion"],
    takes: Takes::NOTHING,
    define,
    cluster: crate::entry::no_cluster,
    streams: None,
    run,
};

fn define() -> Command {
    let shells: Vec<&'static str> = Shells::builtins().names().collect();
    Command::new(ENTRY.name).about("Print the script that has a shell complete commands and clusters").arg(
        SHELL
            .positional()
            .value_name("SHELL")
            .required(true)
            .value_parser(PossibleValuesParser::new(shells))
            .help("The shell"),
    )
}

fn run(app: &App<'_>) -> Result<u8, Failures> {
    let shell = SHELL.one(app.matches).unwrap_or_default();
    app.print(&script(&shell)?);
    Ok(exit::DONE)
}

fn script(shell: &str) -> Result<String, Failure> {
    let shells = Shells::builtins();
    let failed =
        |error: std::io::Error| Failure::of_io(FailureKind::Refused, Subject::Command("completions"), &error);
    let shell = shells.completer(shell).ok_or_else(|| failed(std::io::ErrorKind::Unsupported.into()))?;
    let program = callable(program())?;
    let mut script = Vec::new();
    shell.write_registration(ASKED, NAME, NAME, &program, &mut script).map_err(failed)?;
    Ok(String::from_utf8_lossy(&script).into_owned())
}

/// This program, as a shell finds it: by its name where it was called so, else by its path.
fn program() -> String {
    let called = std::env::args_os().next().unwrap_or_default();
    match called == OsStr::new(NAME) {
        true => NAME.into(),
        false => std::env::current_exe().unwrap_or_else(|_| PathBuf::from(NAME)).display().to_string(),
    }
}

/// The path as it is: it stands in the shells' scripts unquoted and quoted in many ways, so one that a shell reads
/// otherwise would break them, or run what stands in it.
fn callable(program: String) -> Result<String, Failure> {
    if quoted(&program) == program {
        return Ok(program);
    }
    Err(CommandError::NotCallable { program }.usage(Subject::Command("completions")))
}

/// Answers a shell that asks for completions; whether one did.
pub fn answered(whole: fn() -> Command) -> bool {
    let here = std::env::current_dir().ok();
    CompleteEnv::with_factory(whole)
        .var(ASKED)
        .try_complete(std::env::args_os(), here.as_deref())
        // Whoever types is not to be disturbed.
        .unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_a_shell_would_read_otherwise_is_in_no_script() {
        for odd in ["/a b/x", "/$(id)/x", "/it's/x", "/a;b", "/~x/`y`"] {
            let failure = callable(odd.into()).unwrap_err();
            assert_eq!(failure.kind, FailureKind::Usage);
            assert!(failure.message.contains(odd), "{}", failure.message);
        }
        assert_eq!(callable("/usr/local/bin/x_1.2".into()).unwrap(), "/usr/local/bin/x_1.2");
        assert_eq!(callable(NAME.into()).unwrap(), NAME);
    }
}
