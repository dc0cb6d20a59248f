//! `trace CLUSTER [RUN]`: what a run did.

use diagnostics::{Failure, FailureKind, Failures, Subject};
use healthcheck::status::{self, LaterRuns};
use run_lock::run_at_work;
use settings::variables;
use std::path::{Path, PathBuf};

use advice::{CommandContext, CommandLine};
use clap::Command;
use cluster_spec::ClusterFolder;
use trace::{History, ReadError, Record, RunId, RunStatus, Trace};

use crate::app::App;
use crate::entry::Entry;
use crate::error::CommandError;
use crate::flags::{Given, Switch, Takes, variable};
use crate::show::{self, Beside, HtmlPage, TraceDocument, TraceList};
use crate::{atomic_file, exit};

const RUN: Given<String> = Given::new("run");
const DIFF: Given<String> = Given::new("diff");
const HTML: Given<PathBuf> = Given::new("html");
const OTLP_JSON: Switch = Switch::new(
    "otlp-json",
    "Print the run as OpenTelemetry spans, as a collector takes them at /v1/traces",
    variables::BITIQ_BOOTSTRAP_OTLP_JSON,
);
const LIST: Switch =
    Switch::new("list", "List the remembered runs, the newest first", variables::BITIQ_BOOTSTRAP_LIST);

pub const ENTRY: Entry = Entry {
    name: "trace",
    other_names: &[],
    takes: Takes::NOTHING,
    define,
    cluster: crate::entry::typed_cluster,
    streams: None,
    run,
};

fn define() -> Command {
    Command::new(ENTRY.name)
        .about("Show what the latest run did, or an earlier one")
        .arg(crate::entry::cluster())
        .arg(
            RUN.positional()
                .value_name("RUN")
                .add(crate::candidates::runs())
                .help("The run [default: the latest that reached its first write]"),
        )
        .arg(variable(
            DIFF.flag()
                .num_args(1..=2)
                .value_delimiter(',')
                .value_names(["RUN", "RUN"])
                .add(crate::candidates::runs())
                .conflicts_with_all(["list", "html", "otlp-json", "run"])
                .help("Show what differs between two runs; `latest` and `previous` of those that wrote, or the beginning of a name will do"),
            variables::BITIQ_BOOTSTRAP_DIFF,
        ))
        .arg(variable(
            HTML.flag()
                .value_name("FILE")
                .conflicts_with_all(["list", "otlp-json"])
                .help("Write the run as one page for a browser, all that it needs in it; -: to stdout"),
            variables::BITIQ_BOOTSTRAP_HTML,
        ))
        .arg(OTLP_JSON.arg().conflicts_with("list"))
        .arg(LIST.arg())
}

fn run(app: &App<'_>) -> Result<u8, Failures> {
    let (cluster, run) = asked(app)?;
    // What stands where a cluster is expected may be the run's name.
    let commands = app.commands().for_cluster(&cluster);
    shown(app, &cluster, run).map_err(|failure| failure.filled(&commands))?;
    Ok(exit::DONE)
}

fn shown(app: &App<'_>, cluster: &str, run: Option<String>) -> Result<(), Failure> {
    let folder = folder(app, cluster)?;
    if LIST.is_set(app.matches) {
        return list(app, &folder);
    }
    let runs = DIFF.all(app.matches);
    if !runs.is_empty() {
        return differ(app, &folder, cluster, &runs.iter().collect::<Vec<_>>());
    }
    let record = match &run {
        None => trace::read(&folder.trace()).map_err(|error| no_latest(cluster, error)),
        Some(run) => named(&folder, cluster, run),
    };
    let record = as_it_stands(record?, run_at_work(&folder.lock()).as_deref());
    if let Some(file) = HTML.one(app.matches) {
        let trace = of_this_program(record)?;
        let beside = beside(app, &folder, cluster, &trace);
        return html(app, &trace, &beside, &file);
    }
    if OTLP_JSON.is_set(app.matches) {
        app.print_json(&of_this_program(record)?.otlp_json(trace::Timestamp::now()));
        return Ok(());
    }
    let later = if run.is_none() { later(&folder, &record) } else { LaterRuns::default() };
    app.print_document(&TraceDocument { record: &record, cluster, later });
    Ok(())
}

