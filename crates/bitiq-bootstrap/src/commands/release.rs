//! `release CLUSTER`: the way back, for the teardown.

use bootstrap_core::vars::Group::{Cluster, Run, Vault};
use bootstrap_core::{Context, ReleaseOptions, Request, Scope};
use clap::Command;

use crate::app::App;
use crate::{exit, flags, signals};

pub fn define() -> Command {
    Command::new("release")
        .about("Give back what was written, for the teardown")
        .long_about(
            "Give back what was written, for the teardown: the Vault mount no longer points at this cluster nor holds a \
             token of its; record, repository Secret, reviewer and Lease are removed where the cluster still answers. \
             Only what is this cluster's and this program's goes. Everything that can fail without writing is tried \
             before the first write.",
        )
        .arg(super::cluster())
        .arg(flags::switch(
            "disable-mount",
            "Remove the Vault mount itself, where it is the cluster's own",
            "BITIQ_BOOTSTRAP_DISABLE_MOUNT",
        ))
        .arg(flags::switch("dry-run", "Show what would be done, and do nothing", "BITIQ_BOOTSTRAP_DRY_RUN"))
        .args(flags::of(&[Cluster, Vault, Run]))
}

pub fn run(app: &App<'_>) -> u8 {
    let request = match app.request(Scope::Release) {
        Ok(request) => request,
        Err(failures) => return app.fail(&failures),
    };
    let options = ReleaseOptions { disable_mount: app.matches.get_flag("disable-mount") };
    let context = app.context();
    match app.matches.get_flag("dry-run") {
        true => show_plan(app, &request, options, context),
        false => give_back(app, &request, options, &context),
    }
}

fn give_back(app: &App<'_>, request: &Request, options: ReleaseOptions, context: &Context) -> u8 {
    let work = async {
        signals::listen(&context.stop).ok();
        bootstrap_core::release(request, options, context, exit::code).await
    };
    super::run::told(app, app.block_on(work))
}

fn show_plan(app: &App<'_>, request: &Request, options: ReleaseOptions, context: Context) -> u8 {
    let work = async {
        signals::listen(&context.stop).ok();
        bootstrap_core::release_plan(request, options, &context).await
    };
    let outcome = app.block_on(work);
    // Its spinner ends here: the plan is printed below it.
    drop(context);
    match super::plan::shown(app, outcome, "release") {
        Ok(_) => exit::DONE,
        Err(code) => code,
    }
}
