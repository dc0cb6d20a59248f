//! `validate CLUSTER`: whether cluster.yaml can be used. Touches no system.

use clap::Command;

use crate::app::App;
use crate::entry::Entry;
use crate::flags::Takes;
use crate::show::Output;
use crate::{exit, show};

pub const ENTRY: Entry = Entry {
    name: "validate",
    takes: Takes::NOTHING,
    define,
    cluster: crate::entry::typed_cluster,
    streams: None,
    run,
};

fn define() -> Command {
    Command::new(ENTRY.name).about("Check cluster.yaml, offline").arg(crate::entry::cluster())
}

fn run(app: &App<'_>) -> u8 {
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
