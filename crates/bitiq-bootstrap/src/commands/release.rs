//! `release CLUSTER`: the way back, for the teardown.

use bootstrap_core::ReleaseOptions;
use clap::Command;
use diagnostics::Failures;
use preflight::{Context, Request, Scope};
use settings::variables;
use settings::variables::Group::{Cluster, Run, Vault};

use crate::app::App;
use crate::entry::{DRY_RUN, Entry};
use crate::flags::{Switch, Takes};
use crate::{exit, signals};

const DISABLE_MOUNT: Switch = Switch::new(
    "disable-mount",
    "Remove the Vault mount itself, where it is the cluster's own",
    variables::BITIQ_BOOTSTRAP_DISABLE_MOUNT,
);

pub const ENTRY: Entry = Entry {
    name: "release",
    other_names: &[],
    takes: Takes::all_of(&[Cluster, Vault, Run]),
    define,
    cluster: crate::entry::typed_cluster,
    streams: Some(crate::entry::writes),
    run,
};

fn define() -> Command {
    Command::new(ENTRY.name)
        .about("Give back what was written, for the teardown")
        .long_about(
            "Give back what was written, for the teardown: the Vault mount no longer points at this cluster nor holds a \
             token of its; record, repository Secret, reviewer and Lease are removed where the cluster still answers. \
             Only what is this cluster's and this program's goes. Everything that can fail without writing is tried \
             before the first write.",
        )
        .arg(crate::entry::cluster())
        .arg(DISABLE_MOUNT.arg())
        .arg(DRY_RUN.arg())
}

fn run(app: &App<'_>) -> Result<u8, Failures> {
    let request = app.request(Scope::Release)?;
    let options = ReleaseOptions { disable_mount: DISABLE_MOUNT.is_set(app.matches) };
    let context = app.context();
    match app.called.writes {
        true => Ok(give_back(app, &request, options, &context)),
        false => show_plan(app, &request, options, context),
    }
}

fn give_back(app: &App<'_>, request: &Request, options: ReleaseOptions, context: &Context) -> u8 {
    let work = async {
        signals::listen(&context.stop).ok();
        bootstrap_core::release(request, options, context, exit::code).await
    };
    super::run::told(app, app.block_on(work))
}

fn show_plan(
    app: &App<'_>,
    request: &Request,
    options: ReleaseOptions,
    context: Context,
) -> Result<u8, Failures> {
    let work = async {
        signals::listen(&context.stop).ok();
        bootstrap_core::release_plan(request, options, &context).await
    };
    let outcome = app.block_on(work);
    // Its spinner ends here: the plan is printed below it.
    drop(context);
    super::plan::print(app, &outcome??, "release");
    Ok(exit::DONE)
}
