//! `repo-creds CLUSTER`: one step of the hand-over, with the same checks, locks and masks.

use clap::Command;
use diagnostics::Failures;
use preflight::Scope;
use settings::variables::Group::{Cluster, Repository, Run, Vault};

use crate::app::App;
use crate::entry::{DRY_RUN, Entry};
use crate::flags::Takes;

pub const ENTRY: Entry = Entry {
    name: "repo-creds",
    other_names: &[],
    takes: Takes::all_of(&[Cluster, Repository, Run, Vault]),
    define,
    cluster: crate::entry::typed_cluster,
    streams: Some(crate::entry::writes),
    run,
};

fn define() -> Command {
    Command::new(ENTRY.name)
        .about("Give Argo CD the repository login: that step alone")
        .arg(crate::entry::cluster())
        .arg(DRY_RUN.arg())
}

fn run(app: &App<'_>) -> Result<u8, Failures> {
    super::run::hand_over(app, Scope::RepoCreds)
}
