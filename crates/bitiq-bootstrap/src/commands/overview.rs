//! `bitiq-bootstrap` alone: the clusters that are here, and the next command for each. Reads files below `clusters/`, no system.

use advice::{CommandContext, CommandLine};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use clap::ArgMatches;
use cluster_spec::Repository;
use healthcheck::status::{self, ClusterStatus};

use crate::everywhere::Everywhere;
use crate::exit;
use crate::flags::Takes;
use crate::invocation::Invocation;
use crate::show::{self, columns, hang, told};
use crate::{pipeline, printer, request};

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
    let advice = Invocation::new(std::env::args_os(), None, matches, None, commands).commands();
    let mask = crate::masked::mask_of(&|name| environment.get(OsStr::new(name)).cloned(), environment);
    if everywhere.output.is_some_and(|asked| asked == "json") {
        let clusters = repository.as_ref().map(clusters).unwrap_or_default();
        let stand = |name: &String| Some(status::on_this_machine(repository.as_ref()?, name).filled(&advice));
        let rows: Vec<ClusterStatus> = clusters.iter().filter_map(stand).collect();
        let mut document = show::json::status(&rows);
        crate::masked::mask_all(&mut document, &mask);
        show::print_json(&document);
        return exit::DONE;
    }
    printer::print_in(pipeline::ci(environment), &mask.text(&text(repository.as_ref(), &advice)));
    exit::DONE
}

/// Examples are no clusters.
fn clusters(repository: &Repository) -> Vec<String> {
    repository.clusters().into_iter().filter(|name| !name.starts_with('_')).collect()
}

fn text(repository: Option<&Repository>, advice: &CommandContext) -> String {
    let what = "Hands a fresh OpenShift/Kubernetes cluster over to GitOps (Day-1).";
    let mut text = format!("{}\n\n", hang(what, columns(), 0));
    let program = secret::quoted(&advice.program);
    let init = CommandLine::own("init").filled(advice);
    let clusters = repository.map(clusters).unwrap_or_default();
    match (repository, clusters.is_empty()) {
        (Some(repository), true) if !repository.root().is_dir() => {
            text.push_str(&format!("There is no folder {}.\n", repository.root().display()));
            text.push_str("  next  name the folder that holds clusters/: --root DIR\n");
        }
        (Some(repository), false) => text.push_str(&table(repository, &clusters, advice)),
        (Some(repository), true) => {
            text.push_str(&format!(
                "There is no cluster below {} yet.\n",
                repository.clusters_dir().display()
            ));
            text.push_str(&format!("  next  {init}\n"));
        }
        (None, _) => {
            text.push_str("There is no folder clusters/ here or above.\n");
            text.push_str(&format!("  next  {init}, or name the folder that holds it: --root DIR\n"));
        }
    }
    text + &format!("\nAll commands: {program} --help\n")
}

fn table(repository: &Repository, clusters: &[String], advice: &CommandContext) -> String {
    let width = clusters.iter().take(SHOWN).map(|name| name.chars().count()).max().unwrap_or(0).max(7);
    let mut text = format!("{:<width$}  {:<12} next\n", "cluster", "state");
    for name in clusters.iter().take(SHOWN) {
        let status = status::on_this_machine(repository, name).filled(advice);
        let advice = advice.for_cluster(name);
        let command = |command: &str| CommandLine::own(command).filled(&advice);
        let next = match status.status.as_str() {
            "released" => format!("tear it down, or: {}", command("run")),
            _ => command(next(&status)).to_string(),
        };
        text.push_str(&format!("{name:<width$}  {:<12} {next}\n", status.status));
        text.push_str(&told(&status, &advice, columns()));
    }
    if clusters.len() > SHOWN {
        text.push_str(&format!(
            "and {} more: {} status\n",
            clusters.len() - SHOWN,
            secret::quoted(&advice.program)
        ));
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
