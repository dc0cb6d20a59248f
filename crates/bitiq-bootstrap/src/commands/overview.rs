//! `bitiq-bootstrap` alone: the clusters that are here, and the next command for each. Reads files below `clusters/`, no system.

use advice::CommandLine;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use clap::ArgMatches;
use cluster_spec::Repository;
use healthcheck::status::{self, ClusterStatus};
use serde::Serialize;

use crate::everywhere::Everywhere;
use crate::exit;
use crate::flags::Takes;
use crate::invocation::Invocation;
use crate::printer::Printer;
use crate::show::{Document, Status, TextView, hang, told};
use crate::{pipeline, request};

/// Most clusters in the table.
const SHOWN: usize = 20;

/// Shows the way; as JSON where each cluster stands.
pub fn show(
    matches: &ArgMatches,
    environment: &BTreeMap<OsString, OsString>,
    commands: &[(&'static str, Takes)],
) -> u8 {
    let everywhere = Everywhere::read(matches);
    let repository = request::repository(everywhere.root);
    let commands = Invocation::new(std::env::args_os(), None, matches, None, commands).commands();
    let mask = crate::masked::mask_of(&|name| environment.get(OsStr::new(name)).cloned(), environment);
    let clusters = repository.as_ref().map(clusters).unwrap_or_default();
    let stand = |name: &String| Some(status::on_this_machine(repository.as_ref()?, name).filled(&commands));
    let rows: Vec<ClusterStatus> = clusters.iter().filter_map(stand).collect();
    let (output, ci) = (everywhere.output, pipeline::ci(environment));
    let printer = Printer { output, ci, mask: &mask, commands: &commands, environment };
    printer.document(&Overview { status: Status::new(&rows), repository: repository.as_ref() });
    exit::DONE
}

/// The clusters, and the next command for each.
#[derive(Serialize)]
#[serde(transparent)]
struct Overview<'a> {
    status: Status<'a>,
    #[serde(skip)]
    repository: Option<&'a Repository>,
}

/// Examples are no clusters.
fn clusters(repository: &Repository) -> Vec<String> {
    repository.clusters().into_iter().filter(|name| !name.starts_with('_')).collect()
}

impl Document for Overview<'_> {
    fn text(&self, view: &TextView<'_>) -> String {
        let what = "Hands a fresh OpenShift/Kubernetes cluster over to GitOps (Day-1).";
        let mut text = format!("{}\n\n", hang(what, view.columns, 0));
        let init = CommandLine::own("init").filled(view.commands);
        match (self.repository, self.status.clusters) {
            (Some(repository), []) if !repository.root().is_dir() => {
                text.push_str(&format!("There is no folder {}.\n", repository.root().display()));
                text.push_str("  next  name the folder that holds clusters/: --root DIR\n");
            }
            (Some(repository), []) => {
                let folder = repository.clusters_dir();
                text.push_str(&format!("There is no cluster below {} yet.\n", folder.display()));
                text.push_str(&format!("  next  {init}\n"));
            }
            (Some(_), rows) => text.push_str(&table(rows, view)),
            (None, _) => {
                text.push_str("There is no folder clusters/ here or above.\n");
                text.push_str(&format!("  next  {init}, or name the folder that holds it: --root DIR\n"));
            }
        }
        text + &format!("\nAll commands: {} --help\n", secret::quoted(&view.commands.program))
    }
}

fn table(rows: &[ClusterStatus], view: &TextView<'_>) -> String {
    let width = rows.iter().take(SHOWN).map(|row| row.cluster.chars().count()).max().unwrap_or(0).max(7);
    let mut text = format!("{:<width$}  {:<12} next\n", "cluster", "state");
    for status in rows.iter().take(SHOWN) {
        let name = &status.cluster;
        let advice = view.commands.for_cluster(name);
        let command = |command: &str| CommandLine::own(command).filled(&advice);
        let next = match status.status.as_str() {
            "released" => format!("tear it down, or: {}", command("run")),
            _ => command(next(status)).to_string(),
        };
        text.push_str(&format!("{name:<width$}  {:<12} {next}\n", status.status));
        text.push_str(&told(status, &advice, view.columns));
    }
    if rows.len() > SHOWN {
        let (more, program) = (rows.len() - SHOWN, secret::quoted(&view.commands.program));
        text.push_str(&format!("and {more} more: {program} status\n"));
    }
    text
}

/// The command that comes next.
fn next(status: &ClusterStatus) -> &'static str {
    match status.status.as_str() {
        // It is wanted for whatever comes next.
        _ if status.is_broken => "validate",
        "never" => "check",
        "succeeded" => "verify",
        "interrupted" => "run",
        "partly-released" => "release",
        "running" | "failed" | "unknown" => "trace",
        _ => "status",
    }
}
