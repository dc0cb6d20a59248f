//! `validate CLUSTER`: whether cluster.yaml can be used. Touches no system.

use clap::Command;

use crate::app::App;
use crate::show::Output;
use crate::{exit, show};

pub fn define() -> Command {
    Command::new("validate").about("Check cluster.yaml, offline").arg(super::cluster())
}

pub fn run(app: &App<'_>) -> u8 {
    match app.load() {
        Err(failure) => app.fail(&[failure]),
        Ok(loaded) => {
            match app.output {
                Output::Json => app.print_json(&show::json::valid(&loaded)),
                Output::Text => app.print(&show::valid(&loaded)),
            }
            exit::DONE
        }
    }
}
