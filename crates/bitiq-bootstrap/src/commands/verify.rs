//! `verify CLUSTER`: whether the cluster, and what was handed over to it, are as they should be.

use diagnostics::{CheckStatus, Failure, Failures, Subject, count, duration};
use std::time::Duration;

use clap::Command;
use preflight::Scope;
use settings::variables;
use settings::variables::Group::{Cluster, Repository, Vault};

use crate::app::App;
use crate::entry::Entry;
use crate::error::CommandError;
use crate::flags::{Given, Takes, variable};
use crate::show::{NextCommand, Report};
use crate::{exit, signals};

const WAIT: Given<String> = Given::new("wait");

pub const ENTRY: Entry = Entry {
    name: "verify",
    other_names: &[],
    takes: Takes::all_of(&[Cluster, Repository, Vault]).and(&["strict"]),
    define,
    cluster: crate::entry::typed_cluster,
    streams: None,
    run,
};

fn define() -> Command {
    Command::new(ENTRY.name)
        .about("Check that the cluster is healthy, and that what was handed over works; change nothing")
        .arg(crate::entry::cluster())
        .arg(variable(
            WAIT.flag()
                .value_name("DURATION")
                .help("Look again until nothing fails any more, this long at most [default: 0]"),
            variables::BITIQ_BOOTSTRAP_WAIT,
        ))
}

fn run(app: &App<'_>) -> Result<u8, Failures> {
    let wait = wait(app)?;
    let request = app.request(Scope::Run)?;
    let (cluster, strict) = (request.folder.cluster().to_owned(), request.settings.strict);
    let context = app.context();
    let work = async {
        signals::listen(&context.stop).ok();
        healthcheck::verify(&request, &context, wait).await
    };
    let outcome = app.block_on(work);
    // Its spinner ends here: the checks are printed below it.
    drop(context);
    let verified = outcome??;
    let odd = strict && count(&verified.checks, CheckStatus::Warning) > 0;
    let code = if verified.is_healthy() && !odd { exit::DONE } else { exit::STEP };
    let next = (code != exit::DONE).then(|| NextCommand::Retry(app.invocation().retry(&[])));
    let mut report = Report::new("verify", &cluster, &verified.checks, code, next);
    report.server = Some(&verified.server);
    report.gave_up = verified.gave_up;
    app.print_document(&report);
    Ok(code)
}

fn wait(app: &App<'_>) -> Result<Duration, Failure> {
    let Some(text) = WAIT.one(app.matches) else { return Ok(Duration::ZERO) };
    duration::parse(&text).ok_or_else(|| {
        let value = secret::one_line(&text);
        CommandError::Wait { value, expected: duration::EXPECTED }.usage(Subject::Arguments)
    })
}
