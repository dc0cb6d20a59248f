//! `plan CLUSTER`: what `run` would change, without changing it.

use bootstrap_core::Planned;
use clap::Command;
use diagnostics::{Failure, Failures};
use preflight::Scope;
use settings::variables;
use settings::variables::Group::{Cluster, Operator, Repository, Run, Script, Vault};

use crate::app::App;
use crate::entry::Entry;
use crate::flags::{Switch, Takes};
use crate::show::{NextCommand, Plan};
use crate::{exit, signals};

const EXIT_CODE: Switch =
    Switch::new("exit-code", "Exit with 10 when changes are pending", variables::BITIQ_BOOTSTRAP_EXIT_CODE);

pub const ENTRY: Entry = Entry {
    name: "plan",
    takes: Takes::all_of(&[Cluster, Repository, Vault, Operator, Script, Run]),
    define,
    cluster: crate::entry::typed_cluster,
    streams: None,
    run,
};

fn define() -> Command {
    Command::new(ENTRY.name)
        .about("Show what `run` would change, and change nothing")
        .arg(crate::entry::cluster())
        .arg(EXIT_CODE.arg())
}

fn run(app: &App<'_>) -> u8 {
    let request = match app.request(Scope::Run) {
        Ok(request) => request,
        Err(failures) => return app.fail(&failures),
    };
    let context = app.context();
    let work = async {
        signals::listen(&context.stop).ok();
        bootstrap_core::plan(&request, &context).await
    };
    let outcome = app.block_on(work);
    // Its spinner ends here: the plan is printed below it.
    drop(context);
    match shown(app, outcome, "run") {
        Ok(planned) if planned.plan.pending() && EXIT_CODE.is_set(app.matches) => exit::PENDING,
        Ok(_) => exit::DONE,
        Err(code) => code,
    }
}

/// Prints a plan of the command `then`; where something stands in its way, that, and the error is the exit code.
pub fn shown(
    app: &App<'_>,
    outcome: Result<Result<Planned, Failures>, Failure>,
    then: &str,
) -> Result<Planned, u8> {
    let planned = outcome.map_err(|failure| app.fail(&[failure]))?.map_err(|failures| app.fail(&failures))?;
    let next = planned.plan.does_something().then(|| NextCommand::Next(app.invocation().other(then)));
    app.print_document(&Plan::new(&planned, next));
    Ok(planned)
}
