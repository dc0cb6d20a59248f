//! `man`: the manual's pages, made of the command line's own definition.

use diagnostics::{Failure, FailureKind, Failures, Subject};
use std::path::{Path, PathBuf};

use clap::Command;
use clap_mangen::Man;
use cluster_spec::Repository;
use settings::variables::{self, OTHER_VARS, VARS};

use crate::app::App;
use crate::entry::Entry;
use crate::flags::{Given, Takes, variable};
use crate::{exit, help};

const DIR: Given<PathBuf> = Given::new("dir");

pub const ENTRY: Entry = Entry {
    name: "man",
    other_names: &[],
    takes: Takes::NOTHING,
    define,
    cluster: crate::entry::no_cluster,
    streams: None,
    run,
};

fn define() -> Command {
    Command::new(ENTRY.name).about("Print the manual page, or write one for each command").arg(variable(
        DIR.flag().value_name("DIR").help("Write the pages of all commands into this folder"),
        variables::BITIQ_BOOTSTRAP_DIR,
    ))
}

fn run(app: &App<'_>) -> Result<u8, Failures> {
    let written = match DIR.one(app.matches) {
        None => page(&(app.whole)(), None).map(|page| app.print(&page)),
        Some(folder) => write(app.whole, &folder),
    };
    written.map_err(|error| Failure::of_io(FailureKind::Refused, Subject::Command("man"), &error))?;
    Ok(exit::DONE)
}

fn write(whole: fn() -> Command, folder: &Path) -> std::io::Result<()> {
    fs_err::create_dir_all(folder)?;
    let mut whole = whole();
    whole.build();
    fs_err::write(folder.join("bitiq-bootstrap.1"), page(&whole, None)?)?;
    for command in whole.get_subcommands().filter(|command| !command.is_hide_set()) {
        let name = command.get_name();
        // The help of help.
        if help::of(name).is_empty() {
            continue;
        }
        fs_err::write(folder.join(format!("bitiq-bootstrap-{name}.1")), page(command, Some(name))?)?;
    }
    Ok(())
}

/// Renders a page: of the named command, or of the program.
fn page(command: &Command, name: Option<&str>) -> std::io::Result<String> {
    let title = name.map_or("bitiq-bootstrap".into(), |name| format!("bitiq-bootstrap-{name}"));
    let whole = command;
    let command = command.clone().name(title.clone()).after_long_help("").after_help("");
    let man = Man::new(command).title(title.to_uppercase());
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    let mut text = String::from_utf8_lossy(&text).into_owned();
    match name {
        Some(name) => text.push_str(&examples(name)),
        None => {
            text.push_str(&commands(whole));
            text.push_str(&environment());
        }
    }
    text.push_str(&files());
    text.push_str(&exit_status());
    text.push_str(&see_also(name));
    Ok(text)
}

fn section(title: &str, entries: impl Iterator<Item = (String, String)>) -> String {
    let entry = |(tag, said): (String, String)| format!(".TP\n\\fB{}\\fR\n{}\n", roff(&tag), roff(&said));
    format!(".SH {title}\n{}", entries.map(entry).collect::<String>())
}

fn commands(whole: &Command) -> String {
    let about = |name: &str| crate::entry::about(whole.find_subcommand(name));
    let all = help::GROUPS.iter().flat_map(|(_, commands)| *commands);
    section("COMMANDS", all.map(|name| (format!("bitiq-bootstrap-{name}(1)"), about(name))))
}

fn environment() -> String {
    let of_runs = VARS.iter().map(|var| (var.name.to_owned(), var.meaning()));
    let others = OTHER_VARS.iter().map(|(name, meaning)| ((*name).to_owned(), (*meaning).to_owned()));
    section("ENVIRONMENT", of_runs.chain(others))
}

fn exit_status() -> String {
    section("EXIT STATUS", exit::ALL.iter().map(|(code, meaning)| (code.to_string(), (*meaning).to_owned())))
}

/// Describes the files below the folder that holds `clusters/`, by the names that the code itself uses.
fn files() -> String {
    let Ok(folder) = Repository::at("").folder("CLUSTER") else { return String::new() };
    let files = [
        (folder.yaml(), "what was asked for"),
        (folder.kubeconfig(), "the kubeconfig of the hand-over"),
        (folder.gitops_src(), "the GitOps repository at the commit that was handed over"),
        (folder.trace(), "the trace of the latest run that reached its first write"),
        (folder.runs(), "trace.json and bootstrap.log of the newest runs"),
        (folder.installer(), "what openshift-install left"),
    ];
    section("FILES", files.into_iter().map(|(path, what)| (path.display().to_string(), what.to_owned())))
}

fn examples(name: &str) -> String {
    let example = |(what, line): &(&str, &str)| format!("{}:\n.PP\n.EX\n{}\n.EE\n", roff(what), roff(line));
    format!(".SH EXAMPLES\n{}", help::of(name).iter().map(example).collect::<Vec<_>>().join(".PP\n"))
}

fn see_also(name: Option<&str>) -> String {
    let other = if name.is_some() { "bitiq-bootstrap" } else { "bitiq-bootstrap-run" };
    format!(".SH \"SEE ALSO\"\n\\fB{}\\fR(1)\n", roff(other))
}

/// As roff has text: no escape, no request at the beginning of a line.
fn roff(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}
