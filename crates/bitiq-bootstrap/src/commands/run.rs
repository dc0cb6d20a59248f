//! `run CLUSTER`: the whole hand-over.

use bootstrap_core::Outcome;
use clap::Command;
use diagnostics::{Failure, Failures};
use preflight::Scope;
use settings::variables::Group::{Cluster, Operator, Repository, Run, Script, Vault};

use crate::app::App;
use crate::entry::{DRY_RUN, Entry};
use crate::flags::Takes;
use crate::{exit, signals};

pub const ENTRY: Entry = Entry {
    name: "run",
    other_names: &["bootstrap-gitops"],
    takes: Takes::all_of(&[Cluster, Repository, Vault, Operator, Script, Run]),
    define,
    cluster: crate::entry::typed_cluster,
    streams: Some(crate::entry::writes),
    run,
};

fn define() -> Command {
    Command::new(ENTRY.name)
        .about("Hand the cluster over to GitOps")
        .long_about(
            "Hand the cluster over to GitOps: clone the repository, make Vault trust the cluster, give Argo CD the \
             repository login, run scripts/bootstrap.sh, see that Argo CD can read the repository, leave a trace. \
             Everything that can fail without writing is tried before the first write.",
        )
        .arg(crate::entry::cluster())
        .arg(DRY_RUN.arg())
}

fn run(app: &App<'_>) -> Result<u8, Failures> {
    hand_over(app, Scope::Run)
}

/// Runs one of the commands that write, or shows its plan.
pub fn hand_over(app: &App<'_>, scope: Scope) -> Result<u8, Failures> {
    if !app.called.writes {
        super::plan::show(app, scope)?;
        return Ok(exit::DONE);
    }
    let request = app.request(scope)?;
    let context = app.context();
    let work = async {
        signals::listen(&context.stop).ok();
        bootstrap_core::run(&request, &context, exit::code).await
    };
    Ok(told(app, app.block_on(work)))
}

/// Prints the trace, and gives the exit code of one of the commands that write.
pub fn told(app: &App<'_>, outcome: Result<Outcome, Failure>) -> u8 {
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(failure) => return app.fail(&[failure]),
    };
    app.print_document(&outcome.trace);
    exit::code(outcome.kind())
}
