//! `infra-id CLUSTER`: the infraID as each place knows it, and those that an earlier cluster left in the repository.

use diagnostics::{Failure, Failures, Subject};

use clap::Command;
use healthcheck::InfraIds;
use preflight::Scope;
use settings::variables;
use settings::variables::Group::{Cluster, Repository, Run, Vault};

use crate::app::App;
use crate::entry::Entry;
use crate::error::CommandError;
use crate::flags::{Switch, Takes};
use crate::show::InfraIdDocument;
use crate::{exit, signals};

const PATCH: Switch = Switch::new(
    "patch",
    "Print the diff that puts the live infraID in the place of old ones, for git apply",
    variables::BITIQ_BOOTSTRAP_PATCH,
);

pub const ENTRY: Entry = Entry {
    name: "infra-id",
    other_names: &[],
    takes: Takes::all_of(&[Cluster, Repository, Vault, Run]),
    define,
    cluster: crate::entry::typed_cluster,
    streams: None,
    run,
};

fn define() -> Command {
    Command::new(ENTRY.name)
        .about("Show the cluster's infraID as each place knows it, and old ones in the repository")
        .arg(crate::entry::cluster())
        .arg(PATCH.arg())
}

fn run(app: &App<'_>) -> Result<u8, Failures> {
    let request = app.request(Scope::Run)?;
    let patch = PATCH.is_set(app.matches);
    let context = if patch { app.context_beside_stdout() } else { app.context() };
    let work = async {
        signals::listen(&context.stop).ok();
        healthcheck::infra_ids(&request, &context).await
    };
    let outcome = app.block_on(work);
    drop(context);
    let found = outcome??;
    let diff = patch.then(|| diff(&found)).transpose()?;
    app.print_document(&InfraIdDocument::new(&found, diff));
    Ok(found.strict.map_or(exit::DONE, |failure| app.fail_after_document(&[failure])))
}

/// The diff, where enough is known for one: an empty one would say that all is well.
fn diff(found: &InfraIds) -> Result<&[u8], Failure> {
    match (&found.live, &found.commit) {
        (None, _) => Err(CommandError::NoLiveInfraId.refused(Subject::Command("infra-id"))),
        (_, None) => Err(CommandError::NoRepository.refused(Subject::Command("infra-id"))),
        (Some(_), Some(searched)) => Ok(&searched.patch),
    }
}