/// Returns later runs that left this run's trace alone.
fn later(folder: &ClusterFolder, shown: &Record) -> LaterRuns {
    let later = status::later(folder, Some(shown), run_at_work(&folder.lock()).as_deref());
    let LaterRuns { release, refused } = LaterRuns::after(Some(shown), &later);
    let at_work = matches!(shown, Record::New(trace) if trace.status == RunStatus::Running);
    LaterRuns { release, refused: refused.filter(|_| !at_work) }
}

/// True if the run was refused. A refused release gave nothing back.
fn refused(trace: &Trace) -> bool {
    trace
        .exit_code
        .is_some_and(|code| [exit::USAGE, exit::REFUSED, exit::LOCKED].map(i32::from).contains(&code))
}

/// The cluster, and the run where one is named. With CLUSTER in the environment, as `make` passes it, a run's name may
/// stand alone.
fn asked(app: &App<'_>) -> Result<(String, Option<String>), Failure> {
    let given = app.cluster_name()?;
    let run = RUN.one(app.matches);
    match app.exported_cluster() {
        Some(cluster) if run.is_none() && RunId::parse(&given).is_ok() => Ok((cluster, Some(given))),
        _ => Ok((given, run)),
    }
}

/// The trace is read also where cluster.yaml is broken by now.
pub(super) fn folder(app: &App<'_>, cluster: &str) -> Result<ClusterFolder, Failure> {
    let repository = app.repository()?;
    let folder = repository
        .folder(cluster)
        .map_err(|error| Failure::stating(FailureKind::Usage, Subject::Arguments, &error))?;
    match folder.dir().is_dir() {
        true => Ok(folder),
        // Which clusters there are is told where cluster.yaml is looked for.
        false => app.load().map(|loaded| loaded.folder),
    }
}

/// A run that left its trace `running` and is not the one at work was ended by something that left it no time.
fn as_it_stands(mut record: Record, at_work: Option<&str>) -> Record {
    if let Record::New(trace) = &mut record {
        trace.status = trace.stands(at_work);
    }
    record
}

fn list(app: &App<'_>, folder: &ClusterFolder) -> Result<(), Failure> {
    let at_work = run_at_work(&folder.lock());
    let read = |run: trace::Run| Some((run.id.to_string(), trace::read(&run.trace()).ok()?));
    let rows: Vec<(String, Record)> = History::new(folder.runs())
        .list()
        .map_err(unreadable)?
        .into_iter()
        .filter_map(read)
        .map(|(id, record)| (id, as_it_stands(record, at_work.as_deref())))
        .collect();
    app.print_document(&TraceList::new(&rows));
    Ok(())
}

/// Returns the trace of this program, or a failure for an older one that can't answer.
fn of_this_program(record: Record) -> Result<Trace, Failure> {
    match record {
        Record::New(trace) => Ok(*trace),
        Record::Old(_) => Err(CommandError::OldTrace.refused(Subject::Trace)),
    }
}

fn differ(app: &App<'_>, folder: &ClusterFolder, cluster: &str, runs: &[&String]) -> Result<(), Failure> {
    let at_work = run_at_work(&folder.lock());
    let read = |run: &String| of_this_program(as_it_stands(named(folder, cluster, run)?, at_work.as_deref()));
    let [left, right] = runs else {
        return Err(CommandError::TwoRuns.usage(Subject::Trace));
    };
    app.print_document(&show::diff(&read(left)?, &read(right)?));
    Ok(())
}

