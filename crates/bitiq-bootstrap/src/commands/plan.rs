//! `plan CLUSTER`: what `run` would change, without changing it.

use bootstrap_core::Planned;
use clap::Command;
use diagnostics::Failures;
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
    other_names: &[],
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

fn run(app: &App<'_>) -> Result<u8, Failures> {
    let asks = show(app, Scope::Run)?.plan.pending() && EXIT_CODE.is_set(app.matches);
    Ok(if asks { exit::PENDING } else { exit::DONE })
}

/// Plans a command that writes, and prints the plan.
pub fn show(app: &App<'_>, scope: Scope) -> Result<Planned, Failures> {
    let request = app.request(scope)?;
    let context = app.context();
    let work = async {
        signals::listen(&context.stop).ok();
        bootstrap_core::plan(&request, &context).await
    };
    let outcome = app.block_on(work);
    // Its spinner ends here: the plan is printed below it.
    drop(context);
    let planned = outcome??;
    print(app, &planned, scope.name());
    Ok(planned)
}

/// Prints a plan of the command `then`.
pub fn print(app: &App<'_>, planned: &Planned, then: &str) {
    let next = planned.plan.does_something().then(|| NextCommand::Next(app.invocation().other(then)));
    app.print_document(&Plan::new(planned, next));
}
