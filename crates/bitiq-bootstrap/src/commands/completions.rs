//! `completions SHELL`: what a shell sources so that commands, flags, clusters and runs complete.
//!
//! The script asks this program at each completion: `BITIQ_BOOTSTRAP_COMPLETE` says which shell asks. Only files below
//! `clusters/` are read for that, and whatever is wrong with them, nothing is completed and nothing said.

use diagnostics::{Failure, FailureKind, Subject};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use bootstrap_core::quoted;
use clap::Command;
use clap::builder::PossibleValuesParser;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Shells};
use cluster_spec::Repository;
use trace::History;

use super::Entry;
use crate::app::App;
use crate::exit;
use crate::flags::{Given, Takes};

/// The variable by which the shell's script asks.
const ASKED: &str = "BITIQ_BOOTSTRAP_COMPLETE";
const NAME: &str = env!("CARGO_PKG_NAME");

const SHELL: Given<String> = Given::new("shell");

pub const ENTRY: Entry = Entry {
    name: "completions",
    takes: Takes::NOTHING,
    define,
    cluster: super::no_cluster,
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

fn run(app: &App<'_>) -> u8 {
    let shell = SHELL.one(app.matches).unwrap_or_default();
    match script(&shell) {
        Ok(script) => {
            app.print(&script);
            exit::DONE
        }
        Err(failure) => app.fail(&[failure]),
    }
}

fn script(shell: &str) -> Result<String, Failure> {
    let shells = Shells::builtins();
    let failed = |error: std::io::Error| {
        Failure::of(FailureKind::Refused, Subject::Command("completions"), &error, None)
    };
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
    let message = format!(
        "no script can call this program by its path: {program} holds characters that mean something to a shell"
    );
    Err(Failure::new(FailureKind::Usage, Subject::Command("completions"), message)
        .hint("put its folder on PATH and call it by its name: bitiq-bootstrap completions SHELL"))
}

/// Answers a shell that asks for completions; whether one did.
pub fn answered() -> bool {
    let here = std::env::current_dir().ok();
    CompleteEnv::with_factory(super::command)
        .var(ASKED)
        .try_complete(std::env::args_os(), here.as_deref())
        // Whoever types is not to be disturbed.
        .unwrap_or(true)
}

/// Completes the names of clusters.
pub fn clusters() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| candidates(all_clusters(), typed))
}

/// Completes the runs of the cluster that was typed, the newest first.
pub fn runs() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| candidates(all_runs(), typed))
}

fn candidates(names: Vec<String>, typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    // A shell would run what stands in another name: it is not offered.
    let is_plain = |name: &String| quoted(name) == *name;
    let fits = names.into_iter().filter(is_plain).filter(|name| name.starts_with(&*typed));
    fits.map(CompletionCandidate::new).collect()
}

fn all_clusters() -> Vec<String> {
    repository().map(|repository| repository.clusters()).unwrap_or_default()
}

fn all_runs() -> Vec<String> {
    let words: Vec<OsString> = std::env::args_os().collect();
    let folder = repository().and_then(|repository| {
        let named = |word: &OsString| repository.clusters().into_iter().find(|name| OsStr::new(name) == word);
        repository.folder(&words.iter().find_map(named)?).ok()
    });
    let runs = folder.and_then(|folder| History::new(folder.runs()).list().ok()).unwrap_or_default();
    runs.iter().map(|run| run.id.to_string()).collect()
}

/// By `--root` as typed, by its variable, or the nearest one.
#[expect(clippy::disallowed_methods, reason = "the binary is where the environment is read")]
fn repository() -> Option<Repository> {
    let words: Vec<OsString> = std::env::args_os().collect();
    let apart = words.windows(2).find(|pair| pair[0] == "--root").map(|pair| pair[1].clone());
    let joined = || words.iter().find_map(|word| Some(word.to_str()?.strip_prefix("--root=")?.into()));
    let variable = || std::env::var_os("BITIQ_BOOTSTRAP_ROOT").filter(|root| !root.is_empty());
    crate::app::repository(apart.or_else(joined).or_else(variable).map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_a_shell_would_read_otherwise_is_not_offered() {
        let names = ["prod", "prod$(touch x)", "prod a", "prod`id`", "staging/prod"].map(String::from);
        let offered = candidates(names.to_vec(), OsStr::new("prod"));
        let offered: Vec<_> = offered.iter().map(|it| it.get_value().to_owned()).collect();
        assert_eq!(offered, ["prod"]);
    }

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
