//! `repo-creds CLUSTER`: one step of the hand-over, with the same checks, locks and masks.

use bootstrap_core::Scope;
use bootstrap_core::vars::Group::{Cluster, Repository, Run, Vault};
use clap::Command;

use crate::app::App;
use crate::flags;

pub fn define() -> Command {
    Command::new("repo-creds")
        .about("Give Argo CD the repository login: that step alone")
        .arg(super::cluster())
        .args(flags::of(&[Cluster, Repository, Run, Vault]))
}

pub fn run(app: &App<'_>) -> u8 {
    super::run::hand_over(app, Scope::RepoCreds)
}