/// Content of the page that the trace does not have.
fn beside(app: &App<'_>, folder: &ClusterFolder, cluster: &str, trace: &Trace) -> Beside {
    const LINES: usize = 20;
    let log =
        fs_err::read_to_string(History::new(folder.runs()).run(&trace.run_id).log()).unwrap_or_default();
    let lines: Vec<String> = log.lines().map(|line| app.mask.text(line)).collect();
    // Another machine may show the page: it names the program, not its path.
    let context = CommandContext::new(env!("CARGO_PKG_NAME").into(), "/".into()).for_cluster(cluster);
    let again = CommandLine::own(&*trace.tool.command).filled(&context);
    Beside { again: again.to_string(), log: lines[lines.len().saturating_sub(LINES)..].to_vec() }
}

/// Writes the page, whole or not at all.
fn html(app: &App<'_>, trace: &Trace, beside: &Beside, file: &Path) -> Result<(), Failure> {
    let page = HtmlPage::new(trace, beside, file);
    match page.file {
        Some(file) => write(file, page.page.as_bytes())?,
        None if !app.output.is_for_people() => return Err(CommandError::TwoDocuments.usage(Subject::Trace)),
        None => {}
    }
    app.print_document(&page);
    Ok(())
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    atomic_file::free(Subject::Trace, file)?;
    atomic_file::replace(file, bytes)
        .map_err(|error| Failure::of_io_at(FailureKind::Refused, Subject::Trace, &error, file))
}

/// A run by its name, by the beginning of one, or by its place.
fn asked_for(folder: &ClusterFolder, run: &str) -> Result<RunId, Failure> {
    let all = History::new(folder.runs()).list().unwrap_or_default().into_iter();
    let fits: Vec<trace::Run> = match run {
        "latest" => all.filter(wrote).take(1).collect(),
        "previous" => all.filter(wrote).skip(1).take(1).collect(),
        _ => all.filter(|it| it.id.as_str().starts_with(run)).collect(),
    };
    let mut fits: Vec<RunId> = fits.into_iter().map(|run| run.id).collect();
    match fits.len() {
        0 if ["latest", "previous"].contains(&run) => {
            Err(CommandError::NoRun { run: run.into() }.refused(Subject::Trace))
        }
        0 => RunId::parse(run)
            .map_err(|error| CommandError::RunId { message: error.to_string() }.usage(Subject::Trace)),
        1 => Ok(fits.remove(0)),
        count => Err(CommandError::SeveralRuns { count, run: run.into() }.usage(Subject::Trace)),
    }
}

/// The run of that name, whatever is left of it.
pub(super) fn remembered(folder: &ClusterFolder, cluster: &str, run: &str) -> Result<trace::Run, Failure> {
    let found = History::new(folder.runs()).run(&asked_for(folder, run)?);
    match found.folder.is_dir() {
        true => Ok(found),
        false => Err(no_such_run(cluster, run)),
    }
}

/// The run of that name.
fn named(folder: &ClusterFolder, cluster: &str, run: &str) -> Result<Record, Failure> {
    let id = asked_for(folder, run)?;
    History::new(folder.runs()).load(&id).map_err(|error| not_remembered(cluster, run, error))
}

/// True if it is of a `run` that was not refused.
fn wrote(run: &trace::Run) -> bool {
    match trace::read(&run.trace()) {
        Ok(Record::New(trace)) => trace.tool.command == "run" && !refused(&trace),
        Ok(Record::Old(_)) => true,
        Err(_) => false,
    }
}

fn no_latest(cluster: &str, error: ReadError) -> Failure {
    match is_missing(&error) {
        true => CommandError::NoTrace { cluster: cluster.into() }.refused(Subject::Trace),
        false => unreadable(error),
    }
}

fn not_remembered(cluster: &str, run: &str, error: ReadError) -> Failure {
    match is_missing(&error) {
        true => no_such_run(cluster, run),
        false => unreadable(error),
    }
}

fn no_such_run(cluster: &str, run: &str) -> Failure {
    CommandError::NotRemembered { run: run.into(), cluster: cluster.into() }.refused(Subject::Trace)
}

fn is_missing(error: &ReadError) -> bool {
    matches!(error, ReadError::Io(error) if error.kind() == std::io::ErrorKind::NotFound)
}

fn unreadable(error: ReadError) -> Failure {
    Failure::during(FailureKind::Refused, Subject::Trace, "read the trace", &error)
}
