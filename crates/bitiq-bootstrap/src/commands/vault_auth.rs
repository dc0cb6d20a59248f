//! `vault-auth CLUSTER`: one step of the hand-over, with the same checks, locks and masks.

use bootstrap_core::Scope;
use bootstrap_core::vars::Group::{Cluster, Run, Vault};
use clap::Command;

use crate::app::App;
use crate::flags;

pub fn define() -> Command {
    Command::new("vault-auth")
        // Its old name.
        .alias("vault-k8s-auth")
        .about("Make Vault trust this cluster: that step alone")
        .arg(super::cluster())
        .args(flags::of(&[Cluster, Run, Vault]))
}

pub fn run(app: &App<'_>) -> u8 {
    super::run::hand_over(app, Scope::VaultAuth)
}
