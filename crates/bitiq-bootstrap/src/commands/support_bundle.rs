//! `support-bundle CLUSTER`: one archive for whoever helps, scanned for secrets before it is written.

use diagnostics::{Failure, FailureKind, Failures, Subject};
use std::path::{Path, PathBuf};

use bootstrap_core::Planned;
use clap::{ArgMatches, Command};
use cluster_spec::ClusterFolder;
use preflight::{Context, Scope};
use secret::SecretString;
use settings::variables;
use settings::variables::Group::{Cluster, Operator, Repository, Run, Script, Vault};
use settings::variables::VARS;

use super::trace::{folder, remembered};
use crate::app::App;
use crate::bundle::{Asked, Bundle, Versions, gather, pack, scan};
use crate::entry::Entry;
use crate::flags::{Given, Takes, variable};
use crate::show::BundleDocument;
use crate::{atomic_file, exit, signals};

const CLUSTER_FLAG: Given<String> = Given::new("cluster-flag");
const RUN: Given<String> = Given::new("run");
const FILE: Given<PathBuf> = Given::new("file");

pub const ENTRY: Entry = Entry {
    name: "support-bundle",
    other_names: &[],
    takes: Takes::all_of(&[Cluster, Repository, Vault, Operator, Script, Run]),
    define,
    cluster,
    streams: None,
    run,
};

fn define() -> Command {
    Command::new(ENTRY.name)
        .about("Pack trace, log, plan, versions and cluster.yaml for whoever helps")
        .long_about(
            "Pack trace, log, plan, versions and cluster.yaml for whoever helps\n\n\
             All of it is scanned for secrets first: where one is found, its place is told and nothing is written. Changes \
             neither cluster nor Vault, and packs no Secret; what can't be had (a plan while the cluster does not \
             answer) is left out and named.",
        )
        .arg(crate::entry::cluster().conflicts_with("cluster-flag"))
        .arg(
            CLUSTER_FLAG
                .positional()
                .long("cluster")
                .value_name("CLUSTER")
                .add(crate::candidates::clusters())
                .help("The same as CLUSTER [CLUSTER]")
                .hide(true),
        )
        .arg(variable(
            RUN.flag()
                .value_name("RUN")
                .add(crate::candidates::runs())
                .help("The run whose trace and log are packed [default: the newest]"),
            variables::BITIQ_BOOTSTRAP_RUN,
        ))
        .arg(variable(
            FILE.flag()
                .value_name("FILE")
                .help("The archive [default: bitiq-bootstrap-CLUSTER-TIME.tar.gz in this folder]"),
            variables::BITIQ_BOOTSTRAP_FILE,
        ))
}

fn run(app: &App<'_>) -> Result<u8, Failures> {
    Ok(packed(app).map_or_else(|failures| app.fail_beside(&failures), |()| exit::DONE))
}

fn cluster(matches: &ArgMatches) -> Option<String> {
    crate::entry::typed_cluster(matches).or_else(|| CLUSTER_FLAG.one(matches))
}

fn packed(app: &App<'_>) -> Result<(), Failures> {
    let cluster = app.cluster_name()?;
    let folder = folder(app, &cluster)?;
    let stem = stem(&folder);
    let file = FILE.one(app.matches).unwrap_or_else(|| PathBuf::from(format!("{stem}.tar.gz")));
    atomic_file::free(Subject::Command("support-bundle"), &file)?;
    let run = RUN.one(app.matches).filter(|run| !run.is_empty());
    let run = run.map(|run| remembered(&folder, &cluster, &run)).transpose()?;

    let context = app.context_of_a_report();
    known(app, &context);
    let (plan, versions) = looked(app, &context)?;
    let mask = context.mask.clone();
    // Its spinner ends here.
    drop(context);
    let bundle = gather(Asked { folder: &folder, run, plan, versions });
    Failures(scan(&bundle, &mask)).into_result()?;
    write(&bundle, &stem, &file)?;
    app.print_document(&BundleDocument::new(&bundle, &cluster, &file));
    Ok(())
}

/// The secrets of the environment: the scan has to know them also where no plan can be made.
fn known(app: &App<'_>, context: &Context) {
    let secrets =
        VARS.iter().filter(|var| var.secret).filter_map(|var| app.lookup(var.name)?.into_string().ok());
    secrets.for_each(|value| {
        context.mask.add(&SecretString::from(value));
    });
}

/// The plan, or why there is none.
type Plan = Result<Planned, (Failures, serde_json::Value)>;

/// Observes the present state. Only a signal ends the command here.
fn looked(app: &App<'_>, context: &Context) -> Result<(Plan, Versions), Failures> {
    let request = app.request(Scope::Run);
    let work = async {
        signals::listen(&context.stop).ok();
        let planned = async {
            match &request {
                Ok(request) => bootstrap_core::plan(request, context).await,
                Err(failures) => Err(failures.clone()),
            }
        };
        tokio::join!(planned, Versions::here(&app.environment, &context.stop))
    };
    let (planned, versions) = app.block_on(work)?;
    match planned {
        Err(failures) if failures.iter().any(Failure::is_of_signal) => Err(failures),
        Err(failures) => {
            let document = app.failure_document(&failures);
            Ok((Err((failures, document)), versions))
        }
        Ok(planned) => Ok((Ok(planned), versions)),
    }
}

/// The name of the archive and of the folder in it.
fn stem(folder: &ClusterFolder) -> String {
    let cluster = folder.cluster().replace('/', "-");
    format!("{}-{cluster}-{}", env!("CARGO_PKG_NAME"), trace::Timestamp::now().strftime("%Y%m%dT%H%M%SZ"))
}

/// Whole or not at all.
fn write(bundle: &Bundle, stem: &str, file: &Path) -> Result<(), Failure> {
    let seconds = u64::try_from(trace::Timestamp::now().as_second()).unwrap_or_default();
    pack(bundle, stem, seconds).and_then(|bytes| atomic_file::replace(file, &bytes)).map_err(|error| {
        Failure::of_io_at(FailureKind::Refused, Subject::Command("support-bundle"), &error, file)
    })
}
