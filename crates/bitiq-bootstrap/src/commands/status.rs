//! `status [CLUSTER…|--all]`: where each cluster stands, a row each.

use diagnostics::{Failure, FailureKind, Failures, Subject};
use std::ffi::OsStr;
use std::time::Duration;

use child_process::Shutdown;
use clap::{ArgAction, Command};
use cluster_spec::{LoadError, Repository};
use futures::StreamExt as _;
use healthcheck::status::{ClusterStatus, observe};
use settings::Settings;
use settings::variables;
use settings::variables::Group::Cluster;

use crate::app::App;
use crate::entry::Entry;
use crate::error::CommandError;
use crate::flags::{Given, Switch, Takes};
use crate::show::Status;
use crate::{exit, signals};

const CLUSTERS: Given<String> = Given::new("clusters");
const ALL: Switch =
    Switch::new("all", "All clusters of this repository but the examples", variables::BITIQ_BOOTSTRAP_ALL);

/// How long a cluster may take to say what its record holds.
const LIMIT: Duration = Duration::from_secs(3);
/// So many clusters are asked side by side.
const SIDE_BY_SIDE: usize = 32;
/// Examples are no clusters.
const EXAMPLES: &str = "_example";

pub const ENTRY: Entry = Entry {
    name: "status",
    other_names: &[],
    takes: Takes::all_of(&[Cluster]),
    define,
    cluster: crate::entry::no_cluster,
    streams: None,
    run,
};

fn define() -> Command {
    Command::new(ENTRY.name)
        .about("Show where each cluster stands: its latest run, and what its record says")
        .arg(
            CLUSTERS
                .positional()
                .value_name("CLUSTER")
                .action(ArgAction::Append)
                .num_args(0..)
                .help("The clusters [CLUSTER] [default: all]"),
        )
        .arg(ALL.arg())
}

fn run(app: &App<'_>) -> Result<u8, Failures> {
    let repository = app.repository()?;
    let clusters = clusters(app, &repository)
        .map_err(|error| Failure::stating(FailureKind::Refused, Subject::Command("status"), &error))?;
    if !repository.root().is_dir() {
        let folder = repository.root().display().to_string();
        return Err(CommandError::NoRoot { folder }.usage(Subject::Command("status")).into());
    }
    let rows = ask(app, &repository, &clusters)?;
    app.print_document(&Status::new(&rows));
    // What is wrong with a cluster is in its row; one that is not there was asked for wrongly.
    let is_there = |name: &String| repository.folder(name).is_ok_and(|folder| folder.dir().is_dir());
    Ok(if clusters.iter().all(is_there) { exit::DONE } else { exit::USAGE })
}

fn ask(app: &App<'_>, repository: &Repository, clusters: &[String]) -> Result<Vec<ClusterStatus>, Failures> {
    let settings = Settings::from_vars(&|name| app.lookup(name), app.environment.clone())?;
    let stop = Shutdown::default();
    let work = async {
        signals::listen(&stop).ok();
        let each = clusters.iter().map(|cluster| observe(repository, cluster, &settings.cluster, LIMIT));
        let all = futures::stream::iter(each).buffered(SIDE_BY_SIDE).collect::<Vec<_>>();
        tokio::select! {
            biased;
            () = stop.token.cancelled() => Err(stop.failure(Subject::Command("status"))),
            rows = all => Ok(rows),
        }
    };
    let rows = app.block_on(work)??;
    Ok(rows.into_iter().map(|row| row.filled(app.commands())).collect())
}

/// Those named, else the one of the environment, else all.
fn clusters(app: &App<'_>, repository: &Repository) -> Result<Vec<String>, LoadError> {
    let named = CLUSTERS.all(app.matches);
    let exported = app.environment.get(OsStr::new(variables::CLUSTER)).and_then(|name| name.to_str());
    match exported.filter(|name| !name.is_empty()) {
        _ if ALL.is_set(app.matches) => all(repository),
        _ if !named.is_empty() => Ok(named),
        Some(cluster) => Ok(vec![cluster.to_owned()]),
        None => all(repository),
    }
}

fn all(repository: &Repository) -> Result<Vec<String>, LoadError> {
    let is_example = |name: &String| name.split('/').next() == Some(EXAMPLES);
    Ok(repository.readable_clusters()?.into_iter().filter(|name| !is_example(name)).collect())
}
