//! `plan CLUSTER`: what `run` would change, without changing it.

use bootstrap_core::Scope;
use bootstrap_core::vars::Group::{Cluster, Operator, Repository, Run, Script, Vault};
use clap::{Arg, ArgAction, Command};

use crate::app::App;
use crate::show::Output;
use crate::{exit, flags, show, signals};

pub fn define() -> Command {
    Command::new("plan")
        .about("Show what `run` would change, and change nothing")
        .arg(super::cluster())
        .arg(flags::variable(
            Arg::new("exit-code")
                .long("exit-code")
                .action(ArgAction::SetTrue)
                .value_parser(clap::builder::FalseyValueParser::new())
                .help("Exit with 10 when changes are pending"),
            "BITIQ_BOOTSTRAP_EXIT_CODE",
        ))
        .args(flags::of(&[Cluster, Repository, Vault, Operator, Script, Run]))
}

pub fn run(app: &App<'_>) -> u8 {
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
    let planned = match outcome {
        Ok(Ok(planned)) => planned,
        Ok(Err(failures)) => return app.fail(&failures),
        Err(failure) => return app.fail(&[failure]),
    };
    let pending = planned.plan.pending();
    let code = if pending && app.matches.get_flag("exit-code") { exit::PENDING } else { exit::DONE };
    match app.output {
        Output::Json => app.print_json(&show::json::plan(&planned)),
        Output::Text => app.print(&show::plan(&planned, show::columns())),
    }
    code
}
