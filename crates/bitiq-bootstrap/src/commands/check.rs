//! `check CLUSTER`: everything that `run` would try before its first write.

use clap::Command;
use diagnostics::{Check, CheckStatus, FailureKind, Failures};
use preflight::Scope;
use settings::variables::Group::{Cluster, Operator, Repository, Run, Script, Vault};

use crate::app::App;
use crate::entry::Entry;
use crate::flags::Takes;
use crate::show::{NextCommand, Report};
use crate::{exit, signals};

pub const ENTRY: Entry = Entry {
    name: "check",
    other_names: &[],
    takes: Takes::all_of(&[Cluster, Repository, Vault, Operator, Script, Run]),
    define,
    cluster: crate::entry::typed_cluster,
    streams: None,
    run,
};

fn define() -> Command {
    Command::new(ENTRY.name)
        .about("Try everything that `run` tries before its first write, and say what of it is well")
        .long_about(
            "Try everything that `run` tries before its first write, and say what of it is well, system by system, with \
             what to do where it is not. Also look at what makes Day-1 fail later: nodes, storage, catalogs, DNS. Nothing \
             is written but fetched Git objects.",
        )
        .arg(crate::entry::cluster())
}

fn run(app: &App<'_>) -> Result<u8, Failures> {
    let request = app.request(Scope::Run)?;
    let context = app.context_of_a_report();
    let work = async {
        signals::listen(&context.stop).ok();
        preflight::check(&request, &context).await
    };
    let outcome = app.block_on(work);
    // Its spinner ends here: the report is printed in its place.
    drop(context);
    let checks = outcome??;
    let code = code(&checks);
    let cluster = request.folder.cluster();
    let next = match code {
        exit::DONE => NextCommand::Next(app.invocation().other("run")),
        _ => NextCommand::Retry(app.invocation().retry(&[])),
    };
    app.print_document(&Report::new("check", cluster, &checks, code, Some(next)));
    Ok(code)
}

/// Returns the exit code that a run would have. A cluster that only another run blocks counts as locked.
fn code(checks: &[Check]) -> u8 {
    let failed: Vec<&Check> = checks.iter().filter(|check| check.status() == CheckStatus::Failed).collect();
    let only_held = failed.iter().all(|check| check.failure_kind() == Some(FailureKind::Locked));
    match (failed.is_empty(), only_held) {
        (true, _) => exit::DONE,
        (false, true) => exit::LOCKED,
        (false, false) => exit::REFUSED,
    }
}
