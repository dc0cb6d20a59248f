//! `vault-auth CLUSTER`: one step of the hand-over, with the same checks, locks and masks.

use clap::Command;
use diagnostics::Failures;
use preflight::Scope;
use settings::variables::Group::{Cluster, Run, Vault};

use crate::app::App;
use crate::entry::{DRY_RUN, Entry};
use crate::flags::Takes;

pub const ENTRY: Entry = Entry {
    name: "vault-auth",
    other_names: &["vault-k8s-auth"],
    takes: Takes::all_of(&[Cluster, Run, Vault]),
    define,
    cluster: crate::entry::typed_cluster,
    streams: Some(crate::entry::writes),
    run,
};

fn define() -> Command {
    Command::new(ENTRY.name)
        .about("Make Vault trust this cluster: that step alone")
        .arg(crate::entry::cluster())
        .arg(DRY_RUN.arg())
}

fn run(app: &App<'_>) -> Result<u8, Failures> {
    super::run::hand_over(app, Scope::VaultAuth)
}
