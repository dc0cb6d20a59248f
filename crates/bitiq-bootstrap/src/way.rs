//! `bitiq-bootstrap` alone: the clusters that are here, and the next command for each. Reads files below `clusters/`, no system.

use std::collections::BTreeMap;
use std::ffi::OsString;

use bootstrap_core::Here;
use bootstrap_core::status::{self, Refused, Since};
use clap::{ArgMatches, Command};
use cluster_spec::{ClusterFolder, Repository};
use trace::{Record, RunStatus};

use crate::again::Again;
use crate::app;
use crate::exit;
use crate::show::{columns, hang, newer};

/// So many clusters are shown.
const SHOWN: usize = 20;

/// Shows the way. `tree` makes the command with all its subcommands.
pub fn show(matches: &ArgMatches, environment: &BTreeMap<OsString, OsString>, tree: fn() -> Command) -> u8 {
    let repository = app::repository(matches.get_one("root").cloned());
    let here = Again::new(std::env::args_os(), "", matches, None, tree).here();
    app::print_in(app::ci(environment), &text(repository.as_ref(), &here));
    exit::DONE
}

fn text(repository: Option<&Repository>, here: &Here) -> String {
    let what = "Hands a fresh OpenShift/Kubernetes cluster over to GitOps (Day-1).";
    let mut text = format!("{}\n\n", hang(what, columns(), 0));
    let program = bootstrap_core::quoted(&here.program);
    let clusters: Vec<String> = repository
        .map(|repository| repository.clusters().into_iter().filter(|name| !name.starts_with('_')).collect())
        .unwrap_or_default();
    match (repository, clusters.is_empty()) {
        (Some(repository), false) => text.push_str(&table(repository, &clusters, here)),
        (Some(repository), true) => {
            text.push_str(&format!(
                "There is no cluster below {} yet.\n",
                repository.clusters_dir().display()
            ));
            text.push_str(&format!("  next  {program} init <cluster>\n"));
        }
        (None, _) => {
            text.push_str("There is no folder clusters/ here or above.\n");
            text.push_str(&format!(
                "  next  {program} init <cluster>, or name the folder that holds it: --root DIR\n"
            ));
        }
    }
    text + &format!("\nAll commands: {program} --help\n")
}

fn table(repository: &Repository, clusters: &[String], here: &Here) -> String {
    let width = clusters.iter().take(SHOWN).map(|name| name.chars().count()).max().unwrap_or(0).max(7);
    let mut text = format!("{:<width$}  {:<12} next\n", "cluster", "state");
    for name in clusters.iter().take(SHOWN) {
        let Stands { state, next, refused } =
            repository.folder(name).map_or_else(|_| Stands::at("?", "validate"), |folder| stands(&folder));
        let here = here.of(name);
        let next = here.text(&format!("bitiq-bootstrap {next} <cluster>"));
        text.push_str(&format!("{name:<width$}  {state:<12} {next}\n"));
        if let Some(refused) = refused {
            let told = here.text(&newer(&refused, columns().map(|columns| columns.saturating_sub(2))));
            told.lines().for_each(|line| text.push_str(&format!("  {line}\n")));
        }
    }
    if clusters.len() > SHOWN {
        text.push_str(&format!(
            "and {} more: {} status\n",
            clusters.len() - SHOWN,
            bootstrap_core::quoted(&here.program)
        ));
    }
    text
}

/// Where a cluster stands.
struct Stands {
    /// In the words of `status`.
    state: &'static str,
    /// The command that comes next.
    next: &'static str,
    /// A run since that was refused.
    refused: Option<Refused>,
}

impl Stands {
    fn at(state: &'static str, next: &'static str) -> Self {
        Self { state, next, refused: None }
    }
}

fn stands(folder: &ClusterFolder) -> Stands {
    let Ok(latest) = trace::read_optional(&folder.trace()) else { return Stands::at("unknown", "trace") };
    let at_work = bootstrap_core::run_at_work(&folder.lock());
    let since = Since::of(&status::later(folder, latest.as_ref(), at_work.as_deref()));
    let status = latest.as_ref().map(|latest| match latest {
        Record::New(trace) => trace.stands(at_work.as_deref()),
        // The old script wrote its trace only after a success.
        Record::Old(_) => RunStatus::Succeeded,
    });
    let (state, next) = match status {
        Some(_) if since.released.is_some() => ("released", "run"),
        None => ("never", "check"),
        Some(status @ RunStatus::Succeeded) => (status.as_str(), "verify"),
        Some(status @ (RunStatus::Running | RunStatus::Failed)) => (status.as_str(), "trace"),
        Some(status @ RunStatus::Interrupted) => (status.as_str(), "run"),
    };
    Stands { state, next, refused: since.refused }
}
